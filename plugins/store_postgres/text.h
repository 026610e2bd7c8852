// Texts on their way to PostgreSQL and back. Its texts are UTF-8 without NUL; ours may hold anything. What it
// cannot keep is written as the byte 1A and two hexadecimal digits, and so is 1A itself; what a person reads
// in the tables is plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace store_postgres {

std::string toText(std::string_view bytes);
std::string fromText(std::string_view text);

/// A list as the text that PostgreSQL reads as an array: one parameter, however many values.
class Array {
public:
    void add(int64_t value) { next() += std::to_string(value); }
    void addNull() { next() += "NULL"; }
    /// Of any bytes: see toText.
    void add(std::string_view text);
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::string literal() const { return text_ + '}'; }

private:
    std::string& next() {
        if (size_++ > 0) text_ += ',';
        return text_;
    }
    std::string text_ = "{";
    size_t size_ = 0;
};

template <class Numbers>
Array arrayOf(const Numbers& numbers) {
    Array all;
    for (const auto number : numbers) all.add(static_cast<int64_t>(number));
    return all;
}

}  // namespace store_postgres

// Header fields of a message. Parsed ones are views into the head that owns them; fields set later own their
// text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/name_bits.h"

namespace sluice::http {

struct Field {
    std::string_view name;
    std::string_view value;
};

class Fields {
public:
    Fields() = default;
    Fields(Fields&&) = default;
    Fields& operator=(Fields&&) = default;  // not copied: views would show the text of the other one

    /// Adds a field whose text outlives this object.
    void addBorrowed(std::string_view name, std::string_view value) {
        names_.add(name);
        list_.push_back({name, value});
    }

    /// First field of that name, any case.
    std::optional<std::string_view> find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name).has_value(); }
    size_t count(std::string_view name) const;

    /// Replaces all fields of that name by one, or adds it. False if it may not stand in a head.
    bool set(std::string_view name, std::string_view value);
    bool add(std::string_view name, std::string_view value);
    size_t remove(std::string_view name);

    size_t size() const { return list_.size(); }
    const Field& operator[](size_t i) const { return list_[i]; }
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }
    void clear();

private:
    // Texts side by side in a few blocks: a head has some twenty of them, and each answer one head.
    class Texts {
    public:
        Texts() = default;
        Texts(Texts&& from) noexcept { *this = std::move(from); }
        Texts& operator=(Texts&& from) noexcept {
            blocks_ = std::move(from.blocks_);
            at_ = std::exchange(from.at_, nullptr);
            left_ = std::exchange(from.left_, 0);
            return *this;
        }
        char* room(size_t size);  // for that many bytes; stays where it is
        void clear();

    private:
        std::vector<std::unique_ptr<char[]>> blocks_;
        char* at_ = nullptr;  // where the next one goes
        size_t left_ = 0;
    };

    void append(std::string_view name, std::string_view value);

    std::vector<Field> list_;
    base::NameBits names_;  // of all that were ever added
    Texts texts_;
};

/// RFC 9110 section 5.6.2: at least one tchar.
bool isToken(std::string_view text);
/// RFC 9110 section 5.5: no control characters but HTAB; no line can be forged with it.
bool isFieldValue(std::string_view text);

/// Is `token` one of the comma-separated elements of `list` (any case)?
bool listContains(std::string_view list, std::string_view token);

}  // namespace sluice::http

// The fields of a request's head, one by one.
//
//   for (const auto [name, value] : request.headers()) …
//
// Names are as the client wrote them: compare them with sluice::sameName().
#pragma once

#include <cstddef>
#include <iterator>

#include <sluice/types.hpp>

namespace sluice {

/// Borrowed: until the hook returns, or until it changes that field.
struct Header {
    std::string_view name;
    std::string_view value;
};

/// Are they the same name of a field, in any case? (RFC 9110 section 5.1)
constexpr bool sameName(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

/// In wire order. Do not change fields while you walk. [loop]
class Headers {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Header;
        using difference_type = std::ptrdiff_t;
        using pointer = const Header*;
        using reference = const Header&;

        iterator() = default;
        iterator(const sluice_host_request* table, sluice_ctx* ctx) : table_(table), ctx_(ctx) { read(); }

        reference operator*() const { return field_; }
        pointer operator->() const { return &field_; }
        iterator& operator++() {
            ++i_;
            read();
            return *this;
        }
        iterator operator++(int) {
            iterator before = *this;
            ++*this;
            return before;
        }
        // All ends are equal, wherever they came from.
        friend bool operator==(const iterator& a, const iterator& b) {
            return a.table_ == b.table_ && (!a.table_ || a.i_ == b.i_);
        }
        friend bool operator!=(const iterator& a, const iterator& b) { return !(a == b); }

    private:
        void read() {
            sluice_str name{}, value{};
            if (table_->header_at(ctx_, i_, &name, &value) == SLUICE_OK) {
                field_ = {view(name), view(value)};
            } else {
                table_ = nullptr;
            }
        }

        const sluice_host_request* table_ = nullptr;
        sluice_ctx* ctx_ = nullptr;
        uint32_t i_ = 0;
        Header field_;
    };

    Headers(const sluice_host_request* table, sluice_ctx* ctx) : table_(table), ctx_(ctx) {}
    iterator begin() const { return {table_, ctx_}; }
    iterator end() const { return {}; }

private:
    const sluice_host_request* table_;
    sluice_ctx* ctx_;
};

}  // namespace sluice

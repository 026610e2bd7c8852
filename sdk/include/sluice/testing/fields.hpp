// The fields of an HTTP head, in order; names in any case.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::testing {

inline bool sameName(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return std::tolower(static_cast<unsigned char>(x)) ==
                      std::tolower(static_cast<unsigned char>(y));
           });
}

/// A name of a field, or a method.
inline bool isToken(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}
inline bool isFieldValue(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
}

class Fields {
public:
    Fields() = default;
    Fields(std::initializer_list<std::pair<std::string, std::string>> list) : list_(list) {}

    std::optional<std::string_view> find(std::string_view name) const {
        for (const auto& field : list_) {
            if (sameName(field.first, name)) return field.second;
        }
        return std::nullopt;
    }
    /// Replaces the first of that name, removes the others, or adds one. False: it cannot stand in a head.
    bool set(std::string_view name, std::string_view value) {
        if (!isToken(name) || !isFieldValue(value)) return false;
        const auto named = [&](const auto& field) { return sameName(field.first, name); };
        const auto first = std::find_if(list_.begin(), list_.end(), named);
        if (first == list_.end()) {
            list_.emplace_back(name, value);
            return true;
        }
        first->second = value;
        list_.erase(std::remove_if(first + 1, list_.end(), named), list_.end());
        return true;
    }
    bool remove(std::string_view name) {
        const auto kept = std::remove_if(list_.begin(), list_.end(),
                                         [&](const auto& field) { return sameName(field.first, name); });
        const bool any = kept != list_.end();
        list_.erase(kept, list_.end());
        return any;
    }
    const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }

private:
    std::vector<std::pair<std::string, std::string>> list_;
};

}  // namespace sluice::testing

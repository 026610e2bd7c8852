#include "pseudonyms.h"

#include <algorithm>

#include "chars.h"

namespace pii {
namespace {

constexpr size_t kStart = 4;       // bytes by which stand-ins are found
constexpr size_t kEntityMax = 64;  // of a token

// "&lt;person\_1&gt;" is "<PERSON_1>". Where it ends, or 0 if there is no token at `begin`.
size_t readToken(std::string_view text, size_t begin, std::string& token) {
    size_t i = begin;
    const auto take = [&](std::string_view sign, std::string_view entity) {
        if (at(text, i) == '\\') ++i;
        if (text.substr(std::min(i, text.size()), sign.size()) == sign)
            i += sign.size();
        else if (text.substr(std::min(i, text.size()), entity.size()) == entity)
            i += entity.size();
        else
            return false;
        return true;
    };
    if (!take("<", "&lt;")) return 0;
    token = "<";
    while (token.size() < kEntityMax) {
        const char c = at(text, i);
        if (c == '\\' && at(text, i + 1) == '_') {
            ++i;
            continue;
        }
        if (!isAlnum(c) && c != '_') break;
        token.push_back(upper(c));
        ++i;
    }
    token.push_back('>');
    return take(">", "&gt;") ? i : 0;
}

}  // namespace

void Pseudonyms::remember(std::string name, std::string_view value) {
    longest_ = std::max(longest_, name.size());
    originals_.emplace(std::move(name), value);
}

std::string Pseudonyms::tokenFor(std::string_view entity, std::string_view value) {
    auto& name = names_[{std::string(entity), std::string(value)}];
    if (!name.empty()) return name;
    if (names_.size() > kMax) {
        names_.erase({std::string(entity), std::string(value)});
        return "<" + std::string(entity) + ">";
    }
    auto [count, is_new] = counts_.try_emplace(std::string(entity), 0);
    name = "<" + std::string(entity) + "_" + std::to_string(++count->second) + ">";
    std::string key = name;
    std::transform(key.begin(), key.end(), key.begin(), upper);
    remember(std::move(key), value);
    return name;
}

std::string Pseudonyms::standInFor(std::string_view entity, std::string_view value, const Keyed& keyed) {
    const auto known = names_.find({std::string(entity), std::string(value)});
    if (known != names_.end()) return known->second;
    auto name = keyed.standIn(entity, value);
    if (name.size() < kStart || names_.size() >= kMax || originals_.contains(name))
        return tokenFor(entity, value);
    names_.emplace(std::pair(std::string(entity), std::string(value)), name);
    stand_ins_.emplace(name.substr(0, kStart), name);
    remember(name, value);
    return name;
}

std::optional<std::string_view> Pseudonyms::originalOf(std::string_view name) const {
    auto known = originals_.find(std::string(name));
    if (known == originals_.end()) {
        std::string token;
        if (readToken(name, 0, token) != name.size()) return std::nullopt;
        known = originals_.find(token);
    }
    if (known == originals_.end()) return std::nullopt;
    return known->second;
}

// Escapes may make a token longer: "\<", "\_", "&gt;".
size_t PseudonymScanner::longest() const {
    return names_.empty() ? 0 : names_.longest() + names_.longest() / 2 + 10;
}

size_t PseudonymScanner::nameEnd(std::string_view text, size_t begin) const {
    const char c = text[begin];
    std::string token;
    if (c == '<' || c == '&' || c == '\\') {
        const size_t end = readToken(text, begin, token);
        if (end != 0 && names_.originals_.contains(token)) return end;
    }
    if (names_.stand_ins_.empty() || text.size() - begin < kStart) return 0;
    const auto [from, to] = names_.stand_ins_.equal_range(std::string(text.substr(begin, kStart)));
    size_t end = 0;
    for (auto it = from; it != to; ++it)
        if (text.substr(begin, it->second.size()) == it->second)
            end = std::max(end, begin + it->second.size());
    return end;
}

void PseudonymScanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    if (names_.empty()) return;
    for (size_t i = from; i < text.size();) {
        if (names_.stand_ins_.empty()) i = std::min(text.find_first_of("<&\\", i), text.size());
        if (i == text.size()) return;
        const size_t end = nameEnd(text, i);
        if (end != 0) found.push_back({i, end, kEntity, 1});
        i = end != 0 ? end : i + 1;
    }
}

}  // namespace pii

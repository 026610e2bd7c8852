#include "patterns.h"

#include <algorithm>

namespace guard_secrets {

Scanner::Scanner(secrets::Options options, std::vector<Pattern> patterns)
    : secrets_(std::move(options)), patterns_(std::move(patterns)), longest_(secrets_.longest()) {
    for (const auto& pattern : patterns_) longest_ = std::max(longest_, pattern.max_length);
}

void Scanner::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    secrets_.find(text, from, found);
    if (patterns_.empty()) return;
    for (const auto& pattern : patterns_) {
        re2::StringPiece match;
        for (size_t at = from; at < text.size(); at += std::max<size_t>(match.size(), 1)) {
            if (!pattern.expression->Match({text.data(), text.size()}, at, text.size(), re2::RE2::UNANCHORED,
                                           &match, 1))
                break;
            at = static_cast<size_t>(match.data() - text.data());
            const size_t size = std::min(match.size(), pattern.max_length);
            if (size > 0 && !secrets_.allowed(text.substr(at, size)))
                found.push_back({at, at + size, pattern.name, 1});
        }
    }
    // In order, of those that overlap the first; a stable sort keeps what secrets_ has found in front.
    std::stable_sort(found.begin() + first, found.end(),
                     [](const auto& a, const auto& b) { return a.begin < b.begin; });
    size_t covered = 0;
    found.erase(std::remove_if(found.begin() + first, found.end(),
                               [&covered](const auto& one) {
                                   const bool inside = one.begin < covered;
                                   if (!inside) covered = one.end;
                                   return inside;
                               }),
                found.end());
}

}  // namespace guard_secrets

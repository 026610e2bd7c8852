// Rules and names together: where both say something about the same text, one of them is right.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <sluice/scanner.hpp>

#include "engine/own_rules.h"

namespace pii {

class Combined final : public sluice::Scanner {
public:
    /// From this score on a rule has checked something (a checksum, a full format), and no name beats it.
    static constexpr float kChecked = 0.6F;

    /// Either may be null. `thresholds`: of the names, by entity; names under 0.5 do not exist. `allow`:
    /// what is no name, although it looks like one (rules have their own list).
    Combined(std::unique_ptr<sluice::Scanner> rules, std::unique_ptr<sluice::Scanner> names,
             std::map<std::string, float, std::less<>> thresholds, AllowList allow = {});

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override;
    size_t lookBehind() const override;
    size_t lookAhead() const override;

private:
    std::unique_ptr<sluice::Scanner> rules_, names_;
    std::map<std::string, float, std::less<>> thresholds_;
    AllowList allow_;
};

/// The answer's side of a request with pseudonyms: the way back first, and of what others find whatever is
/// left.
class WayBack final : public sluice::Scanner {
public:
    WayBack(const sluice::Scanner& back, const sluice::Scanner* other)
        : back_(back), other_(other) {}  // must outlive it
    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override;
    size_t lookBehind() const override;
    size_t lookAhead() const override;

private:
    const sluice::Scanner& back_;
    const sluice::Scanner* other_;
};

}  // namespace pii

// A value that must never be printed: API keys, passwords, tokens. It has no formatter, no stream operator
// and no conversion to string; the one way to the text is reveal(), which is easy to grep for. Wiped on
// destruction.
#pragma once

#include <string>
#include <string_view>

namespace sluice::base {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string&& text);  // leaves nothing behind in `text`
    explicit Secret(const std::string& text) : text_(text) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    bool empty() const { return text_.empty(); }

    /// The text itself; borrowed, valid as long as this object. Never pass it to a log or an error.
    std::string_view reveal() const { return text_; }

private:
    std::string text_;
};

/// Equal without telling by its timing where the difference is. Time depends on the lengths only.
bool equalConstantTime(std::string_view a, std::string_view b);

}  // namespace sluice::base

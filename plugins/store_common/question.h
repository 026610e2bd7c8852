// A question as JSON, read member by member. What is wrong with it is thrown as QuestionError: what was
// found, where, and what is allowed.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace store_common {

struct QuestionError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What usage can be broken down by. The first ones are the columns of combos, in their order.
enum class By : size_t { Key, User, Team, Organization, ModelGroup, Model, Provider, EndUser, Tag };
constexpr std::array<std::string_view, 9> kByNames = {
    "key_id", "user", "team", "organization", "model_group", "model", "provider", "end_user", "tag"};
constexpr std::string_view nameOf(By by) { return kByNames[static_cast<size_t>(by)]; }
constexpr bool isCombo(By by) { return by < By::EndUser; }
std::optional<By> byFrom(std::string_view name);

/// Values that are asked for, as texts; "" is "none".
using WhereTexts = std::map<By, std::set<std::string>>;

class Question {
public:
    explicit Question(std::string_view json);

    /// No members but these.
    void only(std::initializer_list<std::string_view> allowed) const;
    bool has(std::string_view name) const { return members_.contains(name); }
    std::string text(std::string_view name, std::string_view otherwise = {}) const;
    int64_t number(std::string_view name, int64_t otherwise, int64_t least, int64_t most) const;
    /// A day as "YYYY-MM-DD".
    int64_t day(std::string_view name, int64_t otherwise) const;
    /// A text or a list of texts.
    std::vector<std::string> texts(std::string_view name) const;
    By by(std::string_view name) const;
    /// Its dimensions; those of `others` are left for the asker.
    WhereTexts where(std::initializer_list<std::string_view> others = {}) const;
    std::optional<std::string> whereText(std::string_view name) const;

    [[noreturn]] static void fail(const std::string& where, const std::string& found,
                                  const std::string& allowed);

private:
    nlohmann::json members_;
};

/// A text from outside, short and printable, for a fault.
std::string shown(const std::string& text);

/// "a, b, c".
std::string listed(std::initializer_list<std::string_view> names);
std::string listedDimensions();

}  // namespace store_common

// Writing answers: JSON straight into a text. Money and counts have all their digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store_common/sums.h"

namespace store_common {

/// What an answer says of a sum.
constexpr std::array<std::string_view, 12> kSumNames = {"spend_pico_usd",     "spend",
                                                        "prompt_tokens",      "completion_tokens",
                                                        "total_tokens",       "cached_tokens",
                                                        "cache_write_tokens", "reasoning_tokens",
                                                        "requests",           "successful_requests",
                                                        "failed_requests",    "unpriced_requests"};

class Answer {
public:
    explicit Answer(std::string& out) : out_(out) {}

    Answer& open(char bracket);
    Answer& close(char bracket);
    /// `name` is ours and needs no escape.
    Answer& key(std::string_view name);
    Answer& foreignKey(std::string_view name);
    Answer& text(std::string_view value);
    /// null if empty.
    Answer& textOrNull(std::string_view value);
    Answer& number(int64_t value);
    Answer& boolean(bool value);
    /// What is JSON already.
    Answer& raw(std::string_view json);
    /// spend, spend_pico_usd, tokens, requests: members of the object that is open; those that show() named.
    Answer& sums(const Total& total);
    /// Bits by the place in kSumNames.
    void show(unsigned sums) { shown_ = sums; }
    /// The two of money alone.
    Answer& money(Wide pico_usd);

private:
    void separate();
    bool shows(size_t sum) const { return (shown_ >> sum & 1u) != 0; }

    std::string& out_;
    unsigned shown_ = ~0u;
    bool comma_ = false;
};

/// "2026-11-21T15:36:08.123Z".
std::string timeText(int64_t ms);

}  // namespace store_common

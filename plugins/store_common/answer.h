// Writing answers: JSON straight into a text. Money and counts have all their digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store_common/sums.h"

namespace store_common {

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
    /// spend, spend_pico_usd, tokens, requests: members of the object that is open.
    Answer& sums(const Total& total);
    /// The two of money alone.
    Answer& money(Wide pico_usd);

private:
    void separate();

    std::string& out_;
    bool comma_ = false;
};

/// "2026-11-21T15:36:08.123Z".
std::string timeText(int64_t ms);

}  // namespace store_common

// Texts: cut and escaped for where they go, and figures for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alerts {

/// At most that many bytes, never half a character of UTF-8; "…" where something was cut off. Control
/// characters become spaces.
std::string cut(std::string_view text, size_t bytes);

/// Slack's mrkdwn: & < > as docs.slack.dev/messaging/formatting-message-text says, in a code span, where
/// nothing else has a meaning.
std::string slackCode(std::string_view text);
std::string slackText(std::string_view text);
/// Markdown of Discord, with a backslash before what has a meaning.
std::string discordText(std::string_view text);
/// One line of a mail's head: RFC 2047, base64, if it is not plain ASCII.
std::string mailHeader(std::string_view text);

/// 12.3456 -> "$12.35"; below a cent "$0.000123".
std::string usd(double amount);
inline double usdOf(int64_t pico) { return static_cast<double>(pico) / 1e12; }
/// 0.956 -> "95.6 %"
std::string percent(double share);
/// 1234567 -> "1,234,567"
std::string number(int64_t value);
/// 93'000 -> "1 min 33 s"
std::string duration(int64_t ms);

}  // namespace alerts

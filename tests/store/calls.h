// Calls at random, and what they belong to.
#pragma once

#include <algorithm>
#include <random>

#include "support.h"

namespace store_tests {

inline const char* const kByAll[] = {"key_id", "user",     "team",     "organization", "model_group",
                                     "model",  "provider", "end_user", "tag"};

inline std::string quoted(const std::string& text) { return sluice::jsonQuoted(text); }

inline std::vector<std::string> valuesOf(const Call& call, const std::string& by) {
    if (by == "key_id") return {call.key};
    if (by == "user") return {call.user};
    if (by == "team") return {call.team};
    if (by == "organization") return {call.organization};
    if (by == "model_group") return {call.group};
    if (by == "model") return {call.model};
    if (by == "provider") return {call.provider};
    if (by == "end_user")
        return call.end_user.empty() ? std::vector<std::string>() : std::vector{call.end_user};
    return store_common::tagsFrom(call.attributes);
}

inline Call randomCall(std::mt19937& random, int number) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto word = [&](const std::string& stem, int n) {
        const int i = pick(n + 1);
        return i == n ? std::string() : stem + std::to_string(i);
    };
    Call call;
    call.id = "call-" + std::to_string(number);
    call.key = word("key", 6);
    call.user = word("user", 4);
    call.team = word("team", 3);
    call.organization = word("org", 2);
    call.end_user = word("end", 3);
    call.group = word("group", 3);
    call.model = word("model", 4);
    call.provider = word("provider", 2);
    call.outcome =
        std::vector<std::string>{"success", "failure", "cancelled", "blocked"}[static_cast<size_t>(pick(4))];
    const char* const tags[] = {"[]", "[\"x\"]", "[\"x\",\"y\"]", "[\"y\",\"y\",7,{}]", "no list"};
    call.attributes = tagged(tags[pick(5)]);
    call.start_ms = kNov21 + pick(20) * store_common::kDayMs + pick(1'000'000) - 500'000;
    call.prompt = static_cast<uint64_t>(pick(1'000'000));
    call.completion = static_cast<uint64_t>(pick(1'000'000));
    call.cost = pick(10) == 0 ? -1 : static_cast<int64_t>(random()) * 1'000'003 + pick(1000);
    return call;
}

inline std::vector<sluice_record> recordsOf(const std::vector<Call>& calls, size_t from, size_t count) {
    return {calls.begin() + static_cast<std::ptrdiff_t>(from),
            calls.begin() + static_cast<std::ptrdiff_t>(std::min(from + count, calls.size()))};
}

}  // namespace store_tests

// Usage events: once each, and every aggregate is the sum of the rows.
#include "calls.h"

using namespace store_tests;

namespace {

struct Expected {
    int64_t cost = 0, prompt = 0, completion = 0, requests = 0, successes = 0, unpriced = 0;
    void add(const Call& call) {
        cost += std::max<int64_t>(call.cost, 0);
        prompt += static_cast<int64_t>(call.prompt);
        completion += static_cast<int64_t>(call.completion);
        ++requests;
        successes += call.outcome == "success" ? 1 : 0;
        unpriced += call.cost < 0 ? 1 : 0;
    }
    bool operator==(const Expected& o) const {
        return cost == o.cost && prompt == o.prompt && completion == o.completion && requests == o.requests &&
               successes == o.successes && unpriced == o.unpriced;
    }
};

Expected expectedFrom(const Json& row) {
    CHECK(row["requests"] ==
          row["successful_requests"].get<int64_t>() + row["failed_requests"].get<int64_t>());
    return {row["spend_pico_usd"], row["prompt_tokens"],       row["completion_tokens"],
            row["requests"],       row["successful_requests"], row["unpriced_requests"]};
}

}  // namespace

TEST_CASE("an event counts once, however often it is sent") {
    TestStore store(":memory:");
    const Call a{"a"}, b{"b"};
    CHECK(store.append({a, b, a}) == SLUICE_OK);
    CHECK(store.append({a}) == SLUICE_OK);
    Call changed = a;
    changed.cost = 5;
    changed.start_ms += store_common::kDayMs;
    CHECK(store.append({b, changed}) == SLUICE_OK);
    CHECK(store.append({}) == SLUICE_OK);
    const auto all = store.report(R"({"report":"spend"})");
    CHECK(all["overall"]["requests"] == 2);
    CHECK(all["overall"]["spend_pico_usd"] == 2'000'000);
    CHECK(all["overall"]["spend"] == 0.000002);
}

TEST_CASE("a call is found by the time in its id, and without it") {
    using store_common::callKey, store_common::callKeysFrom, store_common::kDayMs;
    const int64_t day = 19'045;  // 2022-02-22
    const std::string of_rfc = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";  // RFC 9562 A.6: 19:22:22 UTC
    const int64_t key = callKey(day, of_rfc);
    CHECK((key - callKeysFrom(day)) >> 5 == 0x017F22E279B0 % kDayMs);
    CHECK(key < callKeysFrom(day + 1));
    CHECK(callKey(day, "017f22e2-79b1-7cc3-98c4-dc0c0c07398f") > key);
    for (const char* other : {"017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79bg-7cc3-98c4-dc0c0c07398f",
                              "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "ffffffff-ffff-7cc3-98c4-dc0c0c07398f", ""}) {
        CAPTURE(other);
        const int64_t its = callKey(day, other);
        CHECK((its >= callKeysFrom(day) && its < callKeysFrom(day + 1)));
        CHECK((its - callKeysFrom(day)) >> 5 != 0x017F22E279B0 % kDayMs);
    }
    TestStore store(":memory:");
    for (const int64_t start : {day, day, day + 1, day - 1}) {
        Call call{of_rfc};
        call.start_ms = start * kDayMs + 69'742'000;
        CHECK(store.append({call}) == SLUICE_OK);
    }
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 1);
    const auto found = store.report(R"({"report":"logs","where":{"call_id":")" + of_rfc + "\"}}");
    CHECK(found["rows"].size() == 1);
}

TEST_CASE("an event at the turn of a month counts once") {
    TestStore store(":memory:");
    Call late{"a"};
    late.start_ms = 20788 * store_common::kDayMs - 1;  // 2026-11-30T23:59:59.999
    Call early = late;
    early.start_ms += 1;
    CHECK(store.append({late}) == SLUICE_OK);
    CHECK(store.append({early}) == SLUICE_OK);
    early.id = "b";
    late.id = "b";
    CHECK(store.append({early}) == SLUICE_OK);
    CHECK(store.append({late}) == SLUICE_OK);
    const auto days = store.report(R"({"report":"spend","group_by":["day"]})");
    REQUIRE(days["total"] == 2);
    CHECK(days["rows"][0]["day"] == "2026-11-30");
    CHECK(days["rows"][1]["day"] == "2026-12-01");
    CHECK(days["overall"]["requests"] == 2);
}

TEST_CASE("an event without a call id counts every time") {
    TestStore store(":memory:");
    const Call nameless{""};
    CHECK(store.append({nameless, nameless}) == SLUICE_OK);
    CHECK(store.append({nameless}) == SLUICE_OK);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 3);
}

TEST_CASE("every aggregate is the sum of the events") {
    const unsigned seed = GENERATE(1u, 2u, 3u);
    std::mt19937 random(seed);
    std::vector<Call> calls;
    for (int i = 0; i < 1'500; ++i) calls.push_back(randomCall(random, i));
    TestStore store(":memory:");
    for (size_t i = 0; i < calls.size(); i += 170) {
        CHECK(store.append(recordsOf(calls, i, 170)) == SLUICE_OK);
        // Again, from somewhere before: what is there is left alone.
        CHECK(store.append(recordsOf(calls, i / 2, 40)) == SLUICE_OK);
    }
    for (const std::string by : kByAll) {
        std::map<std::string, Expected> expected;
        std::map<std::string, Expected> filtered;
        for (const auto& call : calls) {
            for (const auto& value : valuesOf(call, by)) {
                const auto day = store_common::dayText(store_common::dayOf(call.start_ms));
                expected[value + "|" + day].add(call);
                if (call.team == "team1" && day >= "2026-11-25" && day <= "2026-12-03")
                    filtered[value].add(call);
            }
        }
        INFO(by);
        const auto all =
            store.report("{\"report\":\"spend\",\"limit\":100000,\"group_by\":[" + quoted(by) + ",\"day\"]}");
        CHECK(all["total"] == expected.size());
        for (const auto& row : all["rows"]) {
            const auto value = row[by].is_null() ? std::string() : row[by].get<std::string>();
            CHECK(expectedFrom(row) == expected[value + "|" + row["day"].get<std::string>()]);
        }
        const auto some = store.report(
            "{\"report\":\"spend\",\"limit\":1000,\"where\":{\"team\":\"team1\"},\"from\":\"2026-11-25\","
            "\"to\":\"2026-12-03\","
            "\"group_by\":" +
            quoted(by) + "}");
        CHECK(some["total"] == filtered.size());
        for (const auto& row : some["rows"])
            CHECK(expectedFrom(row) ==
                  filtered[row[by].is_null() ? std::string() : row[by].get<std::string>()]);
    }
}

TEST_CASE("totals since a moment are exact to the millisecond") {
    std::mt19937 random(7);
    std::vector<Call> calls;
    for (int i = 0; i < 600; ++i) calls.push_back(randomCall(random, i));
    TestStore store(":memory:");
    CHECK(store.append(recordsOf(calls, 0, calls.size())) == SLUICE_OK);
    for (int i = 0; i < 20; ++i) {
        const int64_t since = calls[static_cast<size_t>(i) * 7].start_ms;
        for (const std::string by : kByAll) {
            std::map<std::string, Expected> expected;
            for (const auto& call : calls) {
                if (call.start_ms < since) continue;
                for (const auto& value : valuesOf(call, by)) expected[value].add(call);
            }
            const auto answer = store.report("{\"report\":\"totals\",\"dimension\":" + quoted(by) +
                                             ",\"since_ms\":" + std::to_string(since) + "}");
            CHECK(answer["exact"] == true);
            CHECK(answer["rows"].size() == expected.size());
            for (const auto& row : answer["rows"])
                CHECK(expectedFrom(row) ==
                      expected[row[by].is_null() ? std::string() : row[by].get<std::string>()]);
        }
    }
    const auto one = store.report(R"({"report":"totals","dimension":"key_id","values":["key1","nobody"]})");
    REQUIRE(one["rows"].size() == 1);
    CHECK(one["rows"][0]["key_id"] == "key1");
}

TEST_CASE("figures at the end of their range stay sums") {
    TestStore store(":memory:");
    for (int i = 0; i < 12; ++i) {
        Call call{"c" + std::to_string(i)};
        call.cost = INT64_MAX;  // cut to 1e18
        call.prompt = UINT64_MAX;
        call.start_ms = kNov21 + (i % 2) * store_common::kDayMs;
        CHECK(store.append({call}) == SLUICE_OK);
    }
    const auto all = store.report(R"({"report":"spend","group_by":"key_id"})");
    CHECK(all["overall"]["prompt_tokens"] == 12'000'000'000'000);
    // More than 64 bits have: the digits are all there.
    std::string text;
    CHECK(store.ask(R"({"report":"spend","group_by":"key_id"})", text) == SLUICE_OK);
    CHECK(text.find("\"spend_pico_usd\":12000000000000000000,\"spend\":12000000,") != std::string::npos);
    Call old{"old"};
    old.start_ms = -5;
    Call far{"far"};
    far.start_ms = INT64_MAX;
    CHECK(store.append({old, far}) == SLUICE_OK);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 14);
}

TEST_CASE("a record of an older host has fewer fields") {
    TestStore store(":memory:");
    sluice_record record = Call{"a"};
    record.size = offsetof(sluice_record, cost_pico_usd);
    CHECK(store.append({record}) == SLUICE_OK);
    const auto all = store.report(R"({"report":"spend","group_by":"key_id"})");
    REQUIRE(all["total"] == 1);
    CHECK(all["rows"][0]["key_id"].is_null());
    CHECK(all["rows"][0]["prompt_tokens"] == 10);
    CHECK(all["rows"][0]["unpriced_requests"] == 1);
}

#include <catch2/catch.hpp>

#include "gate.h"
#include "outbox.h"
#include "support.h"

using namespace alerts;
using namespace testing;

namespace {

Alert some(const std::string& subject, int64_t window_ms = kMinute) {
    Alert alert;
    alert.type = "llm_exceptions";
    alert.title = "t";
    alert.subject = subject;
    alert.window_ms = window_ms;
    return alert;
}

struct Row {
    FakeChannel::Log log;
    int64_t now = kNow;
    size_t folded = 0, dropped = 0, failed = 0;
    std::unique_ptr<Outbox> outbox;

    explicit Row(OutboxOptions options = {}) {
        OutboxEvents events;
        events.dropped = [this](size_t count, const char* why) {
            (std::string(why) == "folded" ? folded : dropped) += count;
        };
        events.failed = [this](const std::string&) { ++failed; };
        outbox = std::make_unique<Outbox>(
            std::make_unique<FakeChannel>(log), options, [this] { return now; }, events);
    }
    void put(const std::string& subject) { outbox->put(std::make_shared<const Alert>(some(subject))); }
    void pump() {
        while (outbox->step() <= now) continue;
    }
};

constexpr Said kAway{503, false, true, 0, "status 503"};
constexpr Said kNo{400, false, false, 0, "status 400"};

}  // namespace

TEST_CASE("the same alert once in its window, and how often it came meanwhile") {
    Gate gate;
    REQUIRE(gate.pass(some("a"), kNow));
    REQUIRE(gate.pass(some("b"), kNow));
    auto again = some("a");
    again.times = 3;
    CHECK_FALSE(gate.pass(again, kNow + 1));
    CHECK_FALSE(gate.pass(some("a"), kNow + kMinute - 1));
    const auto later = gate.pass(some("a"), kNow + kMinute);
    REQUIRE(later);
    CHECK(later->repeats == 4);
    CHECK(later->at_ms == kNow + kMinute);
    CHECK(gate.pass(some("a"), kNow + 2 * kMinute)->repeats == 0);
}

TEST_CASE("a state that is looked at again and again has no repeats") {
    Gate gate;
    auto state = some("a");
    state.state = true;
    REQUIRE(gate.pass(state, kNow));
    for (int i = 1; i < 50; ++i) CHECK_FALSE(gate.pass(state, kNow + i));
    CHECK(gate.pass(state, kNow + kMinute)->repeats == 0);
}

TEST_CASE("an end is told if the beginning was, and what comes back is news") {
    Gate gate;
    auto over = some("a");
    over.resolves = true;
    CHECK_FALSE(gate.pass(over, kNow));
    REQUIRE(gate.pass(some("a"), kNow));
    REQUIRE(gate.pass(over, kNow + 1));
    CHECK_FALSE(gate.pass(over, kNow + 2));
    CHECK(gate.pass(some("a"), kNow + 3));
}

TEST_CASE("what was told is bounded") {
    Gate gate;
    for (int i = 0; i < 25'000; ++i) (void)gate.pass(some(std::to_string(i)), kNow);
    CHECK(gate.size() <= 20'000);
    (void)gate.pass(some("x"), kNow + 3 * kDay);
    CHECK(gate.size() < 10);
}

TEST_CASE("a channel gets so many a minute, and the rest as one sum") {
    OutboxOptions options;
    options.per_minute = 5;
    Row row(options);
    for (int i = 0; i < 50; ++i) row.put(std::to_string(i));
    row.pump();
    const size_t single = row.log.got.size();
    CHECK(single == 4);  // the fifth place is the sum's
    CHECK(row.folded == 46);
    row.now += kMinute;
    row.pump();
    REQUIRE(row.log.got.size() == single + 1);
    CHECK(row.log.got.back().type == "summary");
    CHECK(fact(row.log.got.back(), "llm_exceptions") == "46");
    row.put("after");
    row.pump();
    CHECK(row.log.got.back().subject == "after");
}

TEST_CASE("a receiver that is away is asked again, later and later, in order") {
    Row row;
    row.log.next = {kAway, kAway, kAway};
    row.put("a");
    row.put("b");
    row.pump();
    CHECK(row.log.got.size() == 1);
    row.now += 999;
    row.pump();
    CHECK(row.log.got.size() == 1);
    row.now += 1;
    row.pump();
    CHECK(row.log.got.size() == 2);
    row.now += 1'999;
    row.pump();
    CHECK(row.log.got.size() == 2);
    row.now += 1;
    row.pump();
    row.now += 4'000;
    row.pump();
    REQUIRE(row.log.got.size() == 5);
    CHECK(row.log.got[3].subject == "a");
    CHECK(row.log.got[4].subject == "b");
    CHECK(row.failed == 3);
    CHECK(row.dropped == 0);
}

TEST_CASE("429 with a time is left alone for as long as it says") {
    Row row;
    row.log.next = {{429, false, true, 30'000, "status 429"}};
    row.put("a");
    row.pump();
    row.now += 29'999;
    row.pump();
    CHECK(row.log.got.size() == 1);
    row.now += 1;
    row.pump();
    CHECK(row.log.got.size() == 2);
}

TEST_CASE("what is refused is dropped, what waits too long as well") {
    OutboxOptions options;
    options.retry_for_ms = 10'000;
    Row row(options);
    row.log.next = {kNo};
    row.put("refused");
    row.put("fine");
    row.pump();
    CHECK(row.log.got.size() == 2);
    CHECK(row.dropped == 1);
    row.log.next = std::deque<Said>(100, kAway);
    row.put("old");
    for (int i = 0; i < 30; ++i) {
        row.pump();
        row.now += 1'000;
    }
    CHECK(row.dropped == 2);
    CHECK(row.log.got.size() < 10);
}

TEST_CASE("what waits for a receiver is bounded") {
    OutboxOptions options;
    options.per_minute = 10'000;
    options.queue_max = 10;
    Row row(options);
    row.log.next = std::deque<Said>(3, kAway);
    for (int i = 0; i < 1'000; ++i) row.put(std::to_string(i));
    CHECK(row.folded == 990);
    for (int i = 0; i < 100; ++i) {
        row.pump();
        row.now += 1'000;
    }
    CHECK(row.log.got.back().type == "summary");
    CHECK(row.log.got.size() == 3 + 10 + 1);
}

TEST_CASE("at the end each that waits gets one try") {
    Row row;
    row.put("a");
    row.put("b");
    row.outbox->start();
    row.outbox->close();
    CHECK(row.log.got.size() == 2);
    CHECK(row.dropped == 0);
    Row away;
    away.log.next = {kAway, kAway};
    away.put("a");
    away.put("b");
    away.outbox->start();
    away.outbox->close();
    CHECK(away.dropped == 2);
}

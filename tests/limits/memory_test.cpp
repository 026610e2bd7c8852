// Counters in memory: what plugin_api/sluice/counters.h promises.
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sluice/types.hpp>

#include "counters/memory.h"

using counters::Memory;

namespace {

constexpr int64_t kNow = 1'795'000'000'000, kMinute = 60'000;

sluice_counter window(const char* name, int64_t limit, int64_t amount = 1) {
    sluice_counter c{};
    c.size = sizeof c;
    c.kind = SLUICE_COUNTER_WINDOW;
    c.name = sluice::str(name);
    c.limit = limit;
    c.span_ms = kMinute;
    c.amount = amount;
    return c;
}
sluice_counter level(const char* name, int64_t limit) {
    sluice_counter c = window(name, limit);
    c.kind = SLUICE_COUNTER_LEVEL;
    return c;
}
sluice_counter sum(const char* name, int64_t limit, int64_t amount, int64_t ends_ms = 0) {
    sluice_counter c = window(name, limit, amount);
    c.kind = SLUICE_COUNTER_SUM;
    c.ends_ms = ends_ms;
    return c;
}

sluice_status take(Memory& memory, std::vector<sluice_counter>& all, int64_t now, size_t* which = nullptr) {
    size_t ignored = 0;
    return memory.take(all.data(), all.size(), which ? which : &ignored, now);
}
sluice_status takeOne(Memory& memory, sluice_counter c, int64_t now) {
    std::vector<sluice_counter> all{c};
    return take(memory, all, now);
}

}  // namespace

TEST_CASE("a window never lets more than its limit through in any minute") {
    // Attempts all the time, with bursts where the parts of the window meet.
    Memory memory;
    std::vector<int64_t> passed;
    for (int64_t t = 0; t < 10 * kMinute; t += t % 5000 < 200 ? 1 : 137) {
        if (takeOne(memory, window("a", 20), kNow + t) == SLUICE_OK) passed.push_back(t);
    }
    size_t first = 0, most = 0;
    for (size_t last = 0; last < passed.size(); ++last) {
        while (passed[last] - passed[first] >= kMinute) ++first;
        most = std::max(most, last - first + 1);
    }
    CHECK(most == 20);
    CHECK(passed.size() >= 20 * 9);  // and not much less: room comes back a twelfth late at the most
}

TEST_CASE("how long until there is room") {
    Memory memory;
    for (int i = 0; i < 3; ++i) CHECK(takeOne(memory, window("a", 3), kNow + i) == SLUICE_OK);
    std::vector<sluice_counter> full{window("a", 3)};
    CHECK(take(memory, full, kNow + 10) == SLUICE_E_LIMIT);
    CHECK(full[0].used == 3);
    CHECK(full[0].reset_ms > kMinute - 5000);
    CHECK(full[0].reset_ms <= kMinute + 5000);
    CHECK(takeOne(memory, window("a", 3), kNow + 10 + full[0].reset_ms - 1) == SLUICE_E_LIMIT);
    CHECK(takeOne(memory, window("a", 3), kNow + 10 + full[0].reset_ms) == SLUICE_OK);
}

TEST_CASE("all or nothing") {
    Memory memory;
    std::vector<sluice_counter> both{window("roomy", 100), level("one", 1)};
    REQUIRE(take(memory, both, kNow) == SLUICE_OK);
    size_t which = 9;
    std::vector<sluice_counter> again{window("roomy", 100), level("one", 1)};
    CHECK(take(memory, again, kNow, &which) == SLUICE_E_LIMIT);
    CHECK(which == 1);
    memory.read(again.data(), 2, kNow);
    CHECK(again[0].used == 1);  // of the refused step nothing was counted
    CHECK(again[1].used == 1);
}

TEST_CASE("a full counter with room for none: limit 0") {
    Memory memory;
    CHECK(takeOne(memory, window("a", 0), kNow) == SLUICE_E_LIMIT);
    CHECK(takeOne(memory, level("b", 0), kNow) == SLUICE_E_LIMIT);
    const auto seed = sum("c", 0, 0);
    memory.seed(&seed, 1, kNow);
    CHECK(takeOne(memory, sum("c", 0, 5), kNow) == SLUICE_E_LIMIT);
}

TEST_CASE("places come back") {
    Memory memory;
    for (int round = 0; round < 3; ++round) {
        std::vector<sluice_counter> a{level("p", 2)}, b{level("p", 2)}, c{level("p", 2)};
        REQUIRE(take(memory, a, kNow) == SLUICE_OK);
        REQUIRE(take(memory, b, kNow) == SLUICE_OK);
        CHECK(take(memory, c, kNow) == SLUICE_E_LIMIT);
        memory.settle(a.data(), 1, kNow);
        CHECK(take(memory, c, kNow) == SLUICE_OK);
        memory.settle(b.data(), 1, kNow);
        memory.settle(c.data(), 1, kNow);
    }
    memory.sweep(kNow);
    CHECK(memory.size() == 0);
}

TEST_CASE("tokens: the estimate gives way to the true figure, less and more") {
    Memory memory;
    const auto used = [&](int64_t now) {
        auto c = window("t", 1000);
        memory.read(&c, 1, now);
        return c.used;
    };
    std::vector<sluice_counter> a{window("t", 1000, 600)};
    REQUIRE(take(memory, a, kNow) == SLUICE_OK);
    a[0].amount = 40;
    memory.settle(a.data(), 1, kNow + 20'000);
    CHECK(used(kNow + 20'000) == 40);
    CHECK(used(kNow + kMinute + 5'000) == 0);
    std::vector<sluice_counter> b{window("t", 1000, 10)};
    REQUIRE(take(memory, b, kNow + 200'000) == SLUICE_OK);
    b[0].amount = 900;  // what a stream used beyond counts from when it was known
    memory.settle(b.data(), 1, kNow + 250'000);
    CHECK(used(kNow + 250'000) == 900);
    CHECK(used(kNow + 280'000) == 890);
    // One whose minute has passed gives nothing back to the next one.
    std::vector<sluice_counter> c{window("late", 1000, 600)}, d{window("late", 1000, 50)};
    REQUIRE(take(memory, c, kNow) == SLUICE_OK);
    REQUIRE(take(memory, d, kNow + 120'000) == SLUICE_OK);
    c[0].amount = 0;
    memory.settle(c.data(), 1, kNow + 120'000);
    auto late = window("late", 1000);
    memory.read(&late, 1, kNow + 120'000);
    CHECK(late.used == 50);
}

TEST_CASE("sums: seeded first, reserved, settled, over at their end") {
    Memory memory;
    const int64_t end = kNow + 1000;
    CHECK(takeOne(memory, sum("s", 100, 30, end), kNow) == SLUICE_E_NOT_FOUND);
    const auto seed = sum("s", 100, 50, end);
    memory.seed(&seed, 1, kNow);
    std::vector<sluice_counter> a{sum("s", 100, 30, end)}, b{sum("s", 100, 30, end)},
        c{sum("s", 100, 30, end)};
    REQUIRE(take(memory, a, kNow) == SLUICE_OK);
    CHECK(a[0].used == 80);
    REQUIRE(take(memory, b, kNow) == SLUICE_OK);  // there was room, if not for all of it
    CHECK(take(memory, c, kNow) == SLUICE_E_LIMIT);
    a[0].amount = 1;
    b[0].amount = 2;
    memory.settle(a.data(), 1, kNow);
    memory.settle(b.data(), 1, kNow);
    CHECK(take(memory, c, kNow) == SLUICE_OK);
    CHECK(c[0].used == 83);
    // The books know of more: what is reserved comes on top, what is less changes nothing.
    const auto more = sum("s", 100, 60, end), less = sum("s", 100, 10, end);
    memory.seed(&more, 1, kNow);
    memory.seed(&less, 1, kNow);
    memory.read(c.data(), 1, kNow);
    CHECK(c[0].used == 90);
    CHECK(takeOne(memory, sum("s", 100, 1, end), end) == SLUICE_E_NOT_FOUND);  // the next period
    c[0].amount = 77;
    memory.settle(c.data(), 1, end);
    const auto next = sum("s", 100, 0, end + 1000);
    memory.seed(&next, 1, end);
    auto now = sum("s", 100, 0, end + 1000);
    memory.read(&now, 1, end);
    CHECK(now.used == 0);
}

TEST_CASE("what has ended is forgotten, and no more") {
    Memory memory;
    REQUIRE(takeOne(memory, window("w", 5), kNow) == SLUICE_OK);
    REQUIRE(takeOne(memory, level("l", 5), kNow) == SLUICE_OK);
    const auto seed = sum("s", 5, 1, kNow + 10);
    memory.seed(&seed, 1, kNow);
    memory.sweep(kNow);
    CHECK(memory.size() == 3);
    memory.sweep(kNow + 2 * kMinute);
    CHECK(memory.size() == 1);  // a place that is held
}

TEST_CASE("a clock that steps back") {
    Memory memory;
    for (int i = 0; i < 5; ++i) CHECK(takeOne(memory, window("a", 5), kNow) == SLUICE_OK);
    CHECK(takeOne(memory, window("a", 5), kNow - 30'000) == SLUICE_E_LIMIT);
    CHECK(takeOne(memory, window("a", 5), kNow - 300'000) == SLUICE_E_LIMIT);
}

TEST_CASE("threads: no step is torn, no place is lost") {
    Memory memory;
    std::atomic<int> passed{0}, inside{0}, most{0};
    const auto work = [&](int seed) {
        for (int i = 0; i < 20'000; ++i) {
            // In other orders, over other counters: a deadlock would show.
            std::vector<sluice_counter> all{level("shared", 3), window("w", 1'000'000), level("other", 1000)};
            if ((i + seed) % 2) std::swap(all[0], all[2]);
            if (take(memory, all, kNow) != SLUICE_OK) continue;
            const int now = ++inside;
            for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
            }
            ++passed;
            --inside;
            memory.settle(all.data(), all.size(), kNow);
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
    for (auto& thread : threads) thread.join();
    CHECK(most <= 3);
    std::vector<sluice_counter> all{level("shared", 3), window("w", 1'000'000), level("other", 1000)};
    memory.read(all.data(), 3, kNow);
    CHECK(all[0].used == 0);
    CHECK(all[1].used == passed);
    CHECK(all[2].used == 0);
}

// Two Memories are told the same, one of them through hints, while counters end, are swept away and begin
// anew.
TEST_CASE("hints change nothing but the time that it takes") {
    Memory plain, hinted;
    std::mt19937 chance(7);
    const auto upTo = [&](int most) { return static_cast<int>(chance() % static_cast<unsigned>(most)); };
    std::array<std::string, 12> names;
    std::array<Memory::Hint, 12> hints;
    for (size_t i = 0; i < names.size(); ++i)
        names[i] = "api_key:" + std::string(30, 'x') + std::to_string(i);
    struct Held {
        std::vector<sluice_counter> plain, hinted;
        std::vector<Memory::Hint*> hints;
    };
    std::vector<Held> held;
    int64_t now = kNow;
    size_t taken = 0;
    for (int step = 0; step < 20'000; ++step) {
        now += upTo(100) == 0 ? 200'000 : upTo(3'000);
        Held one;
        for (int i = 0; i <= upTo(3); ++i) {
            const auto which = static_cast<size_t>(upTo(12));
            sluice_counter c = window(names[which].c_str(), 5 + upTo(5), 1 + upTo(3));
            if (which % 3 == 1) c.kind = SLUICE_COUNTER_LEVEL;
            if (which % 3 == 2) c.kind = SLUICE_COUNTER_SUM, c.ends_ms = (now / 400'000 + 1) * 400'000;
            one.plain.push_back(c);
            one.hints.push_back(&hints[which]);
        }
        one.hinted = one.plain;
        size_t a = 0, b = 0;
        const auto said = plain.take(one.plain.data(), one.plain.size(), &a, now);
        REQUIRE(hinted.take(one.hinted.data(), one.hinted.size(), &b, now, one.hints.data()) == said);
        REQUIRE(a == b);
        if (said == SLUICE_E_NOT_FOUND) {
            plain.seed(&one.plain[a], 1, now);
            hinted.seed(&one.hinted[a], 1, now);
        }
        for (size_t i = 0; i < one.plain.size(); ++i) REQUIRE(one.plain[i].used == one.hinted[i].used);
        if (said == SLUICE_OK) held.push_back(one), ++taken;
        while (held.size() > 8 || (!held.empty() && upTo(2) == 0)) {
            Held& first = held.front();
            for (size_t i = 0; i < first.plain.size(); ++i)
                first.plain[i].amount = first.hinted[i].amount = upTo(4);
            plain.settle(first.plain.data(), first.plain.size(), now);
            hinted.settle(first.hinted.data(), first.hinted.size(), now, first.hints.data());
            held.erase(held.begin());
        }
        if (upTo(50) == 0) plain.sweep(now), hinted.sweep(now);
        REQUIRE(plain.size() == hinted.size());
    }
    CHECK(taken > 2'000);
}

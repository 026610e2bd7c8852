// The store of cache_memory: its bound, its times, several threads.
#include <atomic>
#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "cache_memory/engine/store.h"
#include "support.h"

using namespace cache_memory;
using cache_tests::isValueOf;
using cache_tests::keyOf;
using cache_tests::Random;
using cache_tests::valueOf;

namespace {

constexpr int64_t kLong = 1'000'000'000;

Options sized(size_t max_bytes, size_t max_entry_bytes, size_t shards) {
    Options options;
    options.max_bytes = max_bytes;
    options.max_entry_bytes = max_entry_bytes;
    options.shards = shards;
    return options;
}

std::string text(const Held& held) { return std::string(held->value()); }

struct Expected {
    std::string value;
    int64_t expires_ms;
};

}  // namespace

TEST_CASE("cache 10: with room enough it is a map whose entries expire") {
    Store store(sized(64 << 20, 1 << 20, 4));
    REQUIRE(store.shards() == 4);
    std::map<std::string, Expected> model;
    Random random{10};
    int64_t now = 1'000;
    for (size_t step = 0; step < 30'000; ++step) {
        now += static_cast<int64_t>(random.below(40));
        const std::string key = keyOf(random.below(500), random.below(2) == 0 ? "a" : "b");
        switch (random.below(20)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
            case 5: {
                const std::string value = valueOf(key, step, random.below(5'000));
                const int64_t expires = now + 1 + static_cast<int64_t>(random.below(20'000));
                REQUIRE(store.put(key, value, expires, now));
                model[key] = {value, expires};
                break;
            }
            case 6: {
                const auto known = model.find(key);
                const bool alive = known != model.end() && known->second.expires_ms > now;
                REQUIRE(store.remove(key, now) == alive);
                model.erase(key);
                break;
            }
            case 7:
                if (random.below(50) != 0) break;
                store.flush("a:");
                std::erase_if(model, [](const auto& one) { return one.first[0] == 'a'; });
                break;
            default: {
                const auto known = model.find(key);
                const Held found = store.find(key, now);
                REQUIRE(static_cast<bool>(found) == (known != model.end() && known->second.expires_ms > now));
                if (found) REQUIRE(text(found) == known->second.value);
            }
        }
    }
    store.flush("");
    CHECK(store.figures().entries == 0);
    CHECK(store.figures().bytes == 0);
}

TEST_CASE("cache 11: the bound holds at every moment, and what comes back is what was put last") {
    for (const size_t shards : {1, 8}) {
        const size_t max_bytes = 2 << 20;
        Store store(sized(max_bytes, 64 << 10, shards));
        REQUIRE(store.shards() == shards);
        std::map<std::string, std::string> last;
        Random random{shards};
        size_t hits = 0;
        for (size_t step = 0; step < 20'000; ++step) {
            const std::string key = keyOf(random.below(3'000));
            const size_t size = random.below(50) == 0 ? 60'000 : random.below(4'000);
            const std::string value = valueOf(key, step, size);
            REQUIRE(store.put(key, value, kLong, 0));
            last[key] = value;
            REQUIRE(store.figures().bytes <= max_bytes);
            const std::string asked = keyOf(random.below(3'000));
            const Held found = store.find(asked, 0);
            if (!found) continue;
            REQUIRE(text(found) == last[asked]);
            ++hits;
        }
        const Figures figures = store.figures();
        CHECK(hits > 1'000);
        CHECK(figures.hits == hits);
        CHECK(figures.evictions > 1'000);
        CHECK(figures.bytes > max_bytes / 2);
    }
}

TEST_CASE("cache 12: an entry is refused that is larger than it takes, and a small cache has fewer shards") {
    Store store(sized(1 << 20, 1 << 18, 16));
    CHECK(store.shards() == 1);
    CHECK(store.put("k", std::string(1 << 18, 'x'), kLong, 0));
    CHECK_FALSE(store.put("l", std::string((1 << 18) + 1, 'x'), kLong, 0));
    CHECK(store.put("", "", kLong, 0));
    CHECK(text(store.find("", 0)).empty());
}

TEST_CASE("cache 13: what has expired is never given back, and makes room first") {
    Store store(sized(1 << 20, 1 << 14, 1));
    for (size_t i = 0; i < 100; ++i) REQUIRE(store.put(keyOf(i), std::string(1'000, 'x'), 500, 0));
    CHECK(store.find(keyOf(1), 499));
    CHECK_FALSE(store.find(keyOf(1), 500));
    CHECK_FALSE(store.find(keyOf(1), 499));
    CHECK(store.figures().expired == 1);
    size_t number = 1'000;
    while (store.figures().evictions == 0) {
        REQUIRE(store.put(keyOf(number++), std::string(1'000, 'x'), kLong, 2'000));
        REQUIRE(number < 3'000);
    }
    CHECK(store.figures().expired >= 90);
}

TEST_CASE("cache 14: a scan does not throw out what is asked for") {
    Store store(sized(1 << 20, 1 << 14, 1));
    const std::string value(1'000, 'x');
    for (int round = 0; round < 3; ++round) {
        for (size_t i = 0; i < 300; ++i) {
            if (!store.find(keyOf(i), 0)) REQUIRE(store.put(keyOf(i), value, kLong, 0));
        }
    }
    for (size_t i = 0; i < 20'000; ++i) REQUIRE(store.put(keyOf(10'000 + i), value, kLong, 0));
    size_t left = 0;
    for (size_t i = 0; i < 300; ++i) left += store.find(keyOf(i), 0) ? 1 : 0;
    CHECK(left > 280);
}

TEST_CASE("cache 15: another bound, and moving to another store") {
    Store store(sized(4 << 20, 1 << 16, 4));
    for (size_t i = 0; i < 1'000; ++i) REQUIRE(store.put(keyOf(i), valueOf(keyOf(i), i, 2'000), kLong, 0));
    REQUIRE(store.resize(sized(2 << 20, 1 << 16, 4), 0));
    CHECK(store.figures().bytes <= (2 << 20));
    CHECK(store.figures().entries > 500);
    CHECK_FALSE(store.resize(sized(2 << 20, 1 << 16, 2), 0));
    Store other(sized(8 << 20, 1 << 16, 2));
    const uint64_t entries = store.figures().entries;
    store.drain([&](const Entry& entry) {
        REQUIRE(other.put(entry.key(), entry.value(), entry.expiresMs(), 0, entry.in_main));
    });
    CHECK(store.figures().entries == 0);
    CHECK(store.figures().bytes == 0);
    CHECK(other.figures().entries == entries);
}

TEST_CASE("cache 16: several threads; a value that is thrown out lives while it is read") {
    Store store(sized(1 << 20, 1 << 15, 4));
    std::atomic<size_t> hits{0}, wrong{0};
    const auto work = [&](uint64_t seed) {
        Random random{seed};
        for (size_t step = 0; step < 15'000; ++step) {
            const std::string key = keyOf(random.below(800), random.below(2) == 0 ? "a" : "b");
            const size_t what = random.below(100);
            if (what < 40) {
                (void)store.put(key, valueOf(key, step, random.below(3'000)), step % 7 == 0 ? 50 : kLong, 10);
            } else if (what < 43) {
                (void)store.remove(key, 10);
            } else if (what == 43 && step % 10 == 0) {
                store.flush("a:");
            } else if (const Held found = store.find(key, static_cast<int64_t>(random.below(100)))) {
                ++hits;
                if (!isValueOf(key, text(found))) ++wrong;
            }
            if (store.figures().bytes > (1 << 20)) ++wrong;
        }
    };
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 4; ++i) threads.emplace_back(work, i);
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(hits > 1'000);
}

// The table, the ghosts and the queues of cache_memory, each against something simple.
#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "cache_memory/engine/ghosts.h"
#include "cache_memory/engine/hash.h"
#include "cache_memory/engine/queues.h"
#include "cache_memory/engine/table.h"
#include "support.h"

using namespace cache_memory;
using cache_tests::keyOf;
using cache_tests::Random;

namespace {

// Few different hashes, so that long clusters and wraps come up.
Held made(size_t number, uint64_t spread, int64_t expires_ms = 1'000'000) {
    const std::string key = keyOf(number);
    return Held(Entry::make(key, "v", hashOf(key) % spread, expires_ms));
}

}  // namespace

TEST_CASE("cache 01: a table is a map, also when hashes meet") {
    for (const uint64_t spread : {uint64_t{7}, uint64_t{64}, uint64_t{1000}, UINT64_MAX}) {
        Random random{spread};
        Table table;
        std::map<size_t, Held> model;
        for (int step = 0; step < 4'000; ++step) {
            const size_t number = random.below(300);
            const auto known = model.find(number);
            if (known != model.end()) {
                table.erase(*known->second.get());
                model.erase(known);
            } else {
                Held entry = made(number, spread);
                table.insert(*entry.get());
                model.emplace(number, std::move(entry));
            }
            const size_t asked = random.below(300);
            const auto there = model.find(asked);
            Entry* found = table.find(hashOf(keyOf(asked)) % spread, keyOf(asked));
            REQUIRE(found == (there == model.end() ? nullptr : there->second.get()));
        }
        REQUIRE(table.size() == model.size());
    }
}

TEST_CASE("cache 02: a walk passes by all that was there when it began, whatever happens meanwhile") {
    for (uint64_t seed = 0; seed < 60; ++seed) {
        Random random{seed};
        const uint64_t spread = seed % 2 == 0 ? 90 : UINT64_MAX;
        Table table;
        std::map<size_t, Held> there;
        std::vector<Held> gone;  // kept, so that no address comes again
        const auto toggle = [&](size_t number) {
            const auto known = there.find(number);
            if (known != there.end()) {
                table.erase(*known->second.get());
                gone.push_back(std::move(known->second));
                there.erase(known);
                return;
            }
            Held entry = made(number, spread);
            table.insert(*entry.get());
            there.emplace(number, std::move(entry));
        };
        while (there.size() < 100) toggle(random.below(200));
        std::set<const Entry*> due;
        for (const auto& [number, entry] : there) due.insert(entry.get());
        Table::Walk walk;
        for (bool more = true; more;) {
            more = table.walk(walk, 1 + random.below(8), [&](Entry& entry) { due.erase(&entry); });
            for (size_t i = random.below(20); i > 0; --i) toggle(random.below(400));
        }
        for (const auto& [number, entry] : there) REQUIRE(due.count(entry.get()) == 0);
    }
}

TEST_CASE("cache 03: what has expired is found, and nothing else") {
    Table table;
    std::vector<Held> all;
    for (size_t i = 0; i < 200; ++i) {
        all.push_back(made(i, UINT64_MAX, i % 4 == 0 ? 10'500 : 60'000));
        table.insert(*all.back().get());
    }
    const auto count = [&](int64_t now_ms) {
        std::set<const Entry*> found;
        table.expired(1'000, now_ms, [&](Entry& entry) {
            CHECK(entry.expiresMs() <= now_ms);
            found.insert(&entry);
            return false;
        });
        return found.size();
    };
    CHECK(count(10'499) == 0);
    CHECK(count(12'000) == 50);
    CHECK(count(61'000) == 200);
}

TEST_CASE("cache 04: ghosts are remembered for their limit, once each") {
    Ghosts ghosts;
    Random random{1};
    std::vector<uint64_t> hashes;
    for (size_t i = 0; i < 10'000; ++i) hashes.push_back(random.next());
    for (const uint64_t hash : hashes) ghosts.add(hash, 1'000);
    size_t kept = 0, old = 0;
    for (size_t i = 9'000; i < 10'000; ++i) kept += ghosts.take(hashes[i]) ? 1 : 0;
    for (size_t i = 0; i < 9'000; ++i) old += ghosts.take(hashes[i]) ? 1 : 0;
    CHECK(kept > 950);  // a bucket that was full has forgotten its oldest
    CHECK(old == 0);
    for (size_t i = 9'000; i < 10'000; ++i) CHECK_FALSE(ghosts.take(hashes[i]));
}

TEST_CASE("cache 05: queues follow S3-FIFO") {
    std::vector<Held> all;
    for (size_t i = 0; i < 12; ++i) all.push_back(made(i, UINT64_MAX));
    const size_t cost = all[0]->cost();
    Queues queues(10 * cost);  // one entry is a tenth
    for (size_t i = 0; i < 4; ++i) queues.add(*all[i].get(), false);
    SECTION("what was found twice goes into the main queue, what was found once goes") {
        Queues::found(*all[0].get());
        Queues::found(*all[0].get());
        Queues::found(*all[1].get());
        CHECK(queues.evict(0) == all[1].get());
        CHECK(all[0]->in_main);
        CHECK(queues.belongsInMain(all[1]->hash()));
        CHECK_FALSE(queues.belongsInMain(all[1]->hash()));
        CHECK_FALSE(queues.belongsInMain(all[0]->hash()));
    }
    SECTION("the main queue gives back what has been found, once for each time") {
        queues.add(*all[4].get(), true);
        queues.add(*all[5].get(), true);
        queues.add(*all[6].get(), true);
        for (int i = 0; i < 9; ++i) Queues::found(*all[4].get());  // counts to three
        for (size_t i = 0; i < 4; ++i) CHECK(queues.evict(0) == all[i].get());
        CHECK(queues.evict(0) == all[5].get());
        CHECK(queues.evict(0) == all[6].get());
        CHECK(queues.evict(0) == all[4].get());
        CHECK(queues.evict(0) == nullptr);
        CHECK(queues.bytes() == 0);
    }
    SECTION("what has expired goes, however often it was found, and leaves no ghost") {
        Held old = made(100, UINT64_MAX, 50);
        for (size_t i = 0; i < 4; ++i) queues.remove(*all[i].get());
        queues.add(*old.get(), false);
        queues.add(*all[0].get(), false);
        for (int i = 0; i < 3; ++i) Queues::found(*old.get());
        CHECK(queues.evict(50) == old.get());
        CHECK_FALSE(queues.belongsInMain(old->hash()));
    }
}

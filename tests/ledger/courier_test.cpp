#include <catch2/catch.hpp>

#include <algorithm>

#include "courier.h"
#include "support.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

struct Trip {
    explicit Trip(size_t count) {
        for (size_t i = 0; i < count; ++i) ids.push_back("c" + std::to_string(i));
        for (const auto& id : ids) records.push_back(call(id));
        for (const auto& record : records) events.push_back(&record);
    }
    bool go() { return courier.deliver(events); }
    // The store refuses batches in which one of these is.
    void refuse(std::vector<std::string> bad, sluice_status status) {
        store.answer([bad, status](const std::vector<std::string>& batch) -> sluice_status {
            const bool found = std::any_of(bad.begin(), bad.end(), [&](const auto& one) {
                return std::count(batch.begin(), batch.end(), one) > 0;
            });
            return found ? status : SLUICE_OK;
        });
    }

    std::vector<std::string> ids;
    std::vector<sluice_record> records;
    Events events;
    MemoryStore store;
    std::vector<std::string> rejected;
    bool keeps = true;
    Courier courier{store.append(), [this](const sluice_record& event, sluice_status) {
                        if (keeps) rejected.push_back(text(event.call_id));
                        return keeps;
                    }};
};

}  // namespace

TEST_CASE("a batch that the store takes is one call") {
    Trip trip(500);
    CHECK(trip.go());
    CHECK(trip.store.asked() == std::vector<size_t>{500});
    CHECK(trip.store.size() == 500);
}

TEST_CASE("a bad event is found by halving, wherever it is; the others are stored") {
    const auto status = GENERATE(SLUICE_E_INVALID, SLUICE_E_LIMIT);
    for (const size_t bad : {0, 1, 249, 250, 499}) {
        Trip trip(500);
        trip.refuse({"c" + std::to_string(bad)}, status);
        CHECK(trip.go());
        CHECK(trip.rejected == std::vector{"c" + std::to_string(bad)});
        CHECK(trip.store.size() == 499);
        CHECK(trip.store.asked().size() <= 1 + 2 * 9);
        CHECK(trip.courier.rejected() == 1);
    }
    Trip several(7);
    several.refuse({"c0", "c3", "c6"}, status);
    CHECK(several.go());
    CHECK(several.rejected == std::vector<std::string>{"c0", "c3", "c6"});
    Trip all(4);
    all.refuse({"c0", "c1", "c2", "c3"}, status);
    CHECK(all.go());
    CHECK(all.rejected.size() == 4);
}

TEST_CASE("a rejected event that cannot be kept is not done with") {
    Trip trip(8);
    trip.keeps = false;
    trip.refuse({"c5"}, SLUICE_E_INVALID);
    CHECK_FALSE(trip.go());
    trip.keeps = true;
    CHECK(trip.go());
    CHECK(trip.rejected == std::vector<std::string>{"c5"});
    CHECK(trip.store.size() == 7);
}

TEST_CASE("an outage is no event's fault, also in the middle of a search") {
    Trip trip(100);
    for (const auto status :
         {SLUICE_E_UNAVAILABLE, SLUICE_E_DEADLINE, SLUICE_E_DENIED, SLUICE_E_UNSUPPORTED}) {
        trip.store.fail(status);
        for (int i = 0; i < 20; ++i) CHECK_FALSE(trip.go());
    }
    CHECK(trip.store.asked().size() == 80);
    int calls = 0;
    trip.store.answer([&calls](const auto& batch) -> sluice_status {
        const bool bad = std::count(batch.begin(), batch.end(), "c99") > 0;
        if (++calls > 4) return SLUICE_E_UNAVAILABLE;
        return bad ? SLUICE_E_INVALID : SLUICE_OK;
    });
    CHECK_FALSE(trip.go());
    CHECK(trip.rejected.empty());
    trip.refuse({"c99"}, SLUICE_E_INVALID);
    CHECK(trip.go());
    CHECK(trip.rejected == std::vector<std::string>{"c99"});
    CHECK(trip.store.size() == 99);
}

TEST_CASE("a fault inside the store is waited for; if it stays and follows one event, that one is rejected") {
    Trip trip(64);
    trip.refuse({"c40"}, SLUICE_E_INTERNAL);
    int tries = 1;
    while (!trip.go() && tries < 100) ++tries;
    CHECK(tries > 3);
    CHECK(tries < 10);
    CHECK(trip.rejected == std::vector<std::string>{"c40"});
    CHECK(trip.store.size() == 63);
}

TEST_CASE("a store with nothing but faults rejects nothing, and is not asked for every event") {
    for (const size_t count : {1, 3, 500}) {
        Trip trip(count);
        trip.store.fail(SLUICE_E_INTERNAL);
        for (int i = 0; i < 20; ++i) CHECK_FALSE(trip.go());
        CHECK(trip.rejected.empty());
        CHECK(trip.store.asked().size() < 20 * 40);
        trip.store.work();
        CHECK(trip.go());
        CHECK(trip.store.size() == count);
    }
}

// What is old goes by itself; what it added up to stays.
#include <thread>

#include "support.h"

using namespace store_tests;

namespace {

size_t eventsIn(TestStore& store) {
    return store.report(R"({"report":"logs","limit":100000})")["rows"].size();
}

template <class Done>
bool within(int seconds, Done done) {
    for (int i = 0; i < seconds * 50; ++i) {
        if (done()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

}  // namespace

TEST_CASE("months that are too old go, their sums stay") {
    const Directory directory;
    const int64_t today = store_common::dayOf(store_common::nowMs());
    {
        TestStore store(directory.file());
        std::vector<sluice_record> all;
        for (int i = 0; i < 5'000; ++i) {
            Call call{"old" + std::to_string(i)};
            call.start_ms = (today - 100) * store_common::kDayMs + i;
            all.push_back(call);
        }
        Call fresh{"fresh"};
        fresh.start_ms = today * store_common::kDayMs;
        all.push_back(fresh);
        CHECK(store.append(all) == SLUICE_OK);
        CHECK(months(directory.file()) >= 2);
    }
    const int64_t before = months(directory.file());
    TestStore store(directory.file(), ",\"retention_days\":60");
    CHECK(within(20, [&] { return months(directory.file()) <= before - 1; }));
    CHECK(eventsIn(store) == 1);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 5'001);
    // Sent once more, after its month has gone: a month of its own again, until the next round.
    CHECK(store.append({Call{"fresh"}}) == SLUICE_OK);
    const auto since = std::to_string((today - 100) * store_common::kDayMs + 1);
    CHECK(store.report("{\"report\":\"totals\",\"dimension\":\"team\",\"since_ms\":" + since +
                       "}")["exact"] == false);
}

TEST_CASE("traces of removed documents go after a day") {
    const Directory directory;
    const auto store = openStore(directory.file(), 50);
    uint64_t version = 0;
    const auto change = [&](const char* id, bool remove) {
        return store->write({{"key", id, "{}", SLUICE_STORE_ANY, remove}}, version);
    };
    CHECK(change("a", false));
    CHECK(change("b", false));
    CHECK(change("a", true));
    CHECK(within(10, [&] { return valueIn(directory.file(), "SELECT count(*) FROM documents") == 1; }));
    // Versions go on all the same.
    CHECK(change("c", false));
    CHECK(version == 4);
}

// Many at once: writers, appenders and readers, in two instances on one file.
#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "support.h"

using namespace store_tests;

namespace {

constexpr int kRounds = 60;

}  // namespace

TEST_CASE("a counter in a document, raised by many, misses nothing") {
    const Directory directory;
    TestStore one(directory.file(), ",\"sync\":false"), two(directory.file(), ",\"sync\":false");
    CHECK(one.put("n", "{}") == SLUICE_OK);
    std::atomic<int> raised{0};
    std::atomic<uint64_t> version{1};
    const auto raise = [&](TestStore& store) {
        for (int i = 0; i < kRounds;) {
            const store_common::Change change{"key", "n", "{}", version.load(), false};
            uint64_t now = 0;
            if (!store.store().write({change}, now)) continue;
            version = now;
            ++raised;
            ++i;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&, i] { raise(i % 2 == 0 ? one : two); });
    for (auto& thread : threads) thread.join();
    CHECK(raised == 4 * kRounds);
    CHECK(version == 1 + 4 * kRounds);
}

TEST_CASE("appends, writes, reports and watches at the same time") {
    const Directory directory;
    TestStore one(directory.file(), ",\"sync\":false"), two(directory.file(), ",\"sync\":false");
    Listener keys;
    CHECK(two.watch("key", keys) > 0);
    std::atomic<int> answers{0};
    std::atomic<bool> fine{true};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            auto& store = (t % 2 == 0 ? one : two).store();
            for (int i = 0; i < kRounds; ++i) {
                std::vector<store_common::Event> events;
                for (int n = 0; n < 10; ++n) {
                    // Each event is sent by two threads.
                    Call call{"c" + std::to_string(t / 2) + "-" + std::to_string(i) + "-" +
                              std::to_string(n)};
                    call.key = "k" + std::to_string(i % 7);
                    events.push_back(store_common::eventFrom(call, 0));
                }
                (void)store.append(events);
            }
        });
    }
    threads.emplace_back([&] {
        const store_common::Change change{"key", "a", "{}", SLUICE_STORE_ANY, false};
        uint64_t version = 0;
        for (int i = 0; i < kRounds; ++i) (void)one.store().write({change}, version);
    });
    threads.emplace_back([&] {
        for (int i = 0; i < kRounds; ++i) {
            std::string answer;
            fine = fine && two.store().report(R"({"report":"spend","group_by":"key_id"})", answer);
            const auto rows = Json::parse(answer);
            int64_t sum = 0;
            for (const auto& row : rows["rows"]) sum += row["requests"].get<int64_t>();
            fine = fine && sum % 10 == 0 && sum == rows["overall"]["requests"];  // whole batches only
            ++answers;
        }
    });
    for (auto& thread : threads) thread.join();
    CHECK(fine);
    CHECK(answers == kRounds);
    CHECK(keys.told().size() == kRounds);
    CHECK(one.report(R"({"report":"spend"})")["overall"]["requests"] == 2 * kRounds * 10);
}

// Many times, because one look at the file may meet another's transaction in a place or two only.
TEST_CASE("many open a new file at the same time") {
    std::atomic<int> opened{0};
    std::mutex mutex;
    std::string fault;  // guarded by mutex
    for (int round = 0; round < 30; ++round) {
        const Directory directory;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                try {
                    const auto store = openStore(directory.file());
                    ++opened;
                } catch (const std::exception& e) {
                    const std::lock_guard lock(mutex);
                    fault = e.what();
                }
            });
        }
        for (auto& thread : threads) thread.join();
    }
    CHECK(fault.empty());
    CHECK(opened == 30 * 8);
}

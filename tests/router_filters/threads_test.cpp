// Hooks run on several loop threads: what they share, all at once. Sums say that nothing was lost; the
// sanitizers say the rest.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "affinity_table.h"
#include "support.h"
#include "tags.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

template <class F>
void onThreads(size_t count, const F& f) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < count; ++i) threads.emplace_back([&f, i] { f(i); });
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("facts and filters on several threads") {
    std::atomic<size_t> made{0}, wrong{0};
    FactsTable table([&](const sluice::Candidate& candidate) {
        ++made;
        std::vector<std::string> faults;
        return readFacts(candidate, faults);
    });
    onThreads(4, [&](size_t thread) {
        const std::string own = "own" + std::to_string(thread % 2);
        for (int i = 0; i < 2'000; ++i) {
            // The same number for two deployments: threads take its place from one another.
            FakeCandidates given{deployment(own, R"({"tags":["free"],"tag_regex":["^A: b"]})"),
                                 deployment("b"), deployment("c", R"({"tags":["paid"]})")};
            given.openForRoute(true);
            Choice choice(*given.table(), table);
            if (filterByTags({"free"}, {"A: x"}, true, "m", choice) || left(given, 3) != "a") ++wrong;
            if (choice.options()[0].facts->id != own) ++wrong;
        }
    });
    CHECK(wrong == 0);
    CHECK(made == 4);
}

TEST_CASE("nothing that is spent is lost") {
    SpendBook book;
    onThreads(4, [&](size_t) {
        for (int i = 0; i < 5'000; ++i) {
            book.counter("a" + std::to_string(i % 3), 0).add(1, 1);
            if (book.counter("a0", 0).at(1) < 1) book.counter("lost", 0).add(1, 1);
            if (i % 1'000 == 0) (void)book.write(1);
        }
    });
    CHECK(book.counter("a0", 0).at(1) + book.counter("a1", 0).at(1) + book.counter("a2", 0).at(1) == 20'000);
    CHECK(book.counter("lost", 0).at(1) == 0);
}

TEST_CASE("affinities on several threads") {
    AffinityTable table;
    std::atomic<size_t> wrong{0};
    onThreads(4, [&](size_t thread) {
        for (uint64_t i = 0; i < 50'000; ++i) {
            const uint64_t key = (i * 7 + thread) % 1'000;
            const Served served{static_cast<uint32_t>(key), key * 3};
            if (i % 3 == 0) table.put(key, served, 100);
            const auto found = table.find(key, 1);
            if (found && !(*found == served)) ++wrong;
            if (i % 11 == 0) table.forget(key, served);
        }
    });
    CHECK(wrong == 0);
}

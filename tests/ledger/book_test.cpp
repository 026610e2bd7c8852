// The whole with its threads: from many threads to the store, over ends, reloads and outages.
#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "book.h"
#include "support.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

Options quick(const TempDirectory& directory) {
    Options options;
    options.spool = directory.spool();
    options.flush = milliseconds(2);
    options.store_flush = milliseconds(5);
    options.adopt = milliseconds(20);
    options.batch = 50;
    options.segment_bytes = 20'000;
    return options;
}

std::unique_ptr<Book> opened(const Options& options, MemoryStore& store, Lines& lines, uint64_t random = 1) {
    auto book = std::make_unique<Book>(
        options, random, store.append(), [](const Figures&) {}, lines.log());
    book->start();
    return book;
}

bool soon(const std::function<bool()>& condition) {
    for (int i = 0; i < 2'000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(5));
    return condition();
}

}  // namespace

TEST_CASE("many threads, one book: each event once") {
    const TempDirectory directory;
    MemoryStore store;
    Lines lines;
    auto book = opened(quick(directory), store, lines);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&book, t] {
            for (int i = 0; i < 2'000; ++i) book->add(call(std::to_string(t) + "-" + std::to_string(i), i));
        });
    }
    for (auto& thread : threads) thread.join();
    book->close();
    CHECK(store.size() == 8'000);
    CHECK(store.cost() == 4 * 1'999 * 1'000);
    CHECK(book->figures().events == 8'000);
    CHECK(book->figures().stored == 8'000);
    CHECK(book->figures().dropped == 0);
    CHECK(directory.files(".events").empty());
    CHECK(lines.all().empty());
}

TEST_CASE("events arrive without an end, too") {
    const TempDirectory directory;
    MemoryStore store;
    Lines lines;
    auto book = opened(quick(directory), store, lines);
    book->add(call("a"));
    CHECK(soon([&] { return store.has("a"); }));
}

TEST_CASE("twenty generations, two alive at a time, all under load: nothing lost, nothing twice") {
    const TempDirectory directory;
    MemoryStore store;
    Lines lines;
    const Options options = quick(directory);
    std::shared_ptr<Book> serving = opened(options, store, lines);
    std::atomic<bool> over{false};
    std::atomic<int> sent{0};
    std::thread load([&] {
        while (!over) {
            const auto mine = std::atomic_load(&serving);
            for (int i = 0; i < 20; ++i) mine->add(call("r" + std::to_string(sent++)));
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    });
    for (int i = 0; i < 20; ++i) {
        std::this_thread::sleep_for(milliseconds(15));
        if (i == 10) store.fail(SLUICE_E_UNAVAILABLE);
        if (i == 15) store.work();
        std::shared_ptr<Book> next = opened(options, store, lines, static_cast<uint64_t>(i));
        auto old = std::atomic_exchange(&serving, next);
        while (old.use_count() > 1) std::this_thread::yield();  // requests that began with it
        // The end waits for the store up to drain; that is not what this is about.
        if (i >= 10 && i < 15) std::thread([old = std::move(old)]() mutable { old.reset(); }).detach();
    }
    over = true;
    load.join();
    CHECK(soon([&] { return store.size() == static_cast<size_t>(sent.load()); }));
    serving->close();
    CHECK(store.size() == static_cast<size_t>(sent.load()));
    CHECK(serving->figures().dropped == 0);
    CHECK(soon([&] { return directory.files(".events").empty(); }));
}

TEST_CASE("the end of an instance while the store is away: bounded, and the next one brings them") {
    const TempDirectory directory;
    MemoryStore store;
    Lines lines;
    Options options = quick(directory);
    options.drain = milliseconds(200);
    store.fail(SLUICE_E_UNAVAILABLE);
    auto book = opened(options, store, lines);
    for (int i = 0; i < 500; ++i) book->add(call("e" + std::to_string(i)));
    const auto begin = std::chrono::steady_clock::now();
    book->close();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
    CHECK(lines.count("500 events stay in") == 1);
    CHECK(lines.count("the store takes no events") == 1);
    book.reset();
    store.work();
    auto next = opened(options, store, lines);
    CHECK(soon([&] { return store.size() == 500; }));
    CHECK(soon([&] { return next->figures().replayed == 500; }));
}

TEST_CASE("what an instance of another process leaves is found while serving") {
    const TempDirectory directory;
    MemoryStore store;
    MemoryStore nowhere;
    Lines lines;
    Options options = quick(directory);
    options.drain = milliseconds(0);
    nowhere.fail(SLUICE_E_UNAVAILABLE);
    auto other = opened(options, nowhere, lines);
    for (int i = 0; i < 100; ++i) other->add(call("o" + std::to_string(i)));
    auto mine = opened(options, store, lines);
    CHECK(soon([&] { return directory.files(".events").size() > 0; }));
    std::this_thread::sleep_for(milliseconds(100));
    CHECK(store.size() == 0);
    other.reset();
    CHECK(soon([&] { return store.size() == 100; }));
}

TEST_CASE("neither spool nor store: the end says what is lost") {
    const TempDirectory directory;
    MemoryStore store;
    Lines lines;
    writeTo(directory.spool(), "no directory");
    Options options = quick(directory);
    options.drain = milliseconds(50);
    store.fail(SLUICE_E_UNAVAILABLE);
    auto book = opened(options, store, lines);
    for (int i = 0; i < 30; ++i) book->add(call("l" + std::to_string(i)));
    book->close();
    CHECK(lines.has("30 events are lost: neither the spool nor the store"));
    CHECK(book->figures().dropped == 30);
}

TEST_CASE("a thread of ours takes no signal, SIGXFSZ of a file that is too large among them") {
    std::atomic<int> blocked{-1};
    Worker worker("test", [&] {
        sigset_t now;
        pthread_sigmask(SIG_BLOCK, nullptr, &now);
        blocked = sigismember(&now, SIGXFSZ) + sigismember(&now, SIGTERM) + sigismember(&now, SIGHUP);
        return milliseconds(1'000);
    });
    worker.start();
    CHECK(soon([&] { return blocked >= 0; }));
    worker.stop();
    CHECK(blocked == 3);
    sigset_t mine;
    pthread_sigmask(SIG_BLOCK, nullptr, &mine);
    CHECK(sigismember(&mine, SIGXFSZ) == 0);
}

#include "exporters/path.h"

#include <atomic>

#include <catch2/catch.hpp>

#include "exporters/retry.h"
#include "support.h"

using namespace testing;
using exporters::Answer;
using exporters::Path;

TEST_CASE("records arrive once and in order", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    auto options = quick();
    options.batch_size = 7;
    Path path(options, sink, receiver.send(), told.events());
    path.start();
    const auto ids = numbered("r", 100);
    for (const auto& id : ids) path.put(place("a"), 0, record(id));
    REQUIRE(receiver.has(100));
    path.close();
    CHECK(receiver.got() == ids);
    CHECK(told.count("delivered") == 100);
    CHECK(receiver.requests() >= 15);
}

TEST_CASE("a full queue drops and counts, and never waits", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    std::atomic<bool> stuck{true};
    receiver.rule = [&](const auto&) {
        while (stuck) std::this_thread::yield();
        return Answer{200, "", ""};
    };
    auto options = quick();
    SECTION("of records") { options.queue_records = 10; }
    SECTION("of bytes") { options.queue_bytes = 10 * record("r00", 80).size(); }
    Path path(options, sink, receiver.send(), told.events());
    path.start();
    for (int i = 10; i < 60; ++i) path.put(place("a"), 0, record("r" + std::to_string(i), 80));
    CHECK(told.count("queue_full") == 40);
    stuck = false;
    REQUIRE(receiver.has(10));
    path.close();
    CHECK(told.count("delivered") == 10);
    CHECK(told.count("queue_full") == 40);
}

TEST_CASE("what fails is tried again, and nothing is sent twice", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    std::atomic<int> failures{5};
    receiver.rule = [&](const auto&) { return Answer{failures-- > 0 ? 503 : 200, "", ""}; };
    Folder folder;
    auto options = quick();
    const bool spooled = GENERATE(false, true);
    if (spooled) options.spool = folder.path() + "/spool";
    Path path(options, sink, receiver.send(), told.events());
    path.start();
    const auto ids = numbered("r", 300);
    for (const auto& id : ids) path.put(place("a"), 0, record(id));
    REQUIRE(receiver.has(300));
    path.close();
    CHECK(receiver.got() == ids);
    CHECK(told.count("delivered") == 300);
}

TEST_CASE("413 is cut in halves until it fits; a record that never fits goes alone", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    receiver.rule = [](const std::vector<std::string>& ids) {
        const bool huge = std::find(ids.begin(), ids.end(), "r13") != ids.end();
        return Answer{ids.size() > 4 || huge ? 413 : 200, "", ""};
    };
    auto options = quick();
    options.flush = exporters::milliseconds(50);
    Path path(options, sink, receiver.send(), told.events());
    path.start();
    auto ids = numbered("r", 40);
    for (const auto& id : ids) path.put(place("a"), 0, record(id));
    REQUIRE(receiver.has(39));
    path.close();
    ids.erase(ids.begin() + 13);
    CHECK(receiver.got() == ids);
    CHECK(told.count("too_large") == 1);
}

TEST_CASE("a refused record does not take the others with it; 403 is given up at once", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    receiver.rule = [](const std::vector<std::string>& ids) {
        const bool bad = std::find(ids.begin(), ids.end(), "r3") != ids.end();
        if (ids.front()[0] == 'z') return Answer{403, "", ""};
        return Answer{bad ? 422 : 200, "", ""};
    };
    auto options = quick();
    options.flush = exporters::milliseconds(50);
    Path path(options, sink, receiver.send(), told.events());
    path.start();
    for (const auto& id : numbered("r", 64)) path.put(place("a"), 0, record(id));
    REQUIRE(receiver.has(63));
    const size_t before = receiver.requests();
    for (const auto& id : numbered("z", 64)) path.put(place("b"), 0, record(id));
    path.close();
    CHECK(told.count("delivered") == 63);
    CHECK(told.count("rejected") == 65);
    CHECK(receiver.requests() - before <= 2);
}

TEST_CASE("what is no JSON, or has too many bytes for a request, is no danger to the others", "[path]") {
    IdSink sink;
    sink.items_max = 1;
    Receiver receiver;
    Told told;
    Path path(quick(), sink, receiver.send(), told.events());
    path.start();
    path.put(place("a"), 0, "{");
    path.put(place("a"), 0, record("one"));
    path.put(place("a"), 1, "no JSON either");
    path.put(place("a"), 0, record("two"));
    REQUIRE(receiver.has(2));
    path.close();
    CHECK(receiver.got() == std::vector<std::string>{"one", "two"});
    CHECK(receiver.requests() == 2);
    CHECK(told.count("malformed") == 2);
}

TEST_CASE("one receiver that hangs does not hold up another", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    std::atomic<bool> stuck{true};
    receiver.rule = [&](const std::vector<std::string>& ids) {
        while (ids.front()[0] == 'h' && stuck) std::this_thread::yield();
        return Answer{200, "", ""};
    };
    Path path(quick(), sink, receiver.send(), told.events());
    path.start();
    path.put(place("hangs"), 0, record("h"));
    for (const auto& id : numbered("r", 50)) path.put(place("a"), 0, record(id));
    CHECK(receiver.has(50));
    stuck = false;
    path.close();
    CHECK(receiver.got("http://hangs").size() == 1);
}

TEST_CASE("the end sends what there is, spools what fails, and counts what is lost", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    Folder folder;
    auto options = quick();
    options.flush = std::chrono::hours(1);
    SECTION("a receiver that answers") {
        Path path(options, sink, receiver.send(), told.events());
        path.start();
        for (const auto& id : numbered("r", 250)) path.put(place("a"), 0, record(id));
        path.close();
        CHECK(receiver.got() == numbered("r", 250));
        path.put(place("a"), 0, record("late"));
        CHECK(told.count("closing") == 1);
    }
    SECTION("one that does not, and no spool") {
        receiver.rule = [](const auto&) { return Answer{0, "", ""}; };
        Path path(options, sink, receiver.send(), told.events());
        path.start();
        for (const auto& id : numbered("r", 250)) path.put(place("a"), 0, record(id));
        path.close();
        CHECK(told.count("closing") == 250);
    }
    SECTION("one that does not, and a spool, which the next one empties, in order") {
        options.spool = folder.path() + "/spool";
        receiver.rule = [](const auto&) { return Answer{0, "", ""}; };
        {
            Path path(options, sink, receiver.send(), told.events());
            path.start();
            for (const auto& id : numbered("r", 250)) path.put(place("a"), 0, record(id));
            path.close();
        }
        CHECK(told.count("closing") == 0);
        receiver.rule = [](const auto&) { return Answer{200, "", ""}; };
        Path path(options, sink, receiver.send(), told.events());
        path.know(place("a"));
        path.start();
        REQUIRE(receiver.has(250));
        path.close();
        CHECK(receiver.got() == numbered("r", 250));
    }
}

TEST_CASE("two destinations never share a request", "[path]") {
    IdSink sink;
    Receiver receiver;
    Told told;
    Path path(quick(), sink, receiver.send(), told.events());
    path.start();
    std::vector<std::thread> crowd;
    for (const std::string name : {"a", "b", "c", "d"}) {
        crowd.emplace_back([&path, name] {
            for (const auto& id : numbered(name, 2000)) path.put(place(name), 0, record(id));
        });
    }
    for (auto& one : crowd) one.join();
    for (const std::string name : {"a", "b", "c", "d"}) {
        REQUIRE(receiver.has(2000, "http://" + name));
        CHECK(receiver.got("http://" + name) == numbered(name, 2000));
    }
    path.close();
}

TEST_CASE("pauses grow, have a bound, and are not all alike", "[retry]") {
    auto options = quick();
    options.retry_min = exporters::milliseconds(100);
    options.retry_max = exporters::milliseconds(1000);
    CHECK(exporters::pauseAfter(options, 1, 0).count() == 50);
    CHECK(exporters::pauseAfter(options, 1, 50).count() == 100);
    CHECK(exporters::pauseAfter(options, 3, 0).count() == 200);
    CHECK(exporters::pauseAfter(options, 4'000'000'000, 0).count() == 500);
    CHECK(exporters::retryAfter("7", 0)->count() == 7000);
    CHECK(exporters::retryAfter("4294967295", 0) == exporters::kRetryAfterMax);
    CHECK(exporters::retryAfter("Thu, 01 Jan 1970 00:00:30 GMT", 10'000)->count() == 20'000);
    CHECK(exporters::retryAfter("Thu, 01 Jan 1970 00:00:30 GMT", 40'000)->count() == 0);
    for (const char* bad : {"", "x", "-1", "1.5", "Thu, 01 Jan", "99999999999999999999"})
        CHECK_FALSE(exporters::retryAfter(bad, 0));
}

// The database goes and comes back: in the middle of writing, before the start, and without a word.
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "support.h"

using namespace store_tests;
using store_common::Change;
using store_common::Document;
using store_postgres::SqlError;

namespace {

/// What a store says, from any thread.
struct Log {
    std::mutex mutex;
    std::vector<std::string> lines;
    store_common::Log sink() {
        return [this](store_common::Level, const std::string& words) {
            const std::lock_guard lock(mutex);
            lines.push_back(words);
        };
    }
    size_t count(const std::string& part) {
        const std::lock_guard lock(mutex);
        size_t found = 0;
        for (const auto& line : lines) found += line.find(part) != std::string::npos ? 1 : 0;
        return found;
    }
};

/// What a watch knows.
struct Known {
    std::mutex mutex;
    std::map<std::string, std::string> documents;
    std::vector<uint64_t> versions;
    int removals = 0;
    store_common::Tell tell() {
        return [this](const Document& document) {
            const std::lock_guard lock(mutex);
            versions.push_back(document.version);
            removals += document.removed ? 1 : 0;
            if (document.removed)
                documents.erase(std::string(document.id));
            else
                documents[std::string(document.id)] = document.json;
        };
    }
    std::map<std::string, std::string> all() {
        const std::lock_guard lock(mutex);
        return documents;
    }
};

struct Here {
    Server server;
    Log log;
    std::string cache = server.directory() + "/documents.cache";

    store_postgres::Options options() {
        store_postgres::Options options;
        options.url = server.url();
        options.poll_ms = 50;
        options.cache_path = cache;
        options.cache_pause_ms = 50;
        options.connect_timeout_ms = 1'000;
        options.statement_timeout_ms = 2'000;
        return options;
    }
    std::unique_ptr<Store> open() { return std::make_unique<Store>(options(), log.sink()); }
};

bool put(Store& store, const std::string& id, const std::string& json, bool remove = false) {
    uint64_t version = 0;
    return store.write({{"key", id, json, SLUICE_STORE_ANY, remove}}, version);
}

template <class Done>
bool within(int seconds, Done done) {
    for (int i = 0; i < seconds * 50; ++i) {
        if (done()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

double secondsOf(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("the server dies in the middle of appends: nothing is lost, nothing counts twice") {
    Here here;
    const auto store = here.open(), second = here.open();
    std::atomic<bool> stop{false};
    std::atomic<int> sent{0};
    std::atomic<bool> fine{true};
    const auto append = [&](Store& to, int who) {
        for (int number = 0; !stop || number == 0; ++number) {
            std::vector<store_common::Event> events;
            for (int i = 0; i < 50; ++i) {
                Call call{"c" + std::to_string(who) + "-" + std::to_string(number) + "-" + std::to_string(i)};
                call.key = "k" + std::to_string(i % 7);
                events.push_back(store_common::eventFrom(call, 0));
            }
            // As those who send do: again until it is there.
            for (;;) {
                try {
                    (void)to.append(events);
                    break;
                } catch (const SqlError& error) {
                    fine = fine && error.lost();
                    std::this_thread::sleep_for(std::chrono::milliseconds(5));
                }
            }
            sent += 50;
        }
    };
    std::thread first([&] { append(*store, 0); }), other([&] { append(*second, 1); });
    for (int round = 0; round < 4; ++round) {
        const int before = sent;
        CHECK(within(30, [&] { return sent > before + 200; }));
        here.server.stop(round % 2 == 1);
        std::this_thread::sleep_for(std::chrono::milliseconds(round * 150));
        here.server.start();
    }
    stop = true;
    first.join();
    other.join();
    CHECK(fine);
    std::string answer;
    CHECK(within(10, [&] {
        try {
            return store->report(R"({"report":"spend","group_by":"key_id"})", answer);
        } catch (const SqlError&) {
            return false;
        }
    }));
    CHECK(Json::parse(answer)["overall"]["requests"] == sent.load());
    CHECK(store->report(R"({"report":"spend"})", answer));
    CHECK(Json::parse(answer)["overall"]["requests"] == sent.load());
    CHECK(store->report(R"({"report":"logs","limit":100000})", answer));
    CHECK(Json::parse(answer)["rows"].size() == static_cast<size_t>(sent));
}

TEST_CASE("while the database is away calls fail at once, with one line each for its going and coming") {
    Here here;
    const auto store = here.open();
    CHECK(put(*store, "a", "{}"));
    here.server.stop(true);
    CHECK(within(5, [&] { return here.log.count("the database is away") == 1; }));
    const double took = secondsOf([&] {
        std::string answer;
        for (int i = 0; i < 200; ++i) {
            CHECK_THROWS_AS(put(*store, "a", "{}"), SqlError);
            CHECK_THROWS_AS(store->append({store_common::eventFrom(Call{"a"}, 0)}), SqlError);
            CHECK_THROWS_AS(store->report(R"({"report":"spend"})", answer), SqlError);
        }
    });
    CHECK(took < 1);
    here.server.start();
    CHECK(within(5, [&] { return here.log.count("the database is back") == 1; }));
    CHECK(put(*store, "a", "{}"));
    CHECK(here.log.count("the database is away") == 1);
}

TEST_CASE("a server that does not answer costs a deadline once, and then nothing") {
    Here here;
    const auto store = here.open();
    Known keys;
    CHECK(store->watch("key", keys.tell()) > 0);
    CHECK(put(*store, "a", "{}"));
    here.server.freeze(true);
    CHECK(within(15, [&] { return here.log.count("the database is away") == 1; }));
    CHECK(secondsOf([&] { CHECK_THROWS_AS(put(*store, "a", "{}"), SqlError); }) < 0.2);
    here.server.freeze(false);
    CHECK(within(10, [&] { return here.log.count("the database is back") == 1; }));
    CHECK(put(*store, "b", "{}"));
    CHECK(keys.all().count("b") == 1);
}

TEST_CASE("watchers hear of everything that changed during an outage of theirs") {
    Here here;
    const auto store = here.open();
    Known keys;
    CHECK(store->watch("key", keys.tell()) > 0);
    for (const char* id : {"stays", "changes", "goes", "goes without a trace"}) CHECK(put(*store, id, "{}"));
    // The connection of the listening thread is cut; and before it is back, somebody else writes.
    const auto side = std::make_unique<store_postgres::Connection>(
        *std::make_unique<store_postgres::Target>(here.server.url(), "", "sluice"),
        store_postgres::Deadlines());
    side->script("BEGIN");
    side->script("SELECT value FROM counters FOR UPDATE");
    side->script(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice' AND pid <> "
        "pg_backend_pid()");
    side->script(
        "UPDATE documents SET version = 100, json = '{\"n\":1}' WHERE id = 'changes';"
        "UPDATE documents SET version = 101, json = '', removed = true WHERE id = 'goes';"
        "DELETE FROM documents WHERE id = 'goes without a trace';"
        "INSERT INTO documents VALUES (102, 'key', 'comes', '{}', false, 0);"
        "UPDATE counters SET value = 102");
    side->script("COMMIT");
    CHECK(within(5, [&] {
        return keys.all() ==
               std::map<std::string, std::string>{{"stays", "{}"}, {"changes", "{\"n\":1}"}, {"comes", "{}"}};
    }));
    const std::lock_guard lock(keys.mutex);
    CHECK(std::is_sorted(keys.versions.begin(), keys.versions.end()));
    CHECK(keys.removals == 2);
}

TEST_CASE("a database that was put back to an older state is what watchers know then") {
    Here here;
    const auto store = here.open();
    Known keys;
    CHECK(store->watch("key", keys.tell()) > 0);
    for (int i = 0; i < 5; ++i) CHECK(put(*store, "k" + std::to_string(i), "{}"));
    const store_postgres::Target target(here.server.url(), "", "sluice");
    store_postgres::Connection side(target, store_postgres::Deadlines());
    side.script("BEGIN; UPDATE counters SET value = 2; DELETE FROM documents WHERE version > 2; COMMIT");
    CHECK(within(5, [&] { return keys.all().size() == 2; }));
    CHECK(put(*store, "new", "{}"));
    CHECK(keys.all().size() == 3);
}

TEST_CASE("started without the database: the copy first, then the differences") {
    Here here;
    {
        const auto store = here.open();
        Known keys;
        CHECK(store->watch("key", keys.tell()) > 0);
        for (const char* id : {"stays", "changes", "goes"}) CHECK(put(*store, id, "{}"));
    }
    struct stat found {};
    REQUIRE(::stat(here.cache.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    {
        auto options = here.options();
        options.cache_path = "";
        Store other(options, here.log.sink());
        CHECK(put(other, "changes", "{\"n\":1}"));
        CHECK(put(other, "goes", "", true));
        CHECK(put(other, "comes", "{}"));
    }
    here.server.stop(true);
    std::unique_ptr<Store> store;
    CHECK(secondsOf([&] { store = here.open(); }) < 1);
    CHECK(here.log.count("3 documents of " + here.cache + " are used, 0 minutes old") == 1);
    Known keys;
    CHECK(store->watch("key", keys.tell()) > 0);
    CHECK(keys.all() ==
          std::map<std::string, std::string>{{"stays", "{}"}, {"changes", "{}"}, {"goes", "{}"}});
    CHECK_THROWS_AS(put(*store, "a", "{}"), SqlError);
    here.server.start();
    CHECK(within(5, [&] {
        return keys.all() ==
               std::map<std::string, std::string>{{"stays", "{}"}, {"changes", "{\"n\":1}"}, {"comes", "{}"}};
    }));
    CHECK(put(*store, "a", "{}"));
    CHECK(keys.all().count("a") == 1);
}

TEST_CASE("a new generation during an outage knows what the old one knows") {
    Here here;
    auto options = here.options();
    options.cache_path = "";
    Store old(options, here.log.sink());
    Known keys, again;
    CHECK(old.watch("key", keys.tell()) > 0);
    CHECK(put(old, "a", "{}"));
    here.server.stop(true);
    Store fresh(options, here.log.sink());
    CHECK(here.log.count("1 documents of the generation before are used") == 1);
    CHECK(fresh.watch("key", again.tell()) > 0);
    CHECK(again.all() == keys.all());
}

TEST_CASE("started without the database and without a copy that is good: nothing is known until it is back") {
    Here here;
    { CHECK(put(*here.open(), "a", "{}")); }
    here.server.stop(true);
    for (const std::string text : {"", "x", "sluice documents 1 0000000000000000 0000000000000000 1\n"}) {
        std::ofstream(here.cache) << text;
        const auto store = here.open();
        Known keys;
        CHECK(store->watch("key", keys.tell()) > 0);
        CHECK(keys.all().empty());
    }
    CHECK(here.log.count("is broken") == 2);
    CHECK(here.log.count("is of another database") == 1);
    std::filesystem::remove(here.cache);
    const auto store = here.open();
    CHECK(here.log.count("there is no copy") == 1);
    Known keys;
    CHECK(store->watch("key", keys.tell()) > 0);
    here.server.start();
    CHECK(within(5, [&] { return keys.all().size() == 1; }));
}

TEST_CASE("versions come into sight in their order, whoever writes") {
    const Directory directory;
    const auto one = openStore(directory.file()), two = openStore(directory.file()),
               watcher = openStore(directory.file());
    Known keys;
    CHECK(watcher->watch("key", keys.tell()) > 0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) put(t % 2 == 0 ? *one : *two, std::to_string(t * 50 + i), "{}");
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(within(5, [&] { return keys.all().size() == 200; }));
    const std::lock_guard lock(keys.mutex);
    CHECK(std::is_sorted(keys.versions.begin(), keys.versions.end()));
    CHECK(std::set<uint64_t>(keys.versions.begin(), keys.versions.end()).size() == 200);
}

TEST_CASE("10,000 documents are replayed in well under a second, from the database and from the copy") {
    Here here;
    auto store = here.open();
    std::vector<std::string> ids;
    for (int i = 0; i < 10'000; ++i) ids.push_back("0123456789abcdef0123456789abcdef-" + std::to_string(i));
    const std::string json = "{\"key_alias\":\"" + std::string(300, 'x') + "\"}";
    std::vector<Change> changes;
    for (const auto& id : ids) changes.push_back({"key", id, json, SLUICE_STORE_ANY, false});
    uint64_t version = 0;
    CHECK(store->write(changes, version));
    Known keys, again;
    const double cold = secondsOf([&] { CHECK(store->watch("key", keys.tell()) > 0); });
    CHECK(keys.all().size() == 10'000);
    CHECK(within(5, [&] {
        return std::filesystem::exists(here.cache) && std::filesystem::file_size(here.cache) > 3'000'000;
    }));
    store.reset();
    here.server.stop(true);
    std::unique_ptr<Store> late;
    const double copied = secondsOf([&] {
        late = here.open();
        CHECK(late->watch("key", again.tell()) > 0);
    });
    CHECK(again.all() == keys.all());
    WARN("10,000 documents: from the database " << cold * 1'000 << " ms, start with the copy "
                                                << copied * 1'000 << " ms");
    CHECK(cold < 2);
    CHECK(copied < 2);
}

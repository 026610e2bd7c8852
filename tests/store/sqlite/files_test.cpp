// The file: its mode, and what is said when it is not what it should be.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "support.h"

using namespace store_tests;

namespace {

std::string refusal(const std::string& path) {
    FakeHost host;
    return host.refusal<store_sqlite::Plugin>(configFor(path));
}

}  // namespace

TEST_CASE("the file and what belongs to it are the owner's alone") {
    const Directory directory;
    TestStore store(directory.file());
    CHECK(store.put("a", "{}") == SLUICE_OK);
    for (const char* name : {"sluice.db", "sluice.db-wal", "sluice.db-shm"}) {
        INFO(name);
        struct stat found {};
        REQUIRE(::stat(directory.file(name).c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }
}

TEST_CASE("a path that cannot be is refused with its reason") {
    const Directory directory;
    CHECK(refusal(directory.file("no/such/dir.db")) ==
          "path: " + directory.file("no/such/dir.db") + ": No such file or directory");
    CHECK(refusal(directory.file("..")).find(": found something that is no file; allowed: a file") !=
          std::string::npos);
    CHECK(refusal("/dev/null") == "path: /dev/null: found something that is no file; allowed: a file");
    std::ofstream(directory.file("text.db")) << std::string(5'000, 'x');
    CHECK(refusal(directory.file("text.db")).find("this is no SQLite database") != std::string::npos);
}

TEST_CASE("a file that another program holds is refused after the time to wait") {
    const Directory directory;
    { TestStore store(directory.file()); }
    store_sqlite::Connection other(directory.file(), 0);
    other.run("BEGIN IMMEDIATE");
    FakeHost host;
    const auto config = "{\"path\":\"" + directory.file() + "\",\"busy_timeout_ms\":50}";
    CHECK(host.refusal<store_sqlite::Plugin>(config) ==
          "path: " + directory.file() + ": locked by another program for 50 ms (busy_timeout_ms)");
    other.run("COMMIT");
    CHECK(host.refusal<store_sqlite::Plugin>(config).empty());
}

TEST_CASE("a store that is locked is unavailable, and works again") {
    const Directory directory;
    TestStore store(directory.file(), ",\"busy_timeout_ms\":30");
    CHECK(store.put("a", "{}") == SLUICE_OK);
    store_sqlite::Connection other(directory.file(), 0);
    other.run("BEGIN IMMEDIATE");
    CHECK(store.put("a", "{}") == SLUICE_E_UNAVAILABLE);
    CHECK(store.append({Call{"a"}}) == SLUICE_E_UNAVAILABLE);
    CHECK(store.append({Call{"a"}}) == SLUICE_E_UNAVAILABLE);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 0);  // who reads does not wait
    other.run("COMMIT");
    CHECK(store.append({Call{"a"}}) == SLUICE_OK);
    CHECK(store.put("a", "{}") == SLUICE_OK);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 1);
}

TEST_CASE("a broken file is unavailable and never crashes") {
    const Directory directory;
    {
        TestStore store(directory.file());
        std::vector<sluice_record> all;
        for (int i = 0; i < 2'000; ++i) all.push_back(Call{"c" + std::to_string(i)});
        CHECK(store.append(all) == SLUICE_OK);
        for (int i = 0; i < 200; ++i) CHECK(store.put("k" + std::to_string(i), "{}") == SLUICE_OK);
    }
    const auto size = std::filesystem::file_size(directory.file());
    REQUIRE(size > 50'000);
    {
        std::fstream file(directory.file(), std::ios::in | std::ios::out | std::ios::binary);
        for (std::streamoff at = 8'192; at < static_cast<std::streamoff>(size) - 4'096; at += 4'096) {
            file.seekp(at);
            file << std::string(2'000, '\xA5');
        }
    }
    FakeHost host;
    const auto words = host.refusal<store_sqlite::Plugin>(configFor(directory.file()));
    if (words.empty()) {
        TestStore store(directory.file());
        Listener keys;
        std::string answer;
        int faults = 0;
        faults += store.watch("key", keys) < 0 ? 1 : 0;
        faults += store.put("k1", "{}") == SLUICE_OK ? 0 : 1;
        faults += store.append({Call{"new"}}) == SLUICE_OK ? 0 : 1;
        faults += store.ask(R"({"report":"spend","group_by":"key_id"})", answer) == SLUICE_OK ? 0 : 1;
        faults += store.ask(R"({"report":"logs"})", answer) == SLUICE_OK ? 0 : 1;
        CHECK(faults > 0);
    } else {
        CHECK(words.find("broken") != std::string::npos);
    }
}

TEST_CASE("a second instance that opens the file leaves the locks of the first") {
    const Directory directory;
    TestStore store(directory.file());
    CHECK(store.put("a", "{}") == SLUICE_OK);
    { TestStore second(directory.file()); }
    // Another process that is alone with the file takes its log away when it ends; it must see that it is
    // not.
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("SLUICE_STORE_FILE", directory.file().c_str(), 1);
        ::execl("/proc/self/exe", "child", "child: opens and ends", nullptr);
        ::_exit(127);
    }
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(std::filesystem::exists(directory.file("sluice.db-wal")));
    CHECK(store.put("b", "{}") == SLUICE_OK);
    TestStore third(directory.file());
    Listener keys;
    CHECK(third.watch("key", keys) > 0);
    CHECK(keys.told().size() == 2);
}

TEST_CASE("child: opens and ends", "[.child]") { const TestStore store(std::getenv("SLUICE_STORE_FILE")); }

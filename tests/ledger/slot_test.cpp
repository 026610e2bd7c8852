#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "slot.h"
#include "support.h"

using namespace ledger;
using namespace ledger::tests;

TEST_CASE("each instance has a slot of its own, two of one process too") {
    const TempDirectory directory;
    int error = -1;
    auto first = Slot::takeEmpty(directory.spool(), error);
    REQUIRE(first);
    CHECK(error == 0);
    auto second = Slot::takeEmpty(directory.spool(), error);
    REQUIRE(second);
    CHECK(first->directory() == directory.spool() + "/0");
    CHECK(second->directory() == directory.spool() + "/1");
    CHECK_FALSE(Slot::take(first->directory(), error));
    CHECK(error == 0);
    first.reset();
    auto third = Slot::takeEmpty(directory.spool(), error);
    REQUIRE(third);
    CHECK(third->directory() == directory.spool() + "/0");
}

TEST_CASE("only the owner may look") {
    const TempDirectory directory;
    int error = 0;
    const auto slot = Slot::takeEmpty(directory.spool(), error);
    struct stat now {};
    for (const auto& [path, mode] : {std::pair{directory.spool(), 0700},
                                     {slot->directory(), 0700},
                                     {slot->directory() + "/lock", 0600}}) {
        REQUIRE(::stat(path.c_str(), &now) == 0);
        CHECK((now.st_mode & 0777) == static_cast<mode_t>(mode));
    }
}

TEST_CASE("a slot in which segments wait is for who replays them") {
    const TempDirectory directory;
    int error = 0;
    std::string left;
    {
        const auto slot = Slot::takeEmpty(directory.spool(), error);
        left = slot->directory();
        writeTo(slot->pathOf(20), "");
        writeTo(slot->pathOf(3), "");
        CHECK(slot->segments() == std::vector{slot->pathOf(3), slot->pathOf(20)});
    }
    const auto slot = Slot::takeEmpty(directory.spool(), error);
    REQUIRE(slot);
    CHECK(slot->directory() != left);
    CHECK(Slot::withSegments(directory.spool()) == std::vector{left});
    CHECK(Slot::take(left, error));
}

TEST_CASE("what is no slot is left alone") {
    const TempDirectory directory;
    fs::create_directories(directory.spool() + "/notes");
    writeTo(directory.spool() + "/notes/1.events", "");
    writeTo(directory.spool() + "/7", "a file");
    CHECK(Slot::withSegments(directory.spool()).empty());
    CHECK(Slot::withSegments(directory.spool() + "-not-there").empty());
}

TEST_CASE("a spool that cannot be is an errno") {
    const TempDirectory directory;
    writeTo(directory.spool(), "a file");
    int error = 0;
    CHECK_FALSE(Slot::takeEmpty(directory.spool(), error));
    CHECK(error == ENOTDIR);
    CHECK_FALSE(Slot::takeEmpty(directory.spool() + "-no/where", error));
    CHECK(error == ENOENT);
}

TEST_CASE("slots of another user are passed over, and told of") {
    if (::geteuid() != 0) return;
    const TempDirectory directory;
    int error = 0;
    REQUIRE(Slot::takeEmpty(directory.spool(), error));
    writeTo(directory.spool() + "/1", "a file");
    fs::permissions(directory.path(), fs::perms::all);
    fs::permissions(directory.spool(), fs::perms::all);
    REQUIRE(::seteuid(65'534) == 0);
    const auto slot = Slot::takeEmpty(directory.spool(), error);
    const auto waiting = Slot::withSegments(directory.spool());
    REQUIRE(::seteuid(0) == 0);
    REQUIRE(slot);
    CHECK(slot->directory() == directory.spool() + "/2");
    CHECK(waiting == std::vector{directory.spool() + "/0"});
}

TEST_CASE("kill -9 of the holder frees a slot; a process that it has forked does not keep it after its end") {
    const TempDirectory directory;
    int error = 0;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto slot = Slot::takeEmpty(directory.spool(), error);
        (void)!::write(ready[1], "x", 1);
        for (;;) ::pause();
    }
    char c = 0;
    REQUIRE(::read(ready[0], &c, 1) == 1);
    const std::string slot = directory.spool() + "/0";
    CHECK_FALSE(Slot::take(slot, error));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    auto mine = Slot::take(slot, error);
    REQUIRE(mine);
    const pid_t fork_of_mine = ::fork();
    if (fork_of_mine == 0) {
        for (;;) ::pause();
    }
    mine.reset();
    CHECK(Slot::take(slot, error));
    ::kill(fork_of_mine, SIGKILL);
    ::waitpid(fork_of_mine, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

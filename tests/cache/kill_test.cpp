// cache_disk is killed in the middle of writing.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "disk.h"
#include "support.h"

extern char** environ;

using namespace cache_tests;

TEST_CASE("cache 50: kill -9 while it writes: what comes back is what was put, or nothing") {
    const Directory directory;
    auto options = optionsIn(directory, 16 << 20);
    size_t found = 0;
    for (unsigned round = 0; round < 6; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, ends[1], 1);
        posix_spawn_file_actions_addclose(&files, ends[0]);
        std::string program = "sluice_cache_tests", verb = "--write", where = directory.path();
        char* argv[] = {program.data(), verb.data(), where.data(), nullptr};
        pid_t child = -1;
        REQUIRE(::posix_spawn(&child, "/proc/self/exe", &files, nullptr, argv, environ) == 0);
        posix_spawn_file_actions_destroy(&files);
        ::close(ends[1]);
        // Some lines, so that it is at work, and then at any moment.
        char byte = 0;
        size_t lines = 0;
        while (lines < 3 + round && ::read(ends[0], &byte, 1) == 1) lines += byte == '\n' ? 1 : 0;
        ::usleep(1'000 * (round * 7 % 23));
        ::kill(child, SIGKILL);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        ::close(ends[0]);
        REQUIRE(lines == 3 + round);
        Disk disk(options);
        CHECK(disk.log().empty());
        for (size_t i = 0; i < 300; ++i) {
            const auto value = disk.get(keyOf(i));
            if (!value) continue;
            REQUIRE(isValueOf(keyOf(i), *value));
            ++found;
        }
        CHECK(directory.bytes() <= options.max_bytes);
    }
    CHECK(found > 100);
}

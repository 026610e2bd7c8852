// kill -9 in the middle of it all: what was acknowledged is there, whole, and the file works.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "support.h"

using namespace store_tests;

namespace {

constexpr int kBatch = 20;

std::vector<sluice_record> batch(int number) {
    std::vector<sluice_record> all;
    for (int i = 0; i < kBatch; ++i) {
        Call call{"c" + std::to_string(number) + "-" + std::to_string(i)};
        call.key = "k" + std::to_string(i % 3);
        all.push_back(call);
    }
    return all;
}

}  // namespace

TEST_CASE("child: appends until it is killed", "[.child]") {
    TestStore store(std::getenv("SLUICE_STORE_FILE"));
    const int acknowledge = std::atoi(std::getenv("SLUICE_STORE_PIPE"));
    for (int number = 0;; ++number) {
        if (store.append(batch(number)) != SLUICE_OK) break;
        if (store.put("k", "{\"n\":" + std::to_string(number) + "}") != SLUICE_OK) break;
        if (::write(acknowledge, &number, sizeof number) != sizeof number) break;
    }
}

TEST_CASE("what append acknowledged outlives kill -9") {
    const Directory directory;
    int acknowledged = -1;
    for (int round = 0; round < 3; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            ::setenv("SLUICE_STORE_FILE", directory.file().c_str(), 1);
            ::setenv("SLUICE_STORE_PIPE", std::to_string(ends[1]).c_str(), 1);
            ::execl("/proc/self/exe", "child", "child: appends until it is killed", nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        // After some batches, at a moment of its own in each round.
        int number = -1;
        for (int i = 0; i < 5 + round * 7 && ::read(ends[0], &number, sizeof number) == sizeof number; ++i)
            acknowledged = std::max(acknowledged, number);
        std::this_thread::sleep_for(std::chrono::milliseconds(3 + 5 * round));
        CHECK(::kill(child, SIGKILL) == 0);
        while (::read(ends[0], &number, sizeof number) == sizeof number)
            acknowledged = std::max(acknowledged, number);
        ::close(ends[0]);
        int status = 0;
        CHECK(::waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));

        TestStore store(directory.file());
        const auto all = store.report(R"({"report":"spend","group_by":"key_id"})");
        const auto requests = all["overall"]["requests"].get<int>();
        CHECK(requests >= (acknowledged + 1) * kBatch);
        CHECK(requests % kBatch == 0);
        CHECK(store.report(R"({"report":"logs","limit":100000})")["rows"].size() ==
              static_cast<size_t>(requests));
        Listener keys;
        CHECK(store.watch("key", keys) > 0);
        REQUIRE(keys.told().size() == 1);
        checkWhole(directory.file());
    }
    CHECK(acknowledged > 0);
}

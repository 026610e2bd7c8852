// Many requests on several loops at once, and what they leave in memory.

#include <atomic>
#include <thread>

#include "base/memory.h"
#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::Operation;

constexpr int kRequests = 500;

void run(Trial& trial, host::Instance& instance, int requests) {
    trial.onLoop([&](base::Loop&) {
        for (int i = 0; i < requests; ++i) {
            Call call(instance, Operation::Chat, sampleBodies(Operation::Chat, false)[0]);
            if (call.before()) call.after(R"({"choices":[]})");
            const auto failure = call.failure();
            require(failure.empty(), failure);
        }
    });
}

void parallel(Trial& trial) {
    const auto instance = trial.instance();
    std::vector<std::thread> threads;
    std::vector<Thrown> thrown(4);
    for (auto& mine : thrown) {
        threads.emplace_back([&] { mine.keep([&] { run(trial, *instance, kRequests); }); });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& one : thrown) one.rethrow();
}

void memory(Trial& trial) {
    const auto instance = trial.instance();
    run(trial, *instance, kRequests);
    const size_t before = base::memoryInUse();
    run(trial, *instance, 4 * kRequests);
    const size_t after = base::memoryInUse();
    const size_t grown = after > before ? after - before : 0;
    require(grown < 2 * kRequests * 64,
            "2,000 requests left " + std::to_string(grown / 1024) + " KiB behind");
}

}  // namespace

std::vector<Case> loadCases() {
    return {{"load.parallel", "requests on four loops at once", parallel},
            {"load.memory", "requests leave no memory behind", memory}};
}

}  // namespace sluice::validator

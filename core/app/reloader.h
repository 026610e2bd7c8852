// Hot reload: a new generation beside the old one. Whatever is wrong with it leaves the old one serving.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/offload.h"
#include "gateway/gateway.h"

namespace sluice::app {

/// Where the configuration came from, and what it said at the start of things that only a restart changes.
struct Origin {
    std::string config;
    std::vector<std::string> plugin_dirs;
    config::Listen listen;
    std::string ca_file;
};

class Reloader final : public host::Admin {
public:
    Reloader(Origin origin, host::Libraries& libraries, const gateway::GenerationCount& alive)
        : origin_(std::move(origin)), libraries_(libraries), alive_(alive) {}

    /// Before the first reload: what generations are built from, and who serves them.
    void attach(gateway::Gateway& gateway, const gateway::Shared& shared);

    /// Validates in a child process, builds, hands over state, swaps. One at a time. [offload] [control]
    Reload reload() override;
    bool reloadSoon() override;
    /// Waits for the one that runs; from now on all are refused. Before the gateway goes. [control]
    void close() { builder_.finish(); }
    std::string status() const override;

private:
    Reload reloadHere();
    std::shared_ptr<gateway::Generation> build(std::vector<std::string>& faults);
    void warnOfRestart(const config::Settings& now, std::vector<std::string>& faults) const;

    const Origin origin_;
    host::Libraries& libraries_;
    const gateway::GenerationCount& alive_;
    gateway::Gateway* gateway_ = nullptr;
    const gateway::Shared* shared_ = nullptr;
    std::atomic<uint64_t> failures_{0};  // reloads that were refused
    std::atomic<bool> asked_{false};     // a reload that nobody waits for is on its way
    uint64_t last_ = 1;                  // number of the newest generation; of the builder's thread
    // One thread builds all generations: each thread that did would keep a heap of that size for itself.
    base::Offload builder_{1, 64};
};

}  // namespace sluice::app

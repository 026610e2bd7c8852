// One policy: its script compiled once, its regular expressions, and states to run it in.
#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include <re2/re2.h>

#include "call.h"
#include "options.h"
#include "pool.h"

namespace lua_policy {

enum class Grain : uint8_t { Arrival, Word, Line, Sentence, Window, Whole };

struct StreamPlan {
    Grain grain = Grain::Sentence;
    uint32_t lanes = SLUICE_LANE_TEXT;
    uint32_t window_bytes = 512, overlap_bytes = 128;
};

class Policy {
public:
    /// Compiles the script, runs its main chunk and on_load. Throws ConfigError with file and line.
    Policy(PolicyOptions options, const Services& services, Pool& pool);

    const std::string& name() const { return options_.name; }
    const std::string& nameJson() const { return name_json_; }  // quoted
    const PolicyOptions& options() const { return options_; }
    const StreamPlan& stream() const { return stream_; }
    bool has(Phase hook) const { return (hooks_ & bit(hook)) != 0; }
    bool shadow() const { return options_.mode == Mode::Shadow; }
    const std::string& version() const { return version_; }

    /// Runs the hook of `call.phase` in a state of the call's tenant. [loop] [offload]
    Ran run(Call& call);

    /// The expression of that source, compiled while a script is loaded; null with a fault.
    const re2::RE2* expression(const std::string& source, bool ignore_case, std::string& fault) const;

    /// Of the first load: bytes of a state, for reports.
    size_t stateBytes() const { return state_bytes_; }
    uint64_t stepsOfLastRun() const { return steps_.load(std::memory_order_relaxed); }

private:
    std::unique_ptr<Sandbox> make(std::string_view tenant, Ran& ran);
    Ran load(Sandbox& sandbox, Call& call);
    void readPolicyTable(Sandbox& sandbox);
    void planStream(const std::string& grain, const std::vector<std::string>& lanes);

    PolicyOptions options_;
    const Services& services_;
    Pool& pool_;
    const std::string name_json_;
    std::string binary_;
    std::string version_;
    unsigned hooks_ = 0;
    StreamPlan stream_;
    size_t state_bytes_ = 0;
    std::atomic<uint64_t> steps_{0};
    mutable std::mutex expressions_mutex_;
    mutable std::unordered_map<std::string, std::unique_ptr<re2::RE2>> expressions_;
};

}  // namespace lua_policy

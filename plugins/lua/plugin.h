// The plugin: which policies a request has, in which order they run, and what becomes of their decisions.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include <sluice/plugin.hpp>

#include "policy.h"
#include "stream.h"

namespace lua_policy {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);

    struct Bound {
        Policy* policy;
        Vars vars;
    };
    struct PerRequest {
        bool resolved = false;
        std::vector<Bound> policies;
        std::vector<std::unique_ptr<Row>> rows;
        std::string notes;  // JSON objects, for the attribute lua.verdicts
    };

    /// Finds the scanners of guardrails.
    void start();
    bool wants(std::string_view hook) const;
    sluice::Verdict pre_call(sluice::Request request);
    sluice::Verdict route(sluice::Request request, const sluice_candidates& candidates);
    sluice::Verdict on_stream(sluice::Stream stream);
    sluice::Verdict post_call(sluice::Response response);
    void on_complete(const sluice_record& record);

    /// For reports and tests.
    const std::vector<std::unique_ptr<Policy>>& policies() const { return policies_; }
    size_t idleStates() const { return pool_.idle(); }

private:
    enum class Went : uint8_t { On, Refused, Answered };

    void index();
    std::vector<Policy*> matching(std::string_view tenant, const Subject& subject) const;
    PerRequest& resolve(const sluice::Request& request);
    bool subscribe(const sluice::Request& request, const PerRequest& state) const;

    Call callOf(Phase phase, const sluice::Request& request, Bound& bound) const;
    /// Runs the hook and makes of its decision, or of its failure, what the policy's mode says.
    Went run(const sluice::Request& request, PerRequest& state, Bound& bound, Call& call);
    Went failed(const sluice::Request& request, PerRequest& state, const Bound& bound, const Call& call,
                const Ran& ran);
    void report(const Policy& policy, Phase phase, const Ran& ran) const;
    void note(const sluice::Request& request, PerRequest& state, const Policy& policy, Phase phase,
              std::string_view verdict, const Call* call) const;
    sluice::Verdict all(Phase phase, const sluice::Request& request, Call* with);

    Row& rowOf(PerRequest& state, const sluice::Stream& stream);
    sluice::Verdict emit(const sluice::Stream& stream, Row& row, const Flow& out, size_t window) const;

    Services services_;
    std::map<std::string, std::string> scanners_;
    Pool pool_;
    std::vector<std::unique_ptr<Policy>> policies_;
    std::vector<uint32_t> anywhere_;                                    // not bound to tenants by name
    std::unordered_map<std::string, std::vector<uint32_t>> by_tenant_;  // ascending, like anywhere_
    bool tags_wanted_ = false;
    unsigned hooks_ = 0;
    mutable std::atomic<int64_t> logged_ms_{0};
};

}  // namespace lua_policy

// Which guardrails guard a request, and how: decided once, before the first of them is called. See
// docs/guardrails.md.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/guardrail.h"
#include "config/policies.h"

namespace sluice::host {

class Instance;
enum class Phase;
struct RequestState;

/// What has been decided for one request, and what its guardrails have said.
struct GuardUse {
    bool decided = false;
    bool any() const {
        return std::any_of(modes.begin(), modes.end(), [](uint8_t mode) { return mode != 0; });
    }
    std::vector<uint8_t> modes;                              // config::GuardMode, by index of the instance
    std::map<std::string, std::string, std::less<>> wishes;  // of the request, by name: JSON objects
    std::map<std::pair<const Instance*, Phase>, std::string> reports;  // JSON
    std::vector<std::string> policies;                                 // that have been applied
};

class GuardRules {
public:
    /// `all`: the instances of a generation; they outlive this object.
    explicit GuardRules(const std::vector<Instance*>& all);

    /// Names of guardrails that a model wants, by the name that the client gave. [control], before requests
    /// Answers the name of its model group; empty: there is no such model.
    using OfModel = std::function<std::string(const std::string& model, std::set<std::string>& names)>;
    void setOfModel(OfModel of_model) { of_model_ = std::move(of_model); }

    /// They outlive this object. [control], before requests
    void setPolicies(const config::Policies& policies) { policies_ = &policies; }

    /// Fills in request.guards and takes what the request says of guardrails out of its body. False: the
    /// request is refused, request.block says why. [loop]
    bool decide(RequestState& request) const;

    /// Have all guardrails that this model wants been asked about this request?
    bool covers(const RequestState& request, const std::string& model) const;

    /// What the answer says if whoever blocked answers in the model's place; `message`: what it said itself.
    std::optional<std::string> refusalOf(const RequestState& request, std::string_view message) const;

    /// Those that guard this request and have not been called at all.
    std::vector<const Instance*> unasked(const RequestState& request) const;

    const std::vector<Instance*>& all() const { return guards_; }
    const Instance* find(std::string_view name) const;

private:
    struct Named;
    bool readRequest(RequestState& request, Named& named) const;
    bool switchedOff(const RequestState& request) const;
    bool mayNotChoose(const RequestState& request) const;
    bool ofModel(const RequestState& request, const std::string& model, const std::set<std::string>& tags,
                 const std::set<std::string>& named, std::set<std::string>& names,
                 std::vector<std::string>& applied, std::string& unknown) const;

    std::vector<Instance*> guards_;
    size_t instances_;
    OfModel of_model_;
    const config::Policies* policies_ = nullptr;
};

/// The mode in which an instance that is a guardrail guards this request; all others: pre_call and post_call.
uint32_t guardModes(const RequestState& request, const Instance& instance);
/// Names of those that have looked at it, or, if the answer is a stream, will look at that; with commas between.
std::string appliedGuardrails(const RequestState& request, bool streams);
/// Is that hook of it called at all?
bool guardRuns(const RequestState& request, const Instance& instance, Phase phase);
/// Is what it does only written down?
bool guardShadowed(const RequestState& request, const Instance& instance, Phase phase);

}  // namespace sluice::host

// A guard for tests: "Falcon" must not be seen by anybody. Its configuration is the word mask, block or
// observe.
#include <sluice/guard.hpp>
#include <sluice/plugin.hpp>

namespace {

sluice::GuardPolicy policyOf(std::string_view config) {
    sluice::GuardPolicy policy;
    policy.name = "falcon";
    if (config.find("\"block\"") != std::string_view::npos) policy.action = sluice::GuardAction::Block;
    if (config.find("\"observe\"") != std::string_view::npos) policy.action = sluice::GuardAction::Observe;
    policy.needs_all = config.find("\"needs_all\":true") != std::string_view::npos;
    return policy;
}

class Guard : public sluice::TextGuard {
public:
    Guard(std::string_view config, sluice::Host host) : TextGuard(host, policyOf(config)) {}

    std::vector<sluice::Span> find(std::string_view text) const override {
        std::vector<sluice::Span> spans;
        for (size_t at = text.find(kWord); at != std::string_view::npos; at = text.find(kWord, at + 1))
            spans.push_back({at, at + kWord.size()});
        return spans;
    }
    size_t longest() const override { return kWord.size(); }
    std::string mask(std::string_view) const override { return "[BIRD]"; }

private:
    static constexpr std::string_view kWord = "Falcon";
};

}  // namespace

SLUICE_PLUGIN(Guard, R"({"id":"text_guard","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1"],
  "hooks":["pre_call","on_stream","post_call"],
  "config_schema":{"type":"object","additionalProperties":false,"properties":{
    "action":{"type":"string","enum":["mask","block","observe"]},"needs_all":{"type":"boolean"}}}})")

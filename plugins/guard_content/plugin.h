// The content filter as a guardrail: litellm_content_filter, and guard_content with more. README.md has the
// keys.
#pragma once

#include <sluice/guardrail.hpp>
#include <sluice/plugin.hpp>

#include "engine/content_scanner.h"
#include "whole_rules.h"

namespace guard_content {

class Plugin : public sluice::Guardrail {
public:
    Plugin(std::string_view config, sluice::Host host);

    const sluice::Scanner* scanner(const sluice::Request& request, const Place& place) const override;
    sluice::GuardAction action(const sluice::Finding& finding, const Place& place) const override;
    std::string replacement(const sluice::Request& request, const sluice::Finding& finding,
                            std::string_view found) const override;
    sluice::Refusal refusalOf(const sluice::Finding& finding) const override;
    sluice::Verdict judge(const sluice::Request& request, Side side,
                          const sluice::Texts& texts) const override;
    sluice::Verdict judgeStream(const sluice::Stream& stream) const override;
    std::unique_ptr<Memory> remember() const override;

    /// For scripts.
    const sluice::Scanner& scanner() const { return spans_; }
    static const void* interface(std::string_view id) {
        return id == SLUICE_SCANNER_ID ? sluice::scannerInterface<Plugin>() : nullptr;
    }

private:
    struct Config;
    struct Said;

    explicit Plugin(const Config& config, sluice::Host host);
    sluice::Refusal refusalOf(const Objection& objection) const;
    void warn(const sluice::Request& request, const Objection& objection) const;

    bool litellm_;  // answers as LiteLLM does
    bool skip_system_;
    ContentScanner spans_;
    WholeRules whole_;
};

}  // namespace guard_content

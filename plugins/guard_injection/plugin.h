// The guardrail: texts of the request are scored, answers are searched for what stands in the system prompt.
// Findings never leave as text: the record gets scores, thresholds and entities.
#pragma once

#include <sluice/guardrail.hpp>
#include <sluice/plugin.hpp>

#include <map>
#include <memory>
#include <string>

#include "engine/detector.h"
#include "engine/leak.h"
#include "guard_injection_manifest.hpp"

namespace injection {

// What is looked for in the answer to one request.
struct Watch : sluice::GuardrailBase::Memory {
    std::unique_ptr<LeakScanner> leaks;
};

// The worst text of a request.
struct Worst {
    double score = 0, threshold = 1;
    bool indirect = false;
    std::string where, text;
    bool caught() const { return score >= threshold; }
    double excess() const { return score - threshold; }
};

/// The plugin.
class InjectionGuard : public sluice::GuardrailBase {
public:
    InjectionGuard(std::string_view config, sluice::Host host)
        : InjectionGuard(guard_injection::Config::read(config), std::move(host)) {}
    InjectionGuard(guard_injection::Config config, sluice::Host host);

    sluice::Verdict pre_call(sluice::Request request);
    sluice::Verdict during_call(sluice::Request request) { return guardBeside(request); }
    sluice::Verdict on_stream(sluice::Stream stream) { return guardStream(stream); }
    sluice::Verdict post_call(sluice::Response response) { return guardAnswer(response); }

    // Requests are judged as a whole.
    const sluice::Scanner* scanner(const sluice::Request& request, const Place& place) const override {
        return place.side == Side::Answer ? memory<Watch>(request).leaks.get() : nullptr;
    }
    sluice::GuardAction action(const sluice::Finding&, const Place&) const override {
        return config_.action == "warn" ? sluice::GuardAction::Observe : sluice::GuardAction::Block;
    }
    sluice::Refusal refusalOf(const sluice::Finding& finding) const override {
        return refusal("The answer was blocked: it repeats the system prompt", "system_prompt_leak",
                       finding.entity);
    }
    sluice::Verdict judge(const sluice::Request& request, Side side,
                          const sluice::Texts& texts) const override {
        return side == Side::Request ? judgeRequest(request, texts) : judgeAnswer(request, texts);
    }
    std::unique_ptr<Memory> remember() const override { return std::make_unique<Watch>(); }

    const sluice::Scanner& scanner() const { return phrases_; }
    static const void* interface(std::string_view id) {
        return id == SLUICE_SCANNER_ID ? sluice::scannerInterface<InjectionGuard>() : nullptr;
    }

private:
    sluice::Refusal refusal(std::string_view message, std::string_view code, std::string_view reason) const;
    void watch(const sluice::Request& request) const;
    double thresholdOf(const sluice::Request& request) const;
    Worst worstOf(const sluice::Request& request, const sluice::Texts& texts) const;
    sluice::Verdict judgeRequest(const sluice::Request& request, const sluice::Texts& texts) const;
    sluice::Verdict judgeAnswer(const sluice::Request& request, const sluice::Texts& texts) const;
    bool blocks(const sluice::Request& request) const {
        return config_.action != "warn" && modes(request) != SLUICE_GUARD_LOGGING_ONLY;
    }

    const guard_injection::Config config_;
    const std::string canary_;
    std::map<std::string, double, std::less<>> thresholds_;  // by tenant, team, key
    uint32_t roles_ = 0;                                     // a bit for each Role that is scored
    Detector detector_;
    Phrases phrases_;
};

}  // namespace injection

// The guardrail itself: what is done with what the scanners find. README.md tells of its configuration.
#pragma once

#include <sluice/guardrail.hpp>

#include "combined.h"
#include "engine/pseudonyms.h"
#include "settings.h"

namespace pii {

/// Of one request: who is called what, and how the way back is found.
struct Known : sluice::Guardrail::Memory {
    Pseudonyms pseudonyms;
    PseudonymScanner back{pseudonyms};
    std::unique_ptr<WayBack> both;
};

inline sluice::GuardScope scopeOf(const Settings& settings) {
    sluice::GuardScope scope;
    scope.requests = settings.input;
    scope.answers = settings.output || settings.reversible;
    scope.observes = !settings.blocks_or_masks;
    return scope;
}

class GuardPii final : public sluice::Guardrail {
public:
    GuardPii(std::string_view config, sluice::Host host) : GuardPii(readSettings(config, host), host) {}

    const sluice::Scanner* scanner(const sluice::Request& request, const Place& place) const override {
        const auto* found = settings_.scanner.get();
        if (place.side == Side::Request) {
            return settings_.skip_system && place.role == sluice::Role::System ? nullptr : found;
        }
        const auto* here = settings_.output ? found : nullptr;
        if (!settings_.reversible) return here;
        auto& known = memory<Known>(request);
        if (known.pseudonyms.empty()) return here;
        if (!known.both) known.both = std::make_unique<WayBack>(known.back, here);
        return known.both.get();
    }

    sluice::GuardAction action(const sluice::Finding& finding, const Place&) const override {
        switch (settings_.actionOf(finding.entity)) {
            case Action::Block:
                return sluice::GuardAction::Block;
            case Action::Warn:
            case Action::Off:
                return sluice::GuardAction::Observe;
            case Action::Mask:
            case Action::Hash:
            case Action::Replace:
                break;
        }
        return sluice::GuardAction::Mask;
    }

    std::string replacement(const sluice::Request& request, const sluice::Finding& finding,
                            std::string_view found) const override {
        if (finding.entity == PseudonymScanner::kEntity) {
            const auto original = memory<Known>(request).pseudonyms.originalOf(found);
            return std::string(original.value_or(found));
        }
        const auto action = settings_.actionOf(finding.entity);
        if (action == Action::Hash)
            return masked(std::string(finding.entity) + ":" + keyed_.hash(finding.entity, found));
        if (!settings_.reversible) {
            const auto stand_in =
                action == Action::Replace ? keyed_.standIn(finding.entity, found) : std::string();
            return stand_in.empty() ? masked(finding.entity) : stand_in;
        }
        auto& known = memory<Known>(request).pseudonyms;
        return action == Action::Replace ? known.standInFor(finding.entity, found, keyed_)
                                         : known.tokenFor(finding.entity, found);
    }

    sluice::Refusal refusalOf(const sluice::Finding& finding) const override {
        thread_local std::string message;  // borrowed until the refusal has been given
        message =
            "Blocked PII entity detected: " + std::string(finding.entity) + " by Guardrail: " + name() + ".";
        sluice::Refusal why;
        why.message = message;
        why.code = "content_blocked";
        why.category = "pii";
        return why;
    }

    std::unique_ptr<Memory> remember() const override { return std::make_unique<Known>(); }

    const sluice::Scanner& scanner() const { return *settings_.scanner; }
    static const void* interface(std::string_view id) {
        return id == SLUICE_SCANNER_ID ? sluice::scannerInterface<GuardPii>() : nullptr;
    }

private:
    GuardPii(Settings settings, sluice::Host host)
        : Guardrail(host, scopeOf(settings)), settings_(std::move(settings)), keyed_(settings_.secret) {}

    std::string masked(std::string_view entity) const {
        std::string text = settings_.mask_format;
        const size_t at = text.find("{entity}");
        if (at != std::string::npos) text.replace(at, 8, entity);
        return text;
    }

    Settings settings_;
    Keyed keyed_;
};

}  // namespace pii

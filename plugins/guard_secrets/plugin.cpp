// Keys, tokens and passwords in what people and models say: masked, blocked, or noted in the record.
#include "guard_secrets_manifest.hpp"
#include "options.h"

#include <sluice/guardrail.hpp>
#include <sluice/plugin.hpp>

#include <map>
#include <string>

namespace guard_secrets {

class Guard final : public sluice::Guardrail {
public:
    Guard(std::string_view config, sluice::Host host) : Guard(settingsOf(config, &host), host) {}

    const sluice::Scanner& scanner() const { return scanner_; }
    const sluice::Scanner* scanner(const sluice::Request&, const Place&) const override { return &scanner_; }

    sluice::GuardAction action(const sluice::Finding& finding, const Place&) const override {
        switch (settings_.actionOf(finding.entity)) {
            case Action::Block:
                return sluice::GuardAction::Block;
            case Action::Warn:
                return sluice::GuardAction::Observe;
            case Action::Redact:
                break;
        }
        return sluice::GuardAction::Mask;
    }
    std::string replacement(const sluice::Request&, const sluice::Finding& finding,
                            std::string_view) const override {
        return settings_.maskOf(finding.entity);
    }
    sluice::Refusal refusalOf(const sluice::Finding& finding) const override {
        sluice::Refusal why;
        const auto message = messages_.find(secrets::SecretScanner::ownerOf(finding.entity));
        if (message != messages_.end()) why.message = message->second;  // a Refusal only borrows
        why.code = "content_blocked";
        why.category = name();
        return why;
    }

    static const void* interface(std::string_view id) {
        return id == SLUICE_SCANNER_ID ? sluice::scannerInterface<Guard>() : nullptr;
    }

private:
    Guard(Settings settings, sluice::Host host)
        : Guardrail(host, scopeOf(settings)),
          settings_(std::move(settings)),
          scanner_(settings_.engine, settings_.patterns) {
        const auto add = [this](std::string_view entity) {
            const std::string name(entity);
            messages_[name] = "The content was blocked: it contains a secret (" + name + ")";
        };
        for (const auto entity : secrets::SecretScanner::entities()) add(entity);
        for (const auto& pattern : settings_.patterns) add(pattern.name);
    }

    // Only warned about: streams need not be held back.
    static sluice::GuardScope scopeOf(const Settings& settings) {
        sluice::GuardScope scope;
        scope.observes = settings.action == Action::Warn;
        for (const auto& [entity, action] : settings.actions)
            scope.observes = scope.observes && action == Action::Warn;
        return scope;
    }

    Settings settings_;
    Scanner scanner_;
    std::map<std::string, std::string, std::less<>> messages_;  // for the client, by entity
};

}  // namespace guard_secrets

SLUICE_PLUGIN(guard_secrets::Guard, SLUICE_MANIFEST)

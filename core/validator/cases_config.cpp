// Creating instances: with good configurations, and with ones that nobody should write.
#include <array>

#include "validator/case.h"

namespace sluice::validator {
namespace {

using config::Json;

void schema(Trial& trial) { (void)trial.settings(); }
void create(Trial& trial) { (void)trial.instance(); }

void twice(Trial& trial) {
    const auto first = trial.instance();
    const auto second = trial.instance();
    require(first->self() != second->self(), "two instances are the same object");
}

// Calls create as the host does, around the schema, and looks at what it writes.
void tryConfig(Trial& trial, host::Instance& host, const std::string& config) {
    constexpr size_t kCapacity = 64;
    std::array<char, kCapacity + 32> text;
    text.fill('#');
    size_t size = 0;
    sluice_instance* made = nullptr;
    const sluice_entry* entry = trial.library().entry;
    const sluice_status status =
        entry->create(&host.handle().api, host::str(config), &made, text.data(), kCapacity, &size);
    require(size <= kCapacity,
            "it says that its error text has " + std::to_string(size) + " bytes; there are 64");
    for (size_t i = kCapacity; i < text.size(); ++i)
        require(text[i] == '#', "it wrote its error text beyond the end of the buffer");
    require(status == SLUICE_OK || status < 0, "create returned " + std::to_string(status));
    require(status != SLUICE_OK || made, "create returned OK and no instance");
    require(status == SLUICE_OK || size > 0, "it refuses " + config.substr(0, 60) + " without a reason");
    if (status == SLUICE_OK) entry->destroy(made);
}

void nonsense(Trial& trial) {
    const auto host = trial.instance();
    host->handle().creating = true;
    std::vector<std::string> texts{"",  "{",       "[]",        "null",
                                   "7", "{\"a\":", "{\"\":{}}", std::string(100'000, '[')};
    const auto settings = trial.settings();
    for (const auto& [key, value] : settings.config.items()) {
        for (const Json& odd : {Json(), Json(-1), Json("\x01"), Json::array({Json::object()}), Json(1e308),
                                Json{{"$secret", "no-such-handle"}}, Json(std::string(10'000, 'x'))}) {
            Json changed = settings.config;
            changed[key] = odd;
            texts.push_back(changed.dump());
        }
    }
    for (const auto& text : texts) tryConfig(trial, *host, text);
}

}  // namespace

std::vector<Case> configCases() {
    return {{"config.schema", "the configuration fits its own schema", schema},
            {"config.create", "an instance is created", create},
            {"config.twice", "two instances live side by side", twice},
            {"config.nonsense", "a configuration that makes no sense is refused in words", nonsense}};
}

}  // namespace sluice::validator

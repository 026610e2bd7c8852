#include "config/read_trust.h"

namespace sluice::config {
namespace {

bool isSha256(const std::string& text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// A list and not a mapping: plugins may be called like secrets.
void readAllowed(const Tree& tree, const Json& value, size_t index, Trust& trust, Faults& faults) {
    Section entry(tree, &value, childPath("plugin_trust.allow", index), faults);
    const auto plugin = entry.text("plugin", "the name of a plugin").value_or("");
    const auto sum = entry.text("sha256").value_or("");
    if (plugin.empty()) entry.fault("plugin", "nothing", "the name of a plugin");
    if (!isSha256(sum))
        entry.fault("sha256", sum.empty() ? "nothing" : "\"" + sum + "\"", "64 lower-case hex digits",
                    "see `sluice plugin inspect`");
    trust.allow[plugin].push_back(sum);
    entry.warnUnknown();
}

}  // namespace

void readTrust(const Tree& tree, Trust& trust, Section& root, Faults& faults) {
    Section section(tree, root.mapping("plugin_trust"), "plugin_trust", faults);
    if (!section.present()) return;
    if (const Json* allow = section.list("allow")) {
        for (size_t i = 0; i < allow->size(); ++i) readAllowed(tree, (*allow)[i], i, trust, faults);
    }
    trust.require_signature = section.boolean("require_signature").value_or(false);
    trust.signers = section.texts("signers");
    if (trust.require_signature && trust.signers.empty())
        section.fault("signers", "nothing", "Ed25519 public keys, 32 bytes in base64",
                      "without one no plugin can be loaded");
    section.warnUnknown();
}

}  // namespace sluice::config

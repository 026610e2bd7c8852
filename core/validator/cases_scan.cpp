// The handshake: does the code say what the manifest says?
#include <algorithm>

#include "validator/case.h"

namespace sluice::validator {
namespace {

void load(Trial& trial) { (void)trial.library(); }

void entry(Trial& trial) {
    const sluice_entry* entry = trial.library().entry;
    require(entry->size >= sizeof(sluice_entry), "the entry says a size of " + std::to_string(entry->size) +
                                                     "; it has " + std::to_string(sizeof(sluice_entry)) +
                                                     " bytes");
    require(SLUICE_HAS(entry, describe), "describe is missing");
    require(sluice_str{entry->sdk}.len < 200, "sdk is no short text");
}

void describe(Trial& trial) {
    const auto said = host::view(trial.library().entry->describe());
    auto section = host::elfSection(trial.image(), SLUICE_MANIFEST_SECTION);
    require(section.has_value(), "no section " SLUICE_MANIFEST_SECTION);
    std::string_view bytes = *section;
    bytes = bytes.substr(0, bytes.find('\0'));
    require(said == bytes, "describe() and the section .sluice.manifest say different things");
}

// Interfaces of this ABI, and how large their tables must be at least: size and one function.
void interfaces(Trial& trial) {
    const sluice_entry* entry = trial.library().entry;
    const auto& named = trial.manifest().interfaces;
    for (const auto& id : named) {
        const auto* table = static_cast<const uint32_t*>(entry->get_interface(host::str(id)));
        require(table != nullptr, "the manifest names " + id + ", get_interface does not know it");
        require(*table >= 16 && *table < 65536, id + ": the table says a size of " + std::to_string(*table));
    }
    for (const char* id :
         {SLUICE_HOOKS_ID, SLUICE_ROUTER_ID, SLUICE_PROVIDER_ID, SLUICE_ENDPOINT_ID, SLUICE_STATE_ID}) {
        const bool listed = std::find(named.begin(), named.end(), id) != named.end();
        require(listed || !entry->get_interface(host::str(id)) || std::string_view(id) == SLUICE_HOOKS_ID,
                std::string(id) + " is offered, but not named in the manifest");
    }
}

void unknownInterfaces(Trial& trial) {
    for (const char* id : {"", "sluice.hooks/2", "sluice.hooks/11", "sluice.future/1", "hooks"})
        require(!trial.library().entry->get_interface(host::str(id)),
                "get_interface(\"" + std::string(id) + "\") gives something");
}

}  // namespace

std::vector<Case> scanCases() {
    return {{"scan.load", "it loads with every symbol resolved", load},
            {"scan.entry", "the entry is complete and says its size", entry},
            {"scan.describe", "describe() says the manifest", describe},
            {"scan.interfaces", "the interfaces are those of the manifest", interfaces},
            {"scan.unknown", "an interface that it does not have is null", unknownInterfaces}};
}

}  // namespace sluice::validator

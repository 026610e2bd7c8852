// What can be seen without running a line of the plugin.
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "validator/case.h"
#include "validator/elf_facts.h"

namespace sluice::validator {
namespace {

ElfFacts facts(Trial& trial) {
    auto read = readElfFacts(trial.image());
    if (!read) throw Failure{read.error().message};
    return std::move(*read);
}

void file(Trial& trial) {
    struct stat info {};
    require(::lstat(trial.path().c_str(), &info) == 0, "there is no such file");
    require(S_ISREG(info.st_mode), "it is no regular file; a symbolic link is refused");
    require((info.st_mode & (S_IWGRP | S_IWOTH)) == 0, "group or others may write to it; chmod go-w");
    require(info.st_uid == 0 || info.st_uid == ::geteuid(), "it belongs neither to root nor to you");
    (void)facts(trial);
}

void manifest(Trial& trial) {
    const host::Manifest& m = trial.manifest();
    const auto parts = base::split(m.version, '.');
    bool numbers = parts.size() == 3;
    for (const auto part : parts) numbers &= base::parseDecimal(part.substr(0, part.find('-'))).has_value();
    require(numbers, "version is \"" + m.version + "\"; allowed: three numbers, 1.2.3 or 1.2.3-rc1");
    require(!m.description.empty(), "description is missing: `sluice plugin list` shows it");
    require(!m.interfaces.empty(), "interfaces is empty: the plugin offers nothing");
    for (const auto& id : m.interfaces)
        require(id.find('/') != std::string::npos,
                "interfaces: \"" + id + "\" has no revision; allowed: name/1");
    const auto type = m.config_schema.value("type", "object");
    require(type == "object", "config_schema.type is \"" + type + "\"; allowed: \"object\"");
}

void exports(Trial& trial) {
    auto names = facts(trial).exports;
    const bool entry = std::erase(names, "sluice_plugin_entry_v1") > 0;
    require(entry, "it does not export sluice_plugin_entry_v1");
    if (names.size() > 5) names.resize(5);
    require(names.empty(), fmt::format("it exports more than its entry: {}; build with hidden visibility",
                                       fmt::join(names, ", ")));
}

void unique(Trial& trial) {
    const auto names = facts(trial).unique;
    require(names.empty(), fmt::format("unique symbols ({}): two generations would share them; build with "
                                       "-fno-gnu-unique",
                                       fmt::join(names, ", ")));
}

void stack(Trial& trial) {
    require(!facts(trial).executable_stack, "it asks for an executable stack; link with -z noexecstack");
}

void relocations(Trial& trial) {
    require(!facts(trial).text_relocations, "it has text relocations; compile with -fPIC");
}

}  // namespace

std::vector<Case> staticCases() {
    return {{"static.file", "an ELF library that only its owner can change", file},
            {"static.manifest", "the manifest is there and complete", manifest},
            {"static.exports", "sluice_plugin_entry_v1 is all that it exports", exports},
            {"static.unique", "nothing is shared between two loaded copies", unique},
            {"static.stack", "its stack is not executable", stack},
            {"static.relocations", "its code needs no changes when it is loaded", relocations}};
}

}  // namespace sluice::validator

// What the ELF file of a plugin says about itself, for the checks that need no code of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice::validator {

struct ElfFacts {
    std::vector<std::string> exports;  // names of defined, global, visible symbols
    std::vector<std::string> unique;   // those bound STB_GNU_UNIQUE: they would be shared between two copies
    std::vector<std::string> needed;   // libraries it asks for
    bool executable_stack = false;
    bool text_relocations = false;
    bool thread_local_storage = false;
};

/// Malformed for what is no 64-bit ELF library. Every offset is checked.
base::Result<ElfFacts> readElfFacts(std::string_view image);

}  // namespace sluice::validator

// Reads the section `listen`: address, port, TLS files and limits.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

void readListen(const Tree& tree, Listen& listen, Section& root, Faults& faults);

/// "ADDR:PORT", "[ADDR6]:PORT" or ":PORT" into `listen`; false if it is none of them.
bool readAddress(std::string_view text, Listen& listen);

}  // namespace sluice::config

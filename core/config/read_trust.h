// The section `plugin_trust`.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

void readTrust(const Tree& tree, Trust& trust, Section& root, Faults& faults);

}  // namespace sluice::config

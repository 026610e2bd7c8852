// Reads model_list.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

void readModels(const Tree& tree, std::vector<Deployment>& models, Section& root, Faults& faults);

}  // namespace sluice::config

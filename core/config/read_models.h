// Reads model_list: one deployment an entry, with what its litellm_params say about transport.
#pragma once

#include "config/section.h"
#include "config/settings.h"

namespace sluice::config {

/// One element of model_list, the one at `index`.
Deployment readModel(const Tree& tree, const Json& value, size_t index, Faults& faults);

void readModels(const Tree& tree, std::vector<Deployment>& models, Section& root, Faults& faults);

}  // namespace sluice::config

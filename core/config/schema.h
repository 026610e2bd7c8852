// The subset of JSON Schema 2020-12 that plugins describe their configuration with: type, properties,
// required, additionalProperties, items, enum, minimum, maximum, minLength, default, description.
#pragma once

#include <string>

#include "config/tree.h"

namespace sluice::config {

/// Checks `value` against `schema` and fills in defaults. Faults name `path` and the place where the value
/// stood. Secrets count as texts.
void applySchema(const Json& schema, Json& value, const std::string& path, const Tree& tree, Faults& faults);

}  // namespace sluice::config

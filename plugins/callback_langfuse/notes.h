// Leaves what a caller says about its trace as attributes of the request, so that it stands in the record.
// What stands there already stays: fields win over the body.
#pragma once

#include <sluice/plugin.hpp>

namespace callback_langfuse {

/// Attributes langfuse.NAME for the controls of the fields langfuse_NAME. [loop]
void noteFields(const sluice::Request& request);
/// The same for those of `metadata` in the body, and langfuse.metadata for the rest of it, unless that has
/// more than 4 KiB. [loop]
void noteMetadata(const sluice::Request& request);

}  // namespace callback_langfuse

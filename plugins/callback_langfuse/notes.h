// Leaves what a caller says about its trace as attributes of the request, so that it stands in the record.
#pragma once

#include <sluice/plugin.hpp>

namespace callback_langfuse {

/// Attributes langfuse.NAME for the controls of `metadata` and of fields langfuse_NAME, which win, and
/// langfuse.metadata for the rest of `metadata`, unless that has more than 4 KiB. [loop]
void noteControls(const sluice::Request& request);

}  // namespace callback_langfuse

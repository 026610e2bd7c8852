// Leaves what a caller says about its trace in fields as attributes of the request, so that it stands in the
// record. What `metadata` says stands there already.
#pragma once

#include <sluice/plugin.hpp>

namespace callback_langfuse {

/// Attributes langfuse.NAME for the controls of the fields langfuse_NAME. [loop]
void noteFields(const sluice::Request& request);

}  // namespace callback_langfuse

// The end of a batch: from its journal the files that its client reads.
#pragma once

#include "journal.h"
#include "lines.h"
#include "store.h"

namespace batches {

enum class End {
    Completed,
    Cancelled,
    Expired,
    Interrupted,  // the gateway ended meanwhile, and with it the caller's credential
    StorageFull,
};

/// Writes output and errors, or Anthropic's results, in the order of the input; then the journal and the
/// input go. Lines that have no outcome are among the errors, with a code for why. A batch whose lines all
/// have one is completed, whatever `end` says. May be called again after a DiskError. Throws DiskError.
void finish(Store& store, const Batch& batch, const Journal& journal, const Index& index, End end);

/// Batches that were in progress when the process ended. `failed`: told of each that could not be finished.
void recover(Store& store, size_t lines_max,
             const std::function<void(const std::string& id, const std::string& why)>& failed);

/// "batch_req_…": of the same line always the same.
std::string requestId(const Batch& batch, size_t index);

}  // namespace batches

// The file of events that the store does not want: one line of JSON each, for whoever finds out why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sluice/sluice.h>

#include "segments.h"

namespace ledger {

/// [feeder]
class RejectedFile {
public:
    /// SPOOL/rejected.jsonl. At `bytes_max` nothing more is kept.
    RejectedFile(const std::string& spool, uint64_t bytes_max, Log log)
        : path_(spool + "/rejected.jsonl"), bytes_max_(bytes_max), log_(std::move(log)) {}

    /// On the disk when this returns true. One line in the log as well.
    bool add(const sluice_record& event, sluice_status status);

private:
    const std::string path_;
    const uint64_t bytes_max_;
    const Log log_;
    bool failing_ = false;
};

/// All fields by the names of the record, in one line.
std::string jsonOf(const sluice_record& event, sluice_status status);

}  // namespace ledger

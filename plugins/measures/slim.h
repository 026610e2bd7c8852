// A record with what measuresOf() and tags want and nothing else: what waits for a receiver of metrics is a
// few hundred bytes, and the gateway need not write the whole record for it ("record": "fields" in a
// manifest). [any]
#pragma once

#include <string>

#include <sluice/plugin.hpp>

namespace measures {

/// JSON, in the names of the whole record.
std::string slimJson(const sluice_record& record);

/// `take` gets the record with that as its JSON.
template <class Take>
void slimmed(const sluice_record& record, Take take) {
    const std::string json = slimJson(record);
    sluice_record slim = record;
    slim.json = sluice::str(json);
    take(slim);
}

}  // namespace measures

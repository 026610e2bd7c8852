// Documents in their table: changed together or not at all, read in the order of their changes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pq.h"
#include "store_common/document.h"

namespace store_postgres {

/// Applies them in order within the transaction that runs, and tells other gateways at its end. False: a
/// document is not what a change expected; the transaction has to be taken back. `version`: of the last
/// change in the store.
bool apply(Connection& connection, const std::string& schema, const std::vector<Change>& changes,
           int64_t now_ms, uint64_t& version);

/// Of the last change in the store; 0 if there was none.
uint64_t lastVersion(Connection& connection);

/// id, json, version, removed of what has changed after `after`, the oldest change first.
Result readDocuments(Connection& connection, std::string_view kind, uint64_t after);

/// The channel of NOTIFY.
std::string channelOf(const std::string& schema);

/// Forgets at most `most` of what was removed before that moment; were there as many?
bool forgetRemoved(Connection& connection, int64_t before_ms, int64_t most);

}  // namespace store_postgres

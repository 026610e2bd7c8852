// Documents in the file: changed together or not at all, read in the order of their changes.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "sqlite.h"
#include "store_common/document.h"

namespace store_sqlite {

/// Applies them in order within the transaction that runs. False: a document is not what a change expected;
/// the transaction has to be taken back. `version`: of the last change in the store.
bool apply(Connection& connection, const std::vector<Change>& changes, int64_t now_ms, uint64_t& version);

/// Of the last change in the store; 0 if there was none.
uint64_t lastVersion(Connection& connection);

/// Tells of the documents of a kind that changed after `after`, oldest change first, until told returns
/// false. With `after` 0 there is no word of removed ones.
void readDocuments(Connection& connection, std::string_view kind, uint64_t after,
                   const std::function<bool(const Document&)>& tell);

/// Forgets at most `most` of what was removed before that moment; how many.
int64_t forgetRemoved(Connection& connection, int64_t before_ms, int64_t most);

}  // namespace store_sqlite

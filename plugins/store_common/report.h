// Answers to questions about usage: docs/store.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "store_common/ledger.h"

namespace store_common {

/// True and the answer, or false and {"error": …} that says what was found, where, and what is allowed.
/// `with` calls its argument with a ledger of the store; what it throws is the caller's, QuestionError aside.
bool answerTo(std::string_view question, std::string& json,
              const std::function<void(const std::function<void(Ledger&)>&)>& with);

}  // namespace store_common

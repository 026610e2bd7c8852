// One function for each report: reads the question, writes the answer. Each throws QuestionError, and what
// the ledger throws.
#pragma once

#include "store_common/answer.h"
#include "store_common/ledger.h"
#include "store_common/question.h"

namespace store_common {

void reportSpend(const Question& question, Ledger& ledger, Answer& answer);
void reportActivity(const Question& question, Ledger& ledger, Answer& answer);
void reportTotals(const Question& question, Ledger& ledger, Answer& answer);
void reportLogs(const Question& question, Ledger& ledger, Answer& answer);
/// The distinct values of one dimension.
void reportNames(const Question& question, Ledger& ledger, By by, Answer& answer);

constexpr int64_t kLimitMost = 100'000;           // rows of an answer
constexpr int64_t kLimit = 100;                   // if the question says nothing
constexpr int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31

/// "sums": the names of those that are wanted, as bits for Answer::show; all without a word.
unsigned shownSums(const Question& question);

/// The days that a question is about: "from" and "to", all if there is neither.
struct Days {
    explicit Days(const Question& question);
    int64_t from, to;
};

}  // namespace store_common

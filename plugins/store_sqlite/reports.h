// One function for each report: reads the question, writes the answer. Each throws QuestionError and
// SqlError.
#pragma once

#include "answer.h"
#include "question.h"
#include "scan.h"

namespace store_sqlite {

void reportSpend(const Question& question, const Snapshot& snapshot, Answer& answer);
void reportActivity(const Question& question, const Snapshot& snapshot, Answer& answer);
void reportTotals(const Question& question, const Snapshot& snapshot, Answer& answer);
void reportLogs(const Question& question, const Snapshot& snapshot, Answer& answer);
/// The distinct values of one dimension.
void reportNames(const Question& question, const Snapshot& snapshot, By by, Answer& answer);

constexpr int64_t kLimitMost = 100'000;  // rows of an answer
constexpr int64_t kLimit = 100;          // if the question says nothing

/// The days that a question is about: "from" and "to", all if there is neither.
struct Days {
    explicit Days(const Question& question);
    int64_t from, to;
};

}  // namespace store_sqlite

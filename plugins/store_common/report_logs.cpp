// {"report":"logs"}: usage events one by one.
#include "store_common/reports.h"

namespace store_common {
namespace {

bool newestFirst(const Question& question) {
    const std::string order = question.text("order", "-time");
    if (order != "time" && order != "-time")
        Question::fail("order", "the text " + shown(order), "time, -time");
    return order == "-time";
}

}  // namespace

void reportLogs(const Question& question, Ledger& ledger, Answer& answer) {
    question.only({"report", "where", "from_ms", "to_ms", "order", "limit", "offset"});
    LogQuestion logs;
    logs.where = resolved(question.where({"call_id", "outcome"}), ledger);
    logs.newest_first = newestFirst(question);
    logs.offset = question.number("offset", 0, 0, INT64_MAX);
    logs.limit = question.number("limit", kLimit, 0, kLimitMost);
    logs.from_ms = question.number("from_ms", 0, 0, kLastMs);
    logs.to_ms = question.number("to_ms", kLastMs, 0, kLastMs);
    logs.outcome = question.whereText("outcome");
    logs.call_id = question.whereText("call_id");
    answer.key("rows").open('[');
    const bool more = ledger.logs(logs, [&](const LogRow& row) { writeLogRow(row, answer); });
    answer.close(']').key("more").boolean(more);
}

}  // namespace store_common

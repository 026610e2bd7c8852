#include "report.h"

#include <sluice/json.hpp>

#include "calendar.h"
#include "reports.h"

namespace store_sqlite {
namespace {

void ask(const Question& question, const Snapshot& snapshot, Answer& answer) {
    const std::string report = question.text("report");
    if (report == "spend") return reportSpend(question, snapshot, answer);
    if (report == "activity") return reportActivity(question, snapshot, answer);
    if (report == "totals") return reportTotals(question, snapshot, answer);
    if (report == "logs") return reportLogs(question, snapshot, answer);
    if (report == "tags") return reportNames(question, snapshot, By::Tag, answer);
    if (report == "names") return reportNames(question, snapshot, question.by("dimension"), answer);
    Question::fail("report", question.has("report") ? shown(report) : "nothing",
                   "spend, activity, totals, logs, tags, names");
}

}  // namespace

Days::Days(const Question& question)
    : from(question.day("from", 0)), to(question.day("to", *dayFrom("9999-12-31"))) {
    if (from > to) Question::fail("from", "a day after \"to\"", "one that is not");
}

bool Reporter::answer(std::string_view question, std::string& json) {
    std::unique_ptr<Connection> connection;
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!connection) {
        connection = std::make_unique<Connection>(database_.connect());
        connection->run("PRAGMA query_only = ON; PRAGMA cache_size = -16384");
    }
    bool good = true;
    try {
        const Question asked(question);
        const Transaction transaction(*connection, Transaction::Kind::Read);
        const auto combos = combos_.upToDate(*connection);
        json.clear();
        Answer answer(json);
        answer.open('{');
        const Snapshot snapshot{*connection, combos};
        ask(asked, snapshot, answer);
        answer.close('}');
    } catch (const QuestionError& error) {
        json = "{\"error\":" + sluice::jsonQuoted(error.what()) + "}";
        good = false;
    }
    // One that failed for another reason is not used again.
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    return good;
}

}  // namespace store_sqlite

#include "store_common/report.h"

#include <algorithm>

#include <sluice/json.hpp>

#include "store_common/calendar.h"
#include "store_common/reports.h"

namespace store_common {
namespace {

void ask(const Question& question, Ledger& ledger, Answer& answer) {
    const std::string report = question.text("report");
    if (report == "spend") return reportSpend(question, ledger, answer);
    if (report == "activity") return reportActivity(question, ledger, answer);
    if (report == "totals") return reportTotals(question, ledger, answer);
    if (report == "logs") return reportLogs(question, ledger, answer);
    if (report == "tags") return reportNames(question, ledger, By::Tag, answer);
    if (report == "names") return reportNames(question, ledger, question.by("dimension"), answer);
    Question::fail("report", question.has("report") ? shown(report) : "nothing",
                   "spend, activity, totals, logs, tags, names");
}

}  // namespace

unsigned shownSums(const Question& question) {
    if (!question.has("sums")) return ~0u;
    unsigned shown = 0;
    for (const auto& name : question.texts("sums")) {
        const auto found = std::find(kSumNames.begin(), kSumNames.end(), name);
        if (found == kSumNames.end()) {
            std::string allowed;
            for (const auto one : kSumNames) allowed += (allowed.empty() ? "" : ", ") + std::string(one);
            Question::fail("sums", "the text " + store_common::shown(name), allowed);
        }
        shown |= 1u << (found - kSumNames.begin());
    }
    return shown;
}

Days::Days(const Question& question)
    : from(question.day("from", 0)), to(question.day("to", *dayFrom("9999-12-31"))) {
    if (from > to) Question::fail("from", "a day after \"to\"", "one that is not");
}

bool answerTo(std::string_view question, std::string& json,
              const std::function<void(const std::function<void(Ledger&)>&)>& with) {
    try {
        const Question asked(question);
        with([&](Ledger& ledger) {
            json.clear();
            Answer answer(json);
            answer.open('{');
            ask(asked, ledger, answer);
            answer.close('}');
        });
        return true;
    } catch (const QuestionError& error) {
        json = "{\"error\":" + sluice::jsonQuoted(error.what()) + "}";
        return false;
    }
}

}  // namespace store_common

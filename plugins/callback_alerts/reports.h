// Reports at intervals: what was spent, by team, tag and model; how deployments did.
#pragma once

#include <string>
#include <vector>

#include "alert.h"
#include "book.h"
#include "calendar.h"
#include "spend.h"
#include "traffic.h"

namespace alerts {

class Reports {
public:
    struct Options {
        std::vector<std::string> spend{"7d"};  // spend_report_frequency: durations
        int64_t daily_ms = 43'200'000;         // daily_report_frequency
        Types types;
    };
    Reports(const Options& options, const Calendar& calendar, const Spend& spend, const Book& book,
            Traffic& traffic)
        : options_(options), calendar_(calendar), spend_(spend), book_(book), traffic_(traffic) {}

    /// False: the store did not answer. [offload]
    bool check(int64_t now_ms, const Raise& raise);

private:
    bool reportSpend(const std::string& duration, int64_t now_ms, const Raise& raise);
    bool addTop(Alert& alert, const char* dimension, const char* title, const limits::Period& period);

    const Options options_;
    const Calendar& calendar_;
    const Spend& spend_;
    const Book& book_;
    Traffic& traffic_;
    std::map<std::string, int64_t> done_;  // by duration: the beginning of the period that was reported last
    int64_t daily_ms_ = 0;                 // when the next report on deployments is due
};

}  // namespace alerts

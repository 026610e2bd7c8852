// Alerts that were raised, a channel that answers as it is told, books whose answers depend on the question.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "alert.h"
#include "channel.h"
#include "fake_store.h"
#include "messages.h"

namespace testing {

constexpr int64_t kNow = 1'795'000'000'000;  // 2026-11-18 11:06:40 UTC
constexpr int64_t kMinute = 60'000, kHour = 3'600'000, kDay = 86'400'000;
constexpr int64_t kUsd = 1'000'000'000'000;

struct Raised {
    std::vector<alerts::Alert> all;

    alerts::Raise raise() {
        return [this](alerts::Alert alert) { all.push_back(std::move(alert)); };
    }
    size_t count(const std::string& type) const {
        size_t n = 0;
        for (const auto& alert : all) n += alert.type == type ? 1 : 0;
        return n;
    }
    /// The last one of that type, or one without a type.
    alerts::Alert last(const std::string& type) const {
        for (auto at = all.rbegin(); at != all.rend(); ++at) {
            if (at->type == type) return *at;
        }
        return {};
    }
};

inline std::string fact(const alerts::Alert& alert, const std::string& name) {
    for (const auto& one : alert.facts) {
        if (one.name == name) return one.value;
    }
    return {};
}

/// Takes everything unless `next` says otherwise.
class FakeChannel final : public alerts::Channel {
public:
    struct Log {
        std::vector<alerts::Alert> got;
        std::deque<alerts::Said> next;
    };
    explicit FakeChannel(Log& log) : log_(log) {}

    const std::string& name() const override { return name_; }
    bool wants(const alerts::Alert&) const override { return true; }
    alerts::Said deliver(const alerts::Alert& alert) override {
        log_.got.push_back(alert);
        if (log_.next.empty()) return {200, true, false, 0, "ok"};
        const auto said = log_.next.front();
        log_.next.pop_front();
        return said;
    }

private:
    const std::string name_ = "fake";
    Log& log_;
};

/// FakeStore with books: spend by dimension and value, in USD, each at a time. One at a time.
class Books {
public:
    Books() {
        const auto there = store.service();
        table_ = *static_cast<const sluice_store*>(there.table);
        table_.report = [](sluice_instance*, sluice_str question, void* sink,
                           void (*give)(void*, sluice_str)) {
            return current()->report(std::string(sluice::view(question)), sink, give);
        };
        current() = this;
    }
    sluice_service service() {
        auto there = store.service();
        there.table = &table_;
        return there;
    }
    void spend(const std::string& dimension, const std::string& value, double usd, int64_t at_ms) {
        rows_.push_back({dimension, value, usd, at_ms});
    }

    /// What one value of a dimension has spent with one of another: {"team", "red"}, {"user", "ann"}.
    using Of = std::pair<std::string, std::string>;
    void spendWithin(const Of& of, const Of& with, double usd, int64_t at_ms) {
        within_.push_back({of, with, usd, at_ms});
    }

    FakeStore store;
    std::vector<std::string> asked;
    bool away = false;

private:
    struct Within {
        Of of, with;
        double usd;
        int64_t at_ms;
    };
    // Of whole days, as the store's are.
    nlohmann::json spendReport(const nlohmann::json& question) const {
        const std::string by = question["group_by"].at(0);
        std::map<std::string, int64_t> sums;
        for (const auto& row : within_) {
            const auto& where = question["where"];
            const std::string from = question.value("from", "");
            if (row.with.first != by || where.value(row.of.first, "") != row.of.second) continue;
            if (alerts::isoTime(row.at_ms).substr(0, 10) < from) continue;
            sums[row.with.second] += static_cast<int64_t>(row.usd * 1e12);
        }
        auto answer = nlohmann::json{{"rows", nlohmann::json::array()}};
        for (const auto& [name, pico] : sums)
            answer["rows"].push_back({{by, name}, {"spend_pico_usd", pico}});
        return answer;
    }
    struct Row {
        std::string dimension, value;
        double usd;
        int64_t at_ms;
    };
    static Books*& current() {
        static Books* books = nullptr;
        return books;
    }
    sluice_status report(const std::string& text, void* sink, void (*give)(void*, sluice_str)) {
        asked.push_back(text);
        if (away) return SLUICE_E_UNAVAILABLE;
        const auto question = nlohmann::json::parse(text);
        if (question["report"] == "spend") {
            const std::string out = spendReport(question).dump();
            give(sink, sluice::str(out));
            return SLUICE_OK;
        }
        const std::string dimension = question["dimension"];
        std::map<std::string, std::pair<int64_t, int64_t>> sums;
        for (const auto& row : rows_) {
            const auto values = question.value("values", std::vector<std::string>{row.value});
            const bool wanted = std::find(values.begin(), values.end(), row.value) != values.end();
            if (row.dimension != dimension || row.at_ms < question["since_ms"].get<int64_t>() || !wanted)
                continue;
            sums[row.value].first += static_cast<int64_t>(row.usd * 1e12);
            sums[row.value].second += 1;
        }
        auto answer = nlohmann::json{{"rows", nlohmann::json::array()}, {"exact", true}};
        for (const auto& [value, sum] : sums)
            answer["rows"].push_back({{dimension, value},
                                      {"spend_pico_usd", sum.first},
                                      {"requests", sum.second},
                                      {"failed_requests", 0},
                                      {"total_tokens", 10}});
        const std::string out = answer.dump();
        give(sink, sluice::str(out));
        return SLUICE_OK;
    }

    sluice_store table_{};
    std::vector<Row> rows_;
    std::vector<Within> within_;
};

}  // namespace testing

#include "spend.h"

#include <algorithm>

#include "messages.h"

namespace alerts {
namespace {

using Json = nlohmann::json;

constexpr int kRowsMax = 10'000;  // those who have spent the most

int64_t wholeOf(const Json& row, const char* member) {
    const auto found = row.find(member);
    if (found == row.end() || !found->is_number()) return 0;
    if (found->is_number_unsigned())
        return static_cast<int64_t>(std::min<uint64_t>(found->get<uint64_t>(), INT64_MAX));
    if (found->is_number_integer()) return found->get<int64_t>();
    return found->get<double>() >= 9.2e18 ? INT64_MAX : static_cast<int64_t>(found->get<double>());
}

}  // namespace

std::optional<Spend::Sums> readSums(const std::string& answer, const std::string& dimension) {
    const Json json = Json::parse(answer, nullptr, false);
    if (!json.is_object() || !json.contains("rows") || !json["rows"].is_array()) return std::nullopt;
    Spend::Sums sums;
    for (const auto& row : json["rows"]) {
        if (!row.is_object() || !row.contains(dimension) || !row[dimension].is_string()) continue;
        sums[row[dimension].get<std::string>()] = {wholeOf(row, "spend_pico_usd"), wholeOf(row, "requests"),
                                                   wholeOf(row, "failed_requests"),
                                                   wholeOf(row, "total_tokens")};
    }
    return sums;
}

std::optional<Spend::Sums> Spend::ask(const Json& question, const std::string& by) const {
    if (!watcher_ || !watcher_->store()) return std::nullopt;
    const std::string text = question.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string answer;
    const auto status = watcher_->store()->report(
        watcher_->owner(), sluice::str(text), &answer,
        [](void* sink, sluice_str json) { static_cast<std::string*>(sink)->append(sluice::view(json)); });
    return status == SLUICE_OK ? readSums(answer, by) : std::nullopt;
}

std::optional<Spend::Sums> Spend::since(const std::string& dimension, int64_t since_ms,
                                        const std::vector<std::string>& values) const {
    Json question{
        {"report", "totals"}, {"dimension", dimension}, {"since_ms", std::max<int64_t>(0, since_ms)}};
    if (!values.empty()) question["values"] = values;
    return ask(question, dimension);
}

std::optional<Spend::Sums> Spend::within(const std::string& dimension, const std::string& value,
                                         const std::string& by, int64_t since_ms) const {
    Json question{
        {"report", "spend"}, {"group_by", {by}}, {"where", {{dimension, value}}}, {"limit", kRowsMax}};
    if (since_ms > 0) question["from"] = isoTime(since_ms).substr(0, 10);
    return ask(question, by);
}

std::optional<Spend::Sums> Spend::between(const std::string& dimension, int64_t from_ms,
                                          int64_t to_ms) const {
    auto sums = since(dimension, from_ms);
    const auto after = since(dimension, to_ms);
    if (!sums || !after) return std::nullopt;
    for (const auto& [name, later] : *after) {
        const auto found = sums->find(name);
        if (found == sums->end()) continue;
        found->second.pico -= later.pico;
        found->second.requests -= later.requests;
        found->second.failed -= later.failed;
        found->second.tokens -= later.tokens;
    }
    for (auto at = sums->begin(); at != sums->end();)
        at = at->second.requests <= 0 && at->second.pico <= 0 ? sums->erase(at) : std::next(at);
    return sums;
}

}  // namespace alerts

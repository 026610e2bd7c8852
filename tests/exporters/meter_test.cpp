#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <thread>

#include "exporters/node.h"
#include "measures/attribute_text.h"
#include "measures/gen_ai.h"
#include "measures/meter.h"

using measures::AttributeText;
using measures::Collection;
using measures::Meter;
using measures::Point;
using measures::Temporality;

namespace {

constexpr double kBounds[] = {1, 2, 5};
const measures::Instrument kTwo[] = {{"h", "s", "", kBounds}, {"c", "USD", "", {}}};
constexpr int64_t kNow = 1'700'000'000'000;

std::string set(const std::string& value) {
    AttributeText text;
    text.text("a", value);
    return text.str();
}

// By instrument and attributes.
std::map<std::pair<size_t, std::string>, Point> named(const Collection& all) {
    std::map<std::pair<size_t, std::string>, Point> points;
    for (const auto& point : all.points) points[{point.instrument, point.attributes}] = point;
    REQUIRE(points.size() == all.points.size());
    return points;
}

using Values = std::map<std::string, std::vector<double>>;

// The values of an instrument, by an attribute ("" where it is missing).
Values valuesOf(const std::string& record, size_t instrument, const std::string& attribute,
                const std::vector<std::string>& more = {}) {
    exporters::Reader reader;
    Values values;
    for (const auto& one : measures::genAiMeasurements(reader.read(record), more)) {
        if (one.instrument != instrument) continue;
        std::string name;
        const auto attributes = measures::attributesOf(one.attributes);
        for (const auto& [key, value] : attributes.all()) {
            if (key == attribute) name = std::get<std::string>(value);
        }
        values[name].push_back(one.value);
    }
    return values;
}

std::string keysOf(const std::string& attributes) {
    std::string keys;
    const auto all = measures::attributesOf(attributes);
    for (const auto& [key, value] : all.all()) keys += key + " ";
    return keys;
}

const std::string kRecord =
    R"({"call_type":"acompletion","custom_llm_provider":"bedrock","requested_model":"m","model":"up/m","model_group":"m","model_id":"d2",)"
    R"("api_base":"https://me:pw@[2001:db8::1]:8443/v1","outcome":"success","stream":true,"startTime":100.0,"completionStartTime":100.5,"endTime":102.5,)"
    R"("prompt_tokens":10,"completion_tokens":5,"response_cost":0.25,"metadata":{"user_api_key_team_id":"t1","user_api_key_alias":null},)"
    R"("attempt_information":[{"custom_llm_provider":"openai","error_class":"Timeout","duration":0.25},{"custom_llm_provider":"bedrock","error_class":null,"duration":2}]})";

std::string changed(std::string from, const std::string& to) {
    std::string record = kRecord;
    const size_t at = record.find(from);
    REQUIRE(at != std::string::npos);
    return record.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a histogram's buckets hold their upper bounds", "[meter]") {
    Meter meter(kTwo, Temporality::Cumulative, 10, kNow);
    for (const double value : {0.5, 1.0, 1.5, 5.0, 5.1, -1.0, 0.0 / 0.0, 1.0 / 0.0})
        meter.add({{0, value, set("x")}});
    const auto all = meter.collect(kNow + 1'000);
    REQUIRE(all.points.size() == 1);
    const Point& point = all.points[0];
    CHECK(point.buckets == std::vector<uint64_t>{2, 1, 1, 1});
    CHECK(point.count == 5);
    CHECK(point.sum == Approx(13.1));
    CHECK(point.min == 0.5);
    CHECK(point.max == 5.1);
    CHECK(point.start_ns == kNow * 1'000'000);
    CHECK(all.end_ns == (kNow + 1'000) * 1'000'000);
    CHECK(all.records == 8);
}

TEST_CASE("sums are exact where a sum of doubles is not", "[meter]") {
    Meter meter(kTwo, Temporality::Cumulative, 10, kNow);
    meter.add({{1, 1e16, set("x")}});
    for (int i = 0; i < 1'000; ++i) meter.add({{1, 1, set("x")}});
    CHECK(meter.collect(kNow).points[0].sum == 1e16 + 1'000);
}

TEST_CASE("cumulative points go on, differences begin where the last ones ended", "[meter]") {
    Meter on(kTwo, Temporality::Cumulative, 10, kNow);
    Meter fresh(kTwo, Temporality::Delta, 10, kNow);
    int64_t before = kNow * 1'000'000;
    for (int i = 1; i <= 3; ++i) {
        on.add({{0, 1, set("x")}});
        fresh.add({{0, 1, set("x")}});
        // The clock stands still, and goes back.
        const auto sum = on.collect(kNow - i);
        const auto difference = fresh.collect(kNow - i);
        CHECK(sum.points[0].count == static_cast<uint64_t>(i));
        CHECK(sum.points[0].start_ns == kNow * 1'000'000);
        CHECK(difference.points[0].count == 1);
        CHECK(difference.points[0].start_ns == before);
        CHECK(difference.end_ns > before);
        CHECK(sum.records == 1);
        before = difference.end_ns;
    }
    CHECK(fresh.collect(kNow).points.empty());
    CHECK(on.collect(kNow).points.size() == 1);
}

TEST_CASE("what nobody has taken comes with the next collection", "[meter]") {
    for (const auto temporality : {Temporality::Cumulative, Temporality::Delta}) {
        Meter meter(kTwo, temporality, 10, kNow);
        meter.add({{0, 0.5, set("x")}, {1, 2, set("x")}});
        auto first = meter.collect(kNow + 10);
        const int64_t began = first.points[0].start_ns;
        meter.add({{0, 4, set("x")}, {0, 9, set("y")}});
        // The counter has gone, the histogram has not.
        first.points.pop_back();
        meter.giveBack(std::move(first));
        const auto second = meter.collect(kNow + 20);
        auto points = named(second);
        const Point& both = points.at({0, set("x")});
        CHECK(both.count == 2);
        CHECK(both.sum == 4.5);
        CHECK(both.min == 0.5);
        CHECK(both.max == 4);
        CHECK(both.buckets == std::vector<uint64_t>{1, 0, 1, 0});
        CHECK(both.start_ns == began);
        CHECK(points.at({0, set("y")}).count == 1);
        CHECK(points.count({1, set("x")}) == (temporality == Temporality::Cumulative ? 1 : 0));
        CHECK(second.records == 2);
        CHECK(meter.collect(kNow + 30).records == 0);
    }
}

TEST_CASE("a bounded number of sets, the rest in one", "[meter]") {
    for (const auto temporality : {Temporality::Cumulative, Temporality::Delta}) {
        Meter meter(kTwo, temporality, 4, kNow);
        for (int i = 0; i < 100'000; ++i) meter.add({{0, 1, set(std::to_string(i))}});
        meter.add({{0, 1, set("0")}, {1, 1, set("other")}});
        auto all = meter.collect(kNow);
        auto points = named(all);
        CHECK(points.size() == 5);
        CHECK(points.at({0, set("0")}).count == 2);
        CHECK(points.at({0, std::string(measures::overflowText())}).count == 99'997);
        CHECK(points.at({1, set("other")}).count == 1);
        // Even when what comes back meets what has come since.
        for (int i = 0; i < 10; ++i) meter.add({{0, 1, set("new" + std::to_string(i))}});
        meter.giveBack(std::move(all));
        const auto again = meter.collect(kNow);
        uint64_t count = 0;
        for (const auto& point : again.points) count += point.instrument == 0 ? point.count : 0;
        CHECK(named(again).size() == 5);
        CHECK(count == 100'011);
    }
}

TEST_CASE("threads lose nothing", "[meter]") {
    Meter meter(kTwo, Temporality::Delta, 100, kNow);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&meter] {
            for (int i = 0; i < 20'000; ++i) meter.add({{0, 1, set(std::to_string(i % 7))}});
        });
    uint64_t count = 0;
    uint64_t records = 0;
    const auto gather = [&](int i) {
        auto all = meter.collect(kNow + i);
        if (i % 3 == 0) return meter.giveBack(std::move(all));
        for (const auto& point : all.points) count += point.count;
        records += all.records;
    };
    for (int i = 0; i < 200; ++i) gather(i);
    for (auto& thread : threads) thread.join();
    gather(1'000);
    CHECK(count == 80'000);
    CHECK(records == 80'000);
}

TEST_CASE("attributes as a text and back", "[meter]") {
    AttributeText text;
    text.text("a", "x\x1f\x1e\ny");
    text.text("empty", "");
    text.integer("n", -5);
    std::string wide(254, 'x');
    wide += "\xc3\xa4z";
    text.text("w", wide);
    const auto all = measures::attributesOf(text.with("b", "2")).all();
    REQUIRE(all.size() == 4);
    CHECK(all[0].first == "a");
    CHECK(std::get<std::string>(all[0].second) == "x___y");
    CHECK(std::get<int64_t>(all[1].second) == -5);
    CHECK(std::get<std::string>(all[2].second) == std::string(254, 'x'));  // no half of a character
    CHECK(all[3].first == "b");
    const auto overflow = measures::attributesOf(measures::overflowText()).all();
    REQUIRE(overflow.size() == 1);
    CHECK(overflow[0].first == "otel.metric.overflow");
    CHECK(std::get<bool>(overflow[0].second));
    CHECK(measures::attributesOf("").all().empty());
}

TEST_CASE("the buckets of the conventions", "[genai]") {
    const auto all = measures::genAiInstruments();
    REQUIRE(all.size() == 6);
    const auto bounds = [&](size_t i) {
        return std::vector<double>(all[i].bounds.begin(), all[i].bounds.end());
    };
    const std::vector<double> seconds{0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                      1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
    CHECK(all[measures::kTokenUsage].name == "gen_ai.client.token.usage");
    CHECK(bounds(measures::kTokenUsage) == std::vector<double>{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536,
                                                               262144, 1048576, 4194304, 16777216, 67108864});
    CHECK(all[measures::kOperationDuration].name == "gen_ai.client.operation.duration");
    CHECK(bounds(measures::kOperationDuration) == seconds);
    CHECK(all[measures::kServerDuration].name == "gen_ai.server.request.duration");
    CHECK(bounds(measures::kServerDuration) == seconds);
    CHECK(all[measures::kFirstToken].name == "gen_ai.server.time_to_first_token");
    CHECK(bounds(measures::kFirstToken) == std::vector<double>{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08,
                                                               0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5,
                                                               10.0});
    CHECK(all[measures::kPerToken].name == "gen_ai.server.time_per_output_token");
    CHECK(bounds(measures::kPerToken) ==
          std::vector<double>{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5});
    CHECK(bounds(measures::kCost).empty());
}

TEST_CASE("what a record measures", "[genai]") {
    using namespace measures;
    CHECK(valuesOf(kRecord, kOperationDuration, "error.type") == Values{{"", {2.5}}});
    CHECK(valuesOf(kRecord, kTokenUsage, "gen_ai.token.type") == Values{{"input", {10}}, {"output", {5}}});
    CHECK(valuesOf(kRecord, kServerDuration, "error.type") == Values{{"Timeout", {0.25}}, {"", {2}}});
    CHECK(valuesOf(kRecord, kServerDuration, "gen_ai.provider.name") ==
          Values{{"openai", {0.25}}, {"aws.bedrock", {2}}});
    CHECK(valuesOf(kRecord, kServerDuration, "server.address") == Values{{"", {0.25}}, {"2001:db8::1", {2}}});
    CHECK(valuesOf(kRecord, kFirstToken, "gen_ai.request.model") == Values{{"m", {0.5}}});
    CHECK(valuesOf(kRecord, kPerToken, "gen_ai.response.model") == Values{{"up/m", {0.5}}});
    CHECK(valuesOf(kRecord, kCost, "gen_ai.operation.name") == Values{{"chat", {0.25}}});
    exporters::Reader reader;
    const auto all =
        genAiMeasurements(reader.read(kRecord), {"user_api_key_team_id", "user_api_key_alias", "stream"});
    CHECK(keysOf(all[0].attributes) ==
          "gen_ai.operation.name gen_ai.provider.name gen_ai.request.model gen_ai.response.model "
          "server.address "
          "server.port metadata.user_api_key_team_id metadata.stream ");
}

TEST_CASE("failures, hits, and requests that nobody served", "[genai]") {
    using namespace measures;
    const auto failed = changed(R"("outcome":"success")", R"("outcome":"cancelled")");
    CHECK(valuesOf(failed, kOperationDuration, "error.type") == Values{{"cancelled", {2.5}}});
    CHECK(valuesOf(failed, kFirstToken, "").empty());
    CHECK(valuesOf(failed, kPerToken, "").empty());
    const auto hit = changed(R"("stream":true)", R"("stream":true,"cache_hit":true)");
    CHECK(valuesOf(hit, kTokenUsage, "").empty());
    CHECK(valuesOf(hit, kFirstToken, "").empty());
    CHECK(valuesOf(hit, kOperationDuration, "") == Values{{"", {2.5}}});
    const std::string refused =
        R"({"call_type":"arerank","requested_model":"anything a client says","model":"anything a client says","outcome":"failure",)"
        R"("error_information":{"error_class":"NotFoundError"},"startTime":1,"endTime":1.5})";
    CHECK(valuesOf(refused, kOperationDuration, "error.type") == Values{{"NotFoundError", {0.5}}});
    CHECK(valuesOf(refused, kOperationDuration, "gen_ai.operation.name") == Values{{"rerank", {0.5}}});
    CHECK(valuesOf(refused, kOperationDuration, "gen_ai.provider.name") == Values{{"unknown", {0.5}}});
    CHECK(valuesOf(refused, kOperationDuration, "gen_ai.request.model") == Values{{"", {0.5}}});
    CHECK(valuesOf(refused, kOperationDuration, "gen_ai.response.model") == Values{{"", {0.5}}});
    const auto whole = changed(R"("stream":true)", R"("stream":false)");
    CHECK(valuesOf(whole, kFirstToken, "").empty());
    const auto one_token = changed(R"("completion_tokens":5)", R"("completion_tokens":1)");
    CHECK(valuesOf(one_token, kPerToken, "").empty());
    const auto hasty = changed(R"("completionStartTime":100.5)", R"("completionStartTime":102.501)");
    CHECK(valuesOf(hasty, kPerToken, "") == Values{{"", {0}}});
    const auto masked = changed(R"("endTime":102.5)", R"("endTime":"redacted-by-litellm")");
    CHECK(valuesOf(masked, kOperationDuration, "").empty());
    CHECK(valuesOf("{}", kOperationDuration, "").empty());
}

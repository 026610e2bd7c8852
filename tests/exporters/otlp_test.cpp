#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "callback_otel/log_record.h"
#include "callback_otel/log_sink.h"
#include "callback_otel/messages.h"
#include "callback_otel/otlp_metrics.h"
#include "exporters/hmac.h"
#include "exporters/otlp.h"
#include "measures/attribute_text.h"
#include "wire.h"

using exporters::Signal;
using nlohmann::json;
using wire::Message;

namespace {

constexpr double kBounds[] = {1, 2.5};
const measures::Instrument kInstruments[] = {{"h", "s", "how long", kBounds}, {"c", "USD", "how much", {}}};

measures::AttributeText model(const std::string& name) {
    measures::AttributeText text;
    text.text("model", name);
    text.integer("server.port", 443);
    return text;
}

std::vector<measures::Point> somePoints() {
    return {{0, model("a").str(), 1'000, 3, 4.5, 0.5, 3, {1, 1, 1}},
            {0, std::string(measures::overflowText()), 1'000, 300, 600, 2, 2, {0, 300, 0}},
            {1, model("a").str(), 1'000, 7, 0.125, 0, 0, {}}};
}

std::string metricsBody(bool protobuf, measures::Temporality temporality) {
    const auto items =
        callback_otel::metricItems({protobuf, temporality, kInstruments}, somePoints(), 0, 3, 2'000);
    exporters::Attributes resource;
    resource.text("service.name", "s");
    return exporters::otlpBody(Signal::Metrics, protobuf, resource, items, 0, items.size());
}

// opentelemetry/proto/common/v1/common.proto, as JSON's types: bytes of KeyValue.
json valueOf(const Message& any) {
    if (any.has(1)) return any.text(1);
    if (any.has(2)) return any.number(2) != 0;
    if (any.has(3)) return static_cast<int64_t>(any.number(3));
    if (any.has(4)) return any.real(4);
    if (any.has(5)) {
        json list = json::array();
        for (const auto& one : any.message(5).all(1)) list.push_back(valueOf(Message(one.bytes)));
        return list;
    }
    if (!any.has(6)) return nullptr;
    json map = json::object();
    for (const auto& one : any.message(6).all(1)) {
        const Message pair(one.bytes);
        map[pair.text(1)] = valueOf(pair.message(2));
    }
    return map;
}

json attributesOf(const Message& of, uint32_t number) {
    json all = json::object();
    for (const auto& one : of.all(number)) {
        const Message pair(one.bytes);
        all[pair.text(1)] = valueOf(pair.message(2));
    }
    return all;
}

callback_otel::LogRecord someLog() {
    callback_otel::LogRecord log;
    log.time_ms = 5;
    log.trace_id = std::string(16, '\x01');
    log.span_id = std::string(8, '\x02');
    log.sampled = true;
    log.severity = callback_otel::Severity::Error;
    log.event_name = "event";
    log.body = "it failed";
    log.attributes.integer("n", -1);
    log.attributes.real("r", 0.5);
    log.attributes.boolean("b", true);
    log.attributes.texts("l", {"x", ""});
    log.attributes.tree("t", json::parse(R"([{"role":"user","none":null,"n":[1,2.5,false,{}]}])"));
    return log;
}

const std::string kRecord =
    R"({"id":"r1","call_type":"acompletion","requested_model":"m","custom_llm_provider":"azure","outcome":"failure","http_status":502,"error_str":"gone",)"
    R"("error_information":{"error_class":"BadGatewayError"},"startTime":1.0,"endTime":2.5,"messages":[{"role":"user","content":"vermilion"}],)"
    R"("response":{"choices":[{"message":{"role":"assistant","content":"scarlet"},"finish_reason":"stop"}]},)"
    R"("metadata":{"user_api_key_team_id":"t1","attributes":{"otel.traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}}})";

json logOf(const std::string& record, bool messages, bool protobuf = false) {
    callback_otel::Common common;
    common.protobuf = protobuf;
    const callback_otel::LogSink sink(common, messages);
    exporters::Reader reader;
    std::vector<std::string> items;
    sink.encode(reader.read(record), record, items);
    REQUIRE(items.size() == 1);
    return json::parse(items[0]);
}

json attribute(const json& log, const std::string& name) {
    for (const auto& one : log["attributes"]) {
        if (one["key"] == name) return one["value"];
    }
    return nullptr;
}

json messagesOf(const char* text, bool output = false, const char* reason = "") {
    exporters::Reader reader;
    const auto node = reader.read(text);
    return output ? callback_otel::outputMessages(node, reason) : callback_otel::inputMessages(node);
}

}  // namespace

TEST_CASE("metrics as protobuf", "[otlp]") {
    const Message all = Message(metricsBody(true, measures::Temporality::Cumulative)).message(1);
    CHECK(attributesOf(all.message(1), 1) == json{{"service.name", "s"}});
    const Message scope = all.message(2);
    CHECK(scope.message(1).text(1) == "sluice");
    REQUIRE(scope.all(2).size() == 2);
    const Message histogram(scope.all(2)[0].bytes);
    CHECK(histogram.text(1) == "h");
    CHECK(histogram.text(2) == "how long");
    CHECK(histogram.text(3) == "s");
    CHECK(histogram.message(9).number(2) == 2);
    const auto points = histogram.message(9).all(1);
    REQUIRE(points.size() == 2);
    const Message first(points[0].bytes);
    CHECK(attributesOf(first, 9) == json{{"model", "a"}, {"server.port", 443}});
    CHECK(first.fixed64(2) == 1'000);
    CHECK(first.fixed64(3) == 2'000);
    CHECK(first.fixed64(4) == 3);
    CHECK(first.real(5) == 4.5);
    CHECK(first.packed(6) == std::vector<uint64_t>{1, 1, 1});
    REQUIRE(first.packed(7).size() == 2);
    CHECK(Message::asDouble(first.packed(7)[1]) == 2.5);
    CHECK(first.real(11) == 0.5);
    CHECK(first.real(12) == 3);
    const Message second(points[1].bytes);
    CHECK(attributesOf(second, 9) == json{{"otel.metric.overflow", true}});
    CHECK(second.packed(6) == std::vector<uint64_t>{0, 300, 0});
    const Message counter(scope.all(2)[1].bytes);
    CHECK(counter.text(1) == "c");
    CHECK(counter.message(7).number(2) == 2);
    CHECK(counter.message(7).number(3) == 1);
    const Message cost = counter.message(7).message(1);
    CHECK(cost.real(4) == 0.125);
    CHECK(attributesOf(cost, 7)["model"] == "a");
}

TEST_CASE("metrics as JSON", "[otlp]") {
    const json all = json::parse(metricsBody(false, measures::Temporality::Delta));
    const json& metrics = all["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    REQUIRE(metrics.size() == 2);
    CHECK(metrics[0]["histogram"]["aggregationTemporality"] == 1);
    CHECK(
        metrics[0]["histogram"]["dataPoints"][0] ==
        json::parse(
            R"({"attributes":[{"key":"model","value":{"stringValue":"a"}},{"key":"server.port","value":{"intValue":443}}],)"
            R"("startTimeUnixNano":"1000","timeUnixNano":"2000","count":"3","sum":4.5,"min":0.5,"max":3.0,)"
            R"("bucketCounts":["1","1","1"],"explicitBounds":[1.0,2.5]})"));
    CHECK(metrics[1]["sum"]["isMonotonic"] == true);
    CHECK(metrics[1]["sum"]["dataPoints"][0]["asDouble"] == 0.125);
}

TEST_CASE("a log record as protobuf", "[otlp]") {
    const Message log = Message(callback_otel::logProto(someLog())).message(2);
    CHECK(log.fixed64(1) == 5'000'000);
    CHECK(log.fixed64(11) == 5'000'000);
    CHECK(log.number(2) == 17);
    CHECK(log.text(3) == "ERROR");
    CHECK(valueOf(log.message(5)) == "it failed");
    CHECK(log.one(8, 5).bits == 1);
    CHECK(log.text(9) == std::string(16, '\x01'));
    CHECK(log.text(10) == std::string(8, '\x02'));
    CHECK(log.text(12) == "event");
    const json attributes = attributesOf(log, 6);
    CHECK(attributes["n"] == -1);
    CHECK(attributes["r"] == 0.5);
    CHECK(attributes["b"] == true);
    CHECK(attributes["l"] == json{"x", ""});
    CHECK(attributes["t"] == json::parse(R"([{"role":"user","none":null,"n":[1,2.5,false,{}]}])"));
}

TEST_CASE("a log record as JSON", "[otlp]") {
    const json log = json::parse(callback_otel::logJson(someLog()));
    CHECK(log["traceId"] == "01010101010101010101010101010101");
    CHECK(log["spanId"] == "0202020202020202");
    CHECK(log["timeUnixNano"] == "5000000");
    CHECK(log["severityNumber"] == 17);
    CHECK(log["flags"] == 1);
    CHECK(log["eventName"] == "event");
    CHECK(
        attribute(log, "t") ==
        json::parse(
            R"({"arrayValue":{"values":[{"kvlistValue":{"values":[)"
            R"({"key":"n","value":{"arrayValue":{"values":[{"intValue":1},{"doubleValue":2.5},{"boolValue":false},{"kvlistValue":{"values":[]}}]}}},)"
            R"({"key":"none","value":{}},{"key":"role","value":{"stringValue":"user"}}]}}]}})"));
}

TEST_CASE("what is nested too deeply goes as text, since a receiver would refuse all of it", "[otlp]") {
    json deep = "bottom";
    for (int i = 0; i < 900; ++i) deep = i % 2 == 0 ? json{deep} : json{{"k", deep}};
    exporters::Attributes attributes;
    attributes.tree("t", deep);
    std::string bytes;
    exporters::putAttributes(bytes, 1, attributes);
    Message any = Message(bytes).message(1).message(2);
    size_t messages = 3;
    while (!any.has(1)) {
        const bool list = any.has(5);
        any = any.message(list ? 5 : 6).message(1);
        if (!list) any = any.message(2);
        messages += list ? 2 : 3;
    }
    CHECK(messages < 60);
    CHECK(any.text(1).find("bottom") != std::string::npos);
    exporters::JsonText out;
    exporters::writeAttributes(out.beginObject(), attributes);
    CHECK(json::parse(out.endObject().take())["attributes"].size() == 1);
}

TEST_CASE("what an answer refuses, in both encodings", "[otlp]") {
    using exporters::otlpRejected;
    CHECK(otlpRejected(Signal::Metrics, false, R"({"partialSuccess":{"rejectedDataPoints":"3"}})") == 3);
    CHECK(otlpRejected(Signal::Logs, false, R"({"partialSuccess":{"rejectedLogRecords":2}})") == 2);
    CHECK(otlpRejected(Signal::Logs, false, R"({"partialSuccess":{"rejectedSpans":2}})") == 0);
    CHECK(otlpRejected(Signal::Logs, true, std::string("\x0a\x06\x12\x01x\x08\xac\x02", 8)) == 300);
    CHECK(otlpRejected(Signal::Logs, true, std::string("\x0a\x02\x08\x05", 4)) == 5);
    CHECK(otlpRejected(Signal::Logs, true, "") == 0);
    for (const char* garbage : {"\x0a", "\x0a\x7f\x08", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "{}",
                                "\x0b", "\x0a\x02\x08\xff"})
        CHECK(otlpRejected(Signal::Logs, true, garbage) == 0);
}

TEST_CASE("a record as a log record", "[otel]") {
    const json log = logOf(kRecord, false);
    CHECK(log["severityText"] == "ERROR");
    CHECK(log["traceId"] == "0af7651916cd43dd8448eb211c80319c");
    CHECK(log["spanId"] == exporters::hexOf(exporters::sha256("r1\nrequest").substr(0, 8)));
    CHECK(log["flags"] == 0);  // the caller does not sample it
    CHECK(log["timeUnixNano"] == "2500000000");
    CHECK(log["body"]["stringValue"] == "chat m: failure, 502: gone");
    CHECK(log["eventName"] == "gen_ai.client.inference.operation.details");
    CHECK(attribute(log, "error.type")["stringValue"] == "BadGatewayError");
    CHECK(attribute(log, "gen_ai.provider.name")["stringValue"] == "azure.ai.openai");
    CHECK(attribute(log, "metadata.user_api_key_team_id")["stringValue"] == "t1");
    CHECK(log.dump().find("vermilion") == std::string::npos);
    CHECK(log.dump().find("scarlet") == std::string::npos);
    const std::string said = logOf(kRecord, true).dump();
    CHECK(said.find("vermilion") != std::string::npos);
    CHECK(said.find("scarlet") != std::string::npos);
    std::string success = kRecord;
    success.replace(success.find("\"failure\""), 9, "\"success\"");
    CHECK(logOf(success, false)["severityNumber"] == 9);
    CHECK(attribute(logOf(success, false), "error.type").is_null());
}

TEST_CASE("messages of every dialect in the conventions' form", "[otel]") {
    CHECK(messagesOf(R"("hello")") ==
          json::parse(R"([{"role":"user","parts":[{"type":"text","content":"hello"}]}])"));
    CHECK(messagesOf(R"(["a","b"])").size() == 2);
    CHECK(messagesOf("null").empty());
    CHECK(messagesOf("[[1,2]]")[0]["parts"] == json::parse(R"([{"type":"data","content":[1,2]}])"));
    // chat
    CHECK(
        messagesOf(
            R"([{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"u"}}]},)"
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"x\":1}"}}]},)"
            R"({"role":"tool","tool_call_id":"c1","content":"42"}])") ==
        json::parse(
            R"([{"role":"system","parts":[{"type":"text","content":"s"}]},)"
            R"({"role":"user","parts":[{"type":"text","content":"t"},{"type":"image_url","image_url":{"url":"u"}}]},)"
            R"({"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"f","arguments":{"x":1}}]},)"
            R"({"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"42"}]}])"));
    // Anthropic
    CHECK(messagesOf(
              R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"u1","content":"ok"}]}])")
              [0]["parts"] == json::parse(R"([{"type":"tool_call_response","id":"u1","response":"ok"}])"));
    CHECK(
        messagesOf(
            R"({"role":"assistant","stop_reason":"tool_use","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"u1","name":"f","input":{"y":2}}]})",
            true) ==
        json::parse(
            R"([{"role":"assistant","finish_reason":"tool_use","parts":[{"type":"reasoning","content":"hm"},{"type":"tool_call","id":"u1","name":"f","arguments":{"y":2}}]}])"));
    // Responses
    CHECK(
        messagesOf(
            R"([{"role":"user","content":[{"type":"input_text","text":"q"}]},{"type":"function_call_output","call_id":"c","output":"r"}])") ==
        json::parse(
            R"([{"role":"user","parts":[{"type":"text","content":"q"}]},{"role":"user","parts":[{"type":"tool_call_response","id":"c","response":"r"}]}])"));
    CHECK(
        messagesOf(
            R"({"status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},)"
            R"({"type":"function_call","call_id":"c","name":"f","arguments":"no json"}]})",
            true) ==
        json::parse(
            R"([{"role":"assistant","finish_reason":"completed","parts":[{"type":"text","content":"a"},{"type":"tool_call","id":"c","name":"f","arguments":"no json"}]}])"));
    // completions, a stream's lanes, what was redacted, embeddings
    CHECK(messagesOf(R"({"choices":[{"text":"a","finish_reason":"length"}]})", true) ==
          json::parse(
              R"([{"role":"assistant","finish_reason":"length","parts":[{"type":"text","content":"a"}]}])"));
    CHECK(
        messagesOf(R"({"choices":[{"message":{"role":"assistant","content":"a","tool_arguments":"{}"}}]})",
                   true, "stop") ==
        json::parse(
            R"([{"role":"assistant","finish_reason":"stop","parts":[{"type":"text","content":"a"},{"type":"tool_call","id":"","name":"","arguments":{}}]}])"));
    const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
    const std::string nested =
        R"([{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\":)" + deep +
        R"(}"}}]}])";
    CHECK(messagesOf(nested.c_str())[0]["parts"][0]["arguments"].is_string());
    CHECK(
        messagesOf(
            R"([{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"n\":18446744073709551615}"}}]}])")
            [0]["parts"][0]["arguments"]["n"]
                .is_number());
    CHECK(messagesOf(R"({"text":"redacted-by-litellm"})", true)[0]["parts"][0]["content"] ==
          "redacted-by-litellm");
    CHECK(messagesOf(R"({"data":[{"embedding":[0.1]}]})", true).empty());
}

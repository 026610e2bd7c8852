#include <cstdio>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "callback_http/template.h"
#include "callback_langfuse/facts.h"
#include "exporters/base64.h"
#include "exporters/gzip.h"
#include "exporters/hmac.h"
#include "exporters/json_text.h"
#include "exporters/settings.h"
#include "exporters/span.h"
#include "exporters/times.h"

using exporters::JsonText;
using nlohmann::json;

namespace {

std::string filled(const json& wanted, const std::string& record) {
    exporters::Reader reader;
    JsonText out;
    callback_http::Template(wanted, "template").write(out, reader.read(record));
    return out.take();
}

}  // namespace

TEST_CASE("JSON that is written reads back as it was meant", "[writing]") {
    JsonText out;
    out.beginObject().key("a\"b").text(std::string("\x01\n\\\"\x7f\xc3\xa4", 7)).key("n").integer(INT64_MIN);
    out.key("r")
        .real(0.1)
        .key("inf")
        .real(1.0 / 0.0)
        .key("l")
        .beginArray()
        .null()
        .boolean(true)
        .endArray()
        .key("o");
    out.beginObject().endObject().endObject();
    const auto back = json::parse(out.str());
    CHECK(back["a\"b"] == std::string("\x01\n\\\"\x7f\xc3\xa4", 7));
    CHECK(back["n"] == INT64_MIN);
    CHECK(back["r"] == 0.1);
    CHECK(back["inf"].is_null());
    CHECK(back["l"] == json::parse("[null,true]"));
}

TEST_CASE("every byte is escaped wherever it stands", "[writing]") {
    const auto slowly = [](const std::string& text) {
        std::string out;
        for (const char one : text) {
            const auto c = static_cast<unsigned char>(one);
            char digits[8] = {one, 0};
            if (one == '"' || one == '\\') std::snprintf(digits, sizeof digits, "\\%c", one);
            if (c < 0x20) std::snprintf(digits, sizeof digits, "\\u%04x", c);
            out += c == '\n' ? "\\n" : c == 0 ? "\\u0000" : digits;
        }
        return out;
    };
    const auto check = [&](const std::string& text) {
        std::string out = "before";
        exporters::appendEscaped(out, text);
        if (out != "before" + slowly(text)) FAIL("not " << text.size() << " bytes: " << out);
    };
    for (const char around : {'a', '\xff', '\x21', '"', '\n'}) {
        for (int c = 0; c < 256; ++c) {
            for (size_t at = 0; at < 19; ++at) {
                std::string text(19, around);
                text[at] = static_cast<char>(c);
                check(text);
            }
        }
    }
    uint32_t dice = 1;
    for (size_t size = 0; size < 5'000; size += 37) {  // over the parts that it is cut into
        std::string text;
        while (text.size() < size) text += static_cast<char>((dice = dice * 1664525u + 1013904223u) >> 24);
        check(text);
        check(std::string(size, '\x01'));
    }
}

TEST_CASE("a template is filled in, with the kind of what stands alone", "[template]") {
    const std::string record =
        R"({"s":"x\"y","n":12,"f":1.5,"t":1767225600.25,"l":[{"a":1},{"a":"two"}],"z":null,"o":{"p.q":1}})";
    CHECK(filled("{{s}}", record) == R"("x\"y")");
    CHECK(filled("{{n}}", record) == "12");
    CHECK(filled(" {{ n }}", record) == R"(" 12")");
    CHECK(filled("{{s}}-{{n}}-{{none}}", record) == R"("x\"y-12-")");
    CHECK(filled("{{none.of.it}}", record) == "null");
    CHECK(filled("{{l.1.a}}", record) == R"("two")");
    CHECK(filled("{{l.9.a}}", record) == "null");
    CHECK(filled("{{l.x}}", record) == "null");
    CHECK(filled("{{t | ms}}", record) == "1767225600250");
    CHECK(filled("{{t | iso}}", record) == R"("2026-01-01T00:00:00.250Z")");
    CHECK(filled("{{n | text}}", record) == R"("12")");
    CHECK(filled("{{l | json}}", record) == R"("[{\"a\":1},{\"a\":\"two\"}]")");
    CHECK(filled(json{{"k", {1, true, nullptr, "{{n}}"}}}, record) == R"({"k":[1,true,null,12]})");
    CHECK(filled("", record) == R"("")");
    for (const char* bad : {"{{", "{{}}", "{{ | ms }}", "{{a|b}}"})
        CHECK_THROWS_AS(callback_http::Template(json{{"k", bad}}, "template"), sluice::ConfigError);
}

TEST_CASE("sums, base64, gzip, times", "[writing]") {
    CHECK(exporters::base64("Aladdin:open sesame") == "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617
    CHECK(exporters::base64("").empty());
    // RFC 4231, test case 2
    CHECK(exporters::hexOf(exporters::hmacSha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(exporters::webhookKey("whsec_QUJD") == "ABC");
    CHECK(exporters::webhookKey("whsec_QUI=") == "AB");
    CHECK_FALSE(exporters::webhookKey("whsec_!").has_value());
    CHECK(exporters::webhookKey("plain") == "plain");
    const std::string text(10'000, 'a');
    const auto packed = exporters::gzipped(text);
    CHECK(packed.size() < 100);
    CHECK(packed.substr(0, 2) == "\x1f\x8b");
    CHECK(exporters::isoTime(0) == "1970-01-01T00:00:00.000Z");
    CHECK(exporters::isoTime(-5) == "1970-01-01T00:00:00.000Z");
    CHECK(exporters::isoTime(1e300) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("a key may not make the gateway call just any host", "[settings]") {
    const auto may = [](const std::string& url, const json& config) {
        try {
            exporters::checkOwnHost(url, "http://10.0.0.1:3000", config);
            return true;
        } catch (const std::invalid_argument&) {
            return false;
        }
    };
    const json open = json::object();
    CHECK(may("http://10.0.0.1:3000", open));
    CHECK(may("https://us.cloud.langfuse.com", open));
    for (const char* bad :
         {"http://us.cloud.langfuse.com", "https://localhost", "https://169.254.169.254", "https://[::1]",
          "https://metadata.google.internal", "https://a@10.0.0.1", "http://10.0.0.1:3001", "https://redis"})
        CHECK_FALSE(may(bad, open));
    const json listed = {{"own_hosts", {"http://lf.acme:3000"}}};
    CHECK(may("http://LF.acme:3000/path", listed));
    CHECK_FALSE(may("http://lf.acme:30001", listed));
    CHECK_FALSE(may("https://us.cloud.langfuse.com", listed));
}

TEST_CASE("spans as protobuf", "[otlp]") {
    exporters::Span span;
    span.trace_id = std::string(16, '\x01');
    span.span_id = std::string(8, '\x02');
    span.name = "n";
    span.start_ms = 1;
    span.end_ms = 2;
    span.attributes.integer("k", 300);
    span.attributes.text("empty", "");
    const std::string expected = std::string("\x12\x41\x0a\x10") + std::string(16, '\x01') + "\x12\x08" +
                                 std::string(8, '\x02') + "\x2a\x01n\x30\x01\x39" +
                                 std::string("\x40\x42\x0f\0\0\0\0\0\x41\x80\x84\x1e\0\0\0\0\0", 17) +
                                 std::string("\x4a\x08\x0a\x01k\x12\x03\x18\xac\x02\x7a\x02\x18\x00", 14);
    CHECK(exporters::hexOf(exporters::spanProto(span)) == exporters::hexOf(expected));
    CHECK(exporters::rejectedSpansJson(R"({"partialSuccess":{"rejectedSpans":"3"}})") == 3);
    CHECK(exporters::rejectedSpansJson("{}") == 0);
    CHECK(exporters::rejectedSpansJson("garbage") == 0);
}

TEST_CASE("a trace is the record's own unless the caller names one", "[langfuse]") {
    exporters::Reader reader;
    const auto hex = [&](const std::string& metadata, const std::string& id = "r1") {
        return callback_langfuse::Facts(reader.read(R"({"id":")" + id + R"(","metadata":)" + metadata + "}"))
            .traceHex();
    };
    CHECK(hex("{}").size() == 32);
    CHECK(hex("{}") != hex("{}", "r2"));
    CHECK(hex(R"({"requester_metadata":{"trace_id":"t"}})", "r1") ==
          hex(R"({"requester_metadata":{"trace_id":"t"}})", "r2"));
    // A session is no trace.
    CHECK(hex(R"({"requester_metadata":{"session_id":"s"}})", "r1") !=
          hex(R"({"requester_metadata":{"session_id":"s"}})", "r2"));
    CHECK(hex(R"({"attributes":{"langfuse.trace_id":"0123456789ABCDEF0123456789abcdef"}})") ==
          "0123456789abcdef0123456789abcdef");
    CHECK(hex(R"({"attributes":{"langfuse.existing_trace_id":"01234567-89ab-cdef-0123-456789abcdef"}})") ==
          "0123456789abcdef0123456789abcdef");
}

TEST_CASE("guardrails and attempts are parts of the trace", "[langfuse]") {
    exporters::Reader reader;
    const std::string record =
        R"({"id":"r","startTime":100.0,"endTime":103.0,"outcome":"blocked","metadata":{},"guardrail_information":[)"
        R"({"guardrail_name":"pii","guardrail_mode":"pre_call","guardrail_status":"guardrail_intervened","verdict":"blocked","duration":0.5},)"
        R"({"guardrail_name":"slow","guardrail_mode":"pre_call","guardrail_status":"guardrail_failed_to_respond","verdict":"timeout","duration":1}],)"
        R"("attempt_information":[{"model_id":"a","error_class":"Timeout","error_str":"late","duration":1.0},{"model_id":"b","duration":2.0}]})";
    const callback_langfuse::Facts facts(reader.read(record));
    CHECK(facts.level == "WARNING");
    const auto parts = callback_langfuse::partsOf(facts);
    REQUIRE(parts.size() == 5);
    CHECK(parts[0].type == "guardrail");
    CHECK(parts[0].end == 100.5);
    CHECK(parts[1].level == "ERROR");
    CHECK(parts[2].what == "routing");
    CHECK(parts[2].end == 103.0);
    CHECK(parts[3].level == "ERROR");
    CHECK(parts[3].below == "routing");
    CHECK(parts[4].start == 101.0);
    const auto scores = callback_langfuse::scoresOf(facts);
    REQUIRE(scores.size() == 1);
    CHECK(scores[0].value == 0);
    CHECK(facts.spanHex("a") != facts.spanHex("b"));
    CHECK(facts.uuid("a")[14] == '8');
}

TEST_CASE("what a caller says of its trace", "[langfuse]") {
    exporters::Reader reader;
    const callback_langfuse::Facts facts(reader.read(
        R"({"id":"r","trace_id":"c","litellm_call_id":"c","messages":[1],"response":[2],"request_tags":["t"],"custom_fields":{"region":"eu"},"cache_hit":true,"cache_key":"k",)"
        R"("metadata":{"attributes":{"langfuse.prompt_name":"p","langfuse.generation_id":"0123456789abcdef","langfuse.session_id":"of the field"},)"
        R"("requester_metadata":{"existing_trace_id":"e","update_trace_keys":["output"],"prompt_version":"7","version":"v","release":"r1","tags":["t","u"],)"
        R"("session_id":"of the body","trace_metadata":{"a":{"b":1},"c":"d"},"colour":"red"}}})"));
    CHECK(facts.into_existing);
    CHECK_FALSE(facts.gives_input);
    CHECK(facts.gives_output);
    CHECK(facts.prompt_name == "p");
    CHECK(facts.prompt_version == 7);
    CHECK(facts.version == "v");
    CHECK(facts.release == "r1");
    CHECK(facts.session == "of the field");
    CHECK(facts.generationHex() == "0123456789abcdef");
    CHECK(facts.tags == std::vector<std::string>{"t", "u"});
    CHECK(facts.trace_metadata ==
          std::vector<std::pair<std::string, std::string>>{{"a", R"({"b":1})"}, {"c", "d"}});
    const auto has = [&](const char* name, const char* value) {
        return std::count(facts.metadata.begin(), facts.metadata.end(),
                          std::pair<std::string, std::string>(name, value)) == 1;
    };
    CHECK(has("colour", "red"));
    CHECK(has("region", "eu"));
    CHECK(callback_langfuse::partsOf(facts).at(0).what == "cache");
    // A trace that the gateway's own field names.
    const callback_langfuse::Facts named(reader.read(R"({"id":"r","trace_id":"t","litellm_call_id":"c"})"));
    CHECK(named.named_trace == "t");
}

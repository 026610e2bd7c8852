// Which texts are sent when: history, batches, deadlines, JSON, modes, and streams in steps.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "characters.h"
#include "rig.h"

using namespace guard_remote::testing;
using guard_remote::Guard;
using Json = nlohmann::json;

namespace {

std::string talkOf(const std::vector<std::string>& said) {
    Json body{{"model", "m"}, {"messages", Json::array()}};
    for (size_t i = 0; i < said.size(); ++i)
        body["messages"].push_back({{"role", i % 2 ? "assistant" : "user"}, {"content", said[i]}});
    return body.dump();
}

// A presidio that finds what looks like an address; FakeHost answers by script only, so the script is made
// for the text.
std::string findingsIn(std::string_view text) {
    Json all = Json::array();
    for (size_t at = text.find("a@b.c"); at != std::string_view::npos; at = text.find("a@b.c", at + 5)) {
        const size_t begin = guard_remote::characters(text.substr(0, at));
        all.push_back({{"entity_type", "EMAIL_ADDRESS"}, {"start", begin}, {"end", begin + 5}, {"score", 1}});
    }
    return all.dump();
}

const std::string kPresidio = R"({"guardrail":"presidio","presidio_analyzer_api_base":"http://service.test")";

}  // namespace

TEST_CASE("only what is new in a conversation is sent", "[history]") {
    const auto& script = service("openai_moderation");
    FakeHost host;
    auto guard = host.load<Guard>(configOf(script));
    const auto result = R"({"flagged":false,"categories":{},"category_scores":{}})";
    const auto send = [&](const std::vector<std::string>& said, size_t fresh) {
        Json results{{"results", Json::array()}};
        for (size_t i = 0; i < fresh; ++i) results["results"].push_back(Json::parse(result));
        if (fresh > 0) host.http.next({200, results.dump()});
        auto request = host.request(talkOf(said));
        const size_t before = host.http.asked().size();
        CHECK(guard.preCall(request).continued());
        CHECK(host.http.asked().size() == before + (fresh > 0 ? 1 : 0));
        const auto report = Json::parse(request.guardReport());
        CHECK(report["texts_asked"] == fresh);
        CHECK(report["texts_known"] == said.size() - fresh);
        return fresh > 0 ? Json::parse(host.http.asked().back().body)["input"] : Json();
    };
    CHECK(send({"one"}, 1) == Json{"one"});
    CHECK(send({"one", "two", "three"}, 2) == Json{"two", "three"});
    send({"one", "two", "three"}, 0);
    CHECK(send({"one", "two", "three", "four", "four"}, 1) == Json{"four"});  // said twice, sent once
    host.advance(3'600'001);
    CHECK(send({"one"}, 1) == Json{"one"});
}

TEST_CASE("what a mask was is remembered, and what failed is not", "[history]") {
    FakeHost host;
    auto guard = host.load<Guard>(kPresidio + "}");
    host.http.next({200, findingsIn("to a@b.c")});
    for (int i = 0; i < 3; ++i) {
        auto request = host.request(chat("to a@b.c"));
        CHECK(guard.preCall(request).continued());
        CHECK(request.body() == chat("to <EMAIL_ADDRESS>"));
    }
    CHECK(host.http.asked().size() == 1);
    auto lost = host.request(chat("other"));
    CHECK(guard.preCall(lost).notScanned());
    host.http.next({200, "[]"});
    auto found = host.request(chat("other"));
    CHECK(guard.preCall(found).continued());
    // Another instance knows nothing of it.
    auto other = host.load<Guard>(kPresidio + "}");
    host.http.next({200, "[]"});
    auto again = host.request(chat("to a@b.c"));
    CHECK(other.preCall(again).continued());
    auto off = host.load<Guard>(kPresidio + R"(,"cache_ttl_s":0})");
    for (int i = 0; i < 2; ++i) {
        host.http.next({200, "[]"});
        auto request = host.request(chat("x"));
        CHECK(off.preCall(request).continued());
    }
}

TEST_CASE("after a block only the text that is meant is remembered", "[history]") {
    const auto& script = service("generic_guardrail_api");
    FakeHost host;
    auto guard = host.load<Guard>(configOf(script));
    host.http.next({200, script.block});
    auto both = host.request(talkOf({"fine", "bad"}));
    CHECK(guard.preCall(both).blocked());
    host.http.next({200, script.allow});
    auto fine = host.request(talkOf({"fine"}));
    CHECK(guard.preCall(fine).continued());
    host.http.next({200, script.block});
    auto bad = host.request(talkOf({"bad"}));
    CHECK(guard.preCall(bad).blocked());
    auto again = host.request(talkOf({"bad"}));
    CHECK(guard.preCall(again).blocked());
    CHECK(host.http.asked().size() == 3);
}

TEST_CASE("all calls of a hook have one deadline", "[deadline]") {
    const auto& script = service("lakera_v2");  // a call for each text
    FakeHost host;
    sluice::testing::HttpReply slow{200, script.allow};
    slow.takes_ms = 800;
    host.http.answer(script.url, slow);
    auto guard = host.load<Guard>(configOf(script));
    auto request = host.request(talkOf({"one", "two", "three", "four"}));
    CHECK(guard.preCall(request).notScanned());
    CHECK(request.notScannedReason() == "timeout");
    REQUIRE(host.http.asked().size() == 3);
    CHECK(host.http.asked()[0].timeout_ms == 2000);
    CHECK(host.http.asked()[2].timeout_ms == 400);
    auto patient = host.load<Guard>(configOf(script, R"("timeout":4)"));
    auto next = host.request(talkOf({"one", "two", "three", "four"}));
    CHECK(patient.preCall(next).continued());
    auto exact = host.load<Guard>(configOf(script, R"("timeout":4,"timeout_ms":100)"));
    auto last = host.request(chat("one"));
    CHECK(exact.preCall(last).notScanned());
}

TEST_CASE("a connection that is lost is tried once more, an answer never", "[retry]") {
    FakeHost host;
    auto guard = host.load<Guard>(kPresidio + "}");
    host.http.failNext(SLUICE_E_UNAVAILABLE);
    host.http.next({200, "[]"});
    auto request = host.request(chat("x"));
    CHECK(guard.preCall(request).continued());
    CHECK(host.http.asked().size() == 2);
    host.http.failNext(SLUICE_E_DEADLINE);
    auto late = host.request(chat("y"));
    CHECK(guard.preCall(late).notScanned());
    CHECK(host.http.asked().size() == 3);
}

TEST_CASE("too much text is not scanned, whatever fail says", "[bounds]") {
    FakeHost host;
    auto guard = host.load<Guard>(kPresidio + R"(,"max_text_bytes":10,"fail":"open"})");
    auto request = host.request(chat("eleven char"));
    CHECK(guard.preCall(request).notScanned());
    CHECK(request.notScannedReason() == "too_large");
    CHECK(host.http.asked().empty());
}

TEST_CASE("escapes of JSON hide nothing, and JSON stays JSON", "[json]") {
    FakeHost host;
    const std::string args = R"({"to":"\u0061@b.c","n":5,"cc":"a@b.c\n"})";
    const std::string said = "{\"to\":\"a@b.c\",\"n\":5,\"cc\":\"a@b.c\n\"}";
    host.http.answer(kOrigin, {200, findingsIn(said)});
    auto guard = host.load<Guard>(kPresidio + "}");
    const auto body = [](const std::string& arguments) {
        return Json{{"model", "m"}, {"arguments", arguments}}.dump();
    };
    auto request = host.request(body(args));
    CHECK(guard.preCall(request).continued());
    CHECK(Json::parse(host.http.asked()[0].body)["text"] == said);
    CHECK(Json::parse(request.body())["arguments"] ==
          R"({"to":"<EMAIL_ADDRESS>","n":5,"cc":"<EMAIL_ADDRESS>\n"})");
    for (uint64_t seed = 0; seed < 20; ++seed) {
        auto streamed = host.request(R"({"model":"m","stream":true})");
        REQUIRE(guard.preCall(streamed).continued());
        auto stream = host.stream(streamed);
        CHECK(stream.run(args, seed, SLUICE_LANE_TOOL_ARGS) ==
              R"({"to":"<EMAIL_ADDRESS>","n":5,"cc":"<EMAIL_ADDRESS>\n"})");
    }
}

TEST_CASE("an edit that would leave no JSON stops the stream", "[json]") {
    const auto& script = service("generic_guardrail_api");
    for (const bool json : {true, false}) {
        FakeHost host;
        host.http.answer(
            script.url,
            {200,
             Json{{"action", "GUARDRAIL_INTERVENED"}, {"texts", {json ? "{\"a\":\"*\"}" : "***"}}}.dump()});
        auto guard = host.load<Guard>(configOf(script, R"("stream_chunk_chars":2)"));
        auto request = host.request(R"({"model":"m","stream":true})");
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        CHECK(stream.run(R"({"a":"secret"})", 3, SLUICE_LANE_TOOL_ARGS) == (json ? "{\"a\":\"*\"}" : ""));
        CHECK(stream.aborted() == !json);
        CHECK(host.http.asked().size() == 1);  // all of it at once
    }
}

TEST_CASE("monitors and logging_only note what they find and touch nothing", "[modes]") {
    const auto& script = service("presidio");
    FakeHost host;
    host.http.answer(script.url, {200, script.block});
    auto monitor = host.load<Guard>(configOf(script, R"("on_flagged":"monitor")"));
    auto request = host.request(chat(kText));
    CHECK(monitor.preCall(request).continued());
    CHECK(Json::parse(request.guardReport())["entities"] == Json{{"US_SSN", 1}});
    CHECK(request.subscriptions().empty());
    auto guard = host.load<Guard>(configOf(script));
    auto logged = host.request(chat(kText, R"(,"stream":true)")).withGuard(SLUICE_GUARD_LOGGING_ONLY);
    CHECK(guard.preCall(logged).continued());
    CHECK(logged.subscriptions().empty());
    CHECK(host.http.asked().size() == 1);
    logged.withResponse(200, "").withLaneText(SLUICE_LANE_TEXT, "J\u00f6rg says");
    CHECK(guard.postCall(logged).continued());
    CHECK(Json::parse(logged.guardReport())["entities"] == Json{{"US_SSN", 2}});
    host.http.answer(script.url, {500, ""});
    auto failing = host.request(chat("other")).withGuard(SLUICE_GUARD_LOGGING_ONLY);
    failing.withResponse(200, answer("x"));
    CHECK(guard.preCall(failing).continued());
    CHECK(guard.postCall(failing).continued());
    auto silent = host.request(chat("third")).withGuard(SLUICE_GUARD_POST_CALL);
    CHECK(guard.preCall(silent).continued());
    CHECK(guard.duringCall(silent).continued());
}

TEST_CASE("a stream is judged in steps of so many characters", "[stream]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[]"});
    auto guard = host.load<Guard>(kPresidio + R"(,"stream_chunk_chars":40,"stream_overlap_chars":8})");
    auto request = host.request(chat("x", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL);
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        const std::string word = "w\u00f6rd" + std::to_string(i) + " ";
        all += word;
        REQUIRE(stream.push(word));
        // Nothing has gone that was not in a question.
        const std::string gone = stream.text();
        if (gone.empty()) continue;
        const std::string last = Json::parse(host.http.asked().back().body)["text"];
        CHECK(all.find(last) != std::string::npos);
        CHECK(gone.size() <= all.find(last) + last.size());
    }
    REQUIRE(stream.end());
    CHECK(stream.text() == all);
    const size_t calls = host.http.asked().size();
    CHECK(calls > 10);
    CHECK(calls <= guard_remote::characters(all) / 40 + 1);
}

TEST_CASE("text that waits is judged by the clock", "[stream]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[]"});
    auto guard = host.load<Guard>(kPresidio + R"(,"stream_overlap_chars":0})");
    auto request =
        host.request(chat("x", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL).withDeadline(600'000);
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    REQUIRE(stream.push("one "));
    host.advance(1'000);
    REQUIRE(stream.push("two "));
    CHECK(stream.text().empty());
    host.advance(600);
    REQUIRE(stream.push("three "));
    CHECK(stream.text() == "one two three ");
    host.advance(60'000);  // an upstream that pauses is no fault
    CHECK_FALSE(stream.aborted());
    REQUIRE(stream.push("four"));
    CHECK(stream.text() == "one two three ");
    REQUIRE(stream.end());
    CHECK(host.http.asked().size() == 2);
}

TEST_CASE("verdicts of a stream see what went before", "[stream]") {
    const auto& script = service("llama_guard");
    FakeHost host;
    host.http.next({200, script.allow});
    host.http.next({200, script.block});
    auto guard = host.load<Guard>(configOf(script, R"("stream_chunk_chars":10,"stream_overlap_chars":5)"));
    auto request = host.request(chat("tell me", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL);
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    REQUIRE(stream.push("0123456789"));
    CHECK(stream.text() == "0123456789");
    CHECK_FALSE(stream.push("abcdefghij"));
    CHECK(stream.text() == "0123456789");
    const auto messages = Json::parse(host.http.asked()[1].body)["messages"];
    CHECK(messages[0]["content"] == "tell me");
    CHECK(messages[1]["content"] == "56789abcdefghij");
    CHECK(request.blockMessage().find("S1 (violent crimes)") != std::string::npos);
}

TEST_CASE("several texts of one stream have a window each", "[stream]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[]"});
    auto guard = host.load<Guard>(kPresidio + R"(,"stream_chunk_chars":10,"stream_overlap_chars":0})");
    auto request = host.request(chat("x", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL);
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    REQUIRE(stream.push("12345", SLUICE_LANE_TEXT, 0));
    REQUIRE(stream.push("abcdefghij", SLUICE_LANE_TEXT, 1));
    REQUIRE(stream.push("thoughts", SLUICE_LANE_REASONING, 0));
    CHECK(stream.text(SLUICE_LANE_TEXT, 0).empty());
    CHECK(stream.text(SLUICE_LANE_TEXT, 1) == "abcdefghij");
    REQUIRE(stream.end());
    CHECK(stream.text(SLUICE_LANE_TEXT, 0) == "12345");
    CHECK(stream.text(SLUICE_LANE_REASONING, 0) == "thoughts");
}

// The same for every service: allow, block, mask, on requests, answers and streams; and everything that a
// service can do wrong, closed and open.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace guard_remote::testing;
using sluice::testing::HttpReply;

namespace {

// Its secrets stand in the configuration of the tests and in none of these.
void checkNothingLeaks(const FakeHost& host, const FakeRequest& request) {
    for (const auto& line : host.log) {
        CHECK(line.text.find("s3cr3t") == std::string::npos);
        CHECK(line.text.find("ann@") == std::string::npos);
    }
    for (const auto& text : {request.guardReport(), request.notScannedReason(), request.blockMessage(),
                             request.block().internal_reason}) {
        CHECK(text.find("s3cr3t") == std::string::npos);
        CHECK(text.find("ann@") == std::string::npos);
    }
}

bool judgesAnswers(const Script& script) { return script.name != "azure/prompt_shield"; }

struct Misdeed {
    std::string name;
    HttpReply reply;
    bool unreachable = false;
    std::string reason = {};
};

std::vector<Misdeed> misdeeds() {
    const auto error = [](sluice_status status) {
        HttpReply reply;
        reply.error = status;
        return reply;
    };
    HttpReply hangs;
    hangs.takes_ms = 60'000;
    return {
        {"hangs", hangs, true, "timeout"},
        {"closed connection", error(SLUICE_E_UNAVAILABLE), true, "unavailable"},
        {"more than the host takes", error(SLUICE_E_LIMIT), false, "the answer is too large"},
        {"500", {500, "{}"}, false, "status 500"},
        {"503", {503, ""}, true, "status 503"},
        {"429", {429, R"({"error":"s3cr3t"})"}, false, "status 429"},
        {"301", {301, ""}, false, "status 301"},
        {"nothing", {200, ""}, false, "no JSON"},
        {"garbage", {200, "<html>ann@example.com"}, false, "no JSON"},
        {"huge", {200, "{\"x\":\"" + std::string(2'000'000, 'x') + "\"}"}, false, "the answer is too large"},
        {"a number", {200, "17"}, false, "not as documented"},
        {"null", {200, "null"}, false, "not as documented"},
        {"another object", {200, R"({"hello":"world"})"}, false, "not as documented"},
        {"deep", {200, std::string(5000, '[') + std::string(5000, ']')}, false, "nested too deeply"}};
}

}  // namespace

TEST_CASE("every service: requests are allowed, blocked and masked") {
    for (const auto& script : everyService()) {
        INFO(script.name);
        for (const bool blocks : {false, true}) {
            FakeHost host;
            host.http.answer(script.url, {200, blocks ? script.block : script.allow});
            auto guard = host.load<guard_remote::Guard>(configOf(script));
            auto request = host.request(chat(kText));
            const auto outcome = guard.preCall(request);
            INFO(outcome.reason());
            CHECK(host.http.asked().size() == 1);
            CHECK(outcome.blocked() == blocks);
            CHECK(outcome.continued() == !blocks);
            CHECK(request.body() == chat(kText));
            if (blocks) CHECK(request.blockCode() == "content_blocked");
            if (blocks) CHECK_FALSE(request.blockMessage().empty());
            checkNothingLeaks(host, request);
        }
        if (script.mask.empty()) continue;
        FakeHost host;
        host.http.answer(script.url, {200, script.mask});
        auto guard = host.load<guard_remote::Guard>(configOf(script));
        auto request = host.request(chat(kText));
        CHECK(guard.preCall(request).continued());
        CHECK(request.body() == chat(script.masked));
        checkNothingLeaks(host, request);
        // Beside the upstream nothing can be changed any more.
        auto beside = host.request(chat(kText)).withGuard(SLUICE_GUARD_DURING_CALL);
        CHECK(guard.preCall(beside).continued());
        CHECK(guard.duringCall(beside).blocked());
        CHECK(beside.body() == chat(kText));
    }
}

TEST_CASE("every service: answers are allowed, blocked and masked") {
    for (const auto& script : everyService()) {
        if (!judgesAnswers(script)) continue;
        INFO(script.name);
        for (const std::string& said : {script.allow, script.block, script.mask}) {
            if (said.empty()) continue;
            FakeHost host;
            host.http.answer(script.url, {200, said});
            auto guard = host.load<guard_remote::Guard>(configOf(script));
            auto request = host.request(chat("hello")).withGuard(SLUICE_GUARD_POST_CALL);
            CHECK(guard.preCall(request).continued());
            CHECK(host.http.asked().empty());
            request.withResponse(200, answer(kText));
            const auto outcome = guard.postCall(request);
            INFO(outcome.reason());
            CHECK(outcome.blocked() == (said == script.block));
            CHECK(request.responseBody() == answer(said == script.mask ? script.masked : kText));
            checkNothingLeaks(host, request);
        }
    }
}

TEST_CASE("every service: streams are allowed, stopped and masked, and nothing goes unjudged") {
    for (const auto& script : everyService()) {
        if (!judgesAnswers(script)) continue;
        INFO(script.name);
        for (const std::string& said : {script.allow, script.block, script.mask}) {
            if (said.empty()) continue;
            for (uint64_t seed = 0; seed < 5; ++seed) {
                FakeHost host;
                host.http.answer(script.url, {200, said});
                auto guard = host.load<guard_remote::Guard>(configOf(script));
                auto request =
                    host.request(chat("hello", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL);
                REQUIRE(guard.preCall(request).continued());
                auto stream = host.stream(request);
                REQUIRE(stream.pushCut(kText, seed));
                CHECK(stream.text().empty());
                CHECK(stream.end() == (said != script.block));
                CHECK(stream.aborted() == (said == script.block));
                CHECK(stream.text() == (said == script.allow  ? kText
                                        : said == script.mask ? script.masked
                                                              : ""));
                CHECK(host.http.asked().size() == 1);
                CHECK(guard.postCall(request).continued());  // it has gone
                CHECK(host.http.asked().size() == 1);
                checkNothingLeaks(host, request);
            }
        }
    }
}

TEST_CASE("every service: what goes wrong closes, or goes on if that is configured") {
    for (const auto& script : everyService()) {
        for (const auto& misdeed : misdeeds()) {
            INFO(script.name + ": " + misdeed.name);
            for (const std::string mode :
                 {"", "\"fail\":\"open\"", "\"unreachable_fallback\":\"fail_open\"",
                  "\"fail_on_error\":false", "\"fail\":\"closed\",\"fail_on_error\":false"}) {
                const bool open = mode == "\"fail\":\"open\"" || mode == "\"fail_on_error\":false" ||
                                  (mode.find("unreachable") != std::string::npos && misdeed.unreachable);
                INFO(mode);
                FakeHost host;
                host.http.answer(script.url, misdeed.reply);
                auto guard = host.load<guard_remote::Guard>(configOf(script, mode));
                auto request = host.request(chat(kText));
                const auto outcome = guard.preCall(request);
                CHECK(outcome.continued() == open);
                CHECK(outcome.notScanned() == !open);
                if (!open) CHECK(outcome.reason().find(misdeed.reason) != std::string::npos);
                CHECK(request.body() == chat(kText));
                CHECK(request.guardReport().find("not_scanned") != std::string::npos);
                REQUIRE(request.attribute("guard.guard.not_scanned"));
                CHECK(request.attribute("guard.guard.not_scanned")->find(misdeed.reason) !=
                      std::string::npos);
                CHECK(host.logged("was not scanned: "));
                CHECK(host.metric("sluice_guard_remote_failures_total", {"guard", "pre_call"}) == 1);
                // Nothing was remembered, and what is known to be away is not asked twice.
                const size_t before = host.http.asked().size();
                CHECK(before == (misdeed.name == "closed connection" ? 2 : 1));
                auto again = host.request(chat(kText));
                (void)guard.preCall(again);
                CHECK(host.http.asked().size() == before + 1);
                CHECK(host.log.size() == 1);
                checkNothingLeaks(host, request);
            }
        }
    }
}

TEST_CASE("every service: a stream whose service fails is held and stopped, or goes on") {
    for (const auto& script : everyService()) {
        if (!judgesAnswers(script)) continue;
        for (const auto& misdeed : misdeeds()) {
            INFO(script.name + ": " + misdeed.name);
            for (const bool open : {false, true}) {
                FakeHost host;
                host.http.answer(script.url, misdeed.reply);
                auto guard =
                    host.load<guard_remote::Guard>(configOf(script, open ? "\"fail\":\"open\"" : ""));
                auto request =
                    host.request(chat("hello", R"(,"stream":true)")).withGuard(SLUICE_GUARD_POST_CALL);
                REQUIRE(guard.preCall(request).continued());
                auto stream = host.stream(request);
                CHECK(stream.run(kText, 7) == (open ? kText : ""));
                CHECK(stream.aborted() == !open);
                // Answers that are no streams, alike.
                auto whole = host.request(chat("hello")).withGuard(SLUICE_GUARD_POST_CALL);
                REQUIRE(guard.preCall(whole).continued());
                whole.withResponse(200, answer(kText));
                CHECK(guard.postCall(whole).notScanned() == !open);
            }
        }
    }
}

TEST_CASE("every service: it answers again, and the log says so once") {
    for (const auto& script : everyService()) {
        INFO(script.name);
        FakeHost host;
        auto guard = host.load<guard_remote::Guard>(configOf(script));
        host.http.next({500, ""});
        host.http.next({200, script.allow});
        host.http.next({200, script.allow});
        auto one = host.request(chat(kText)), two = host.request(chat(kText)),
             three = host.request(chat("other"));
        CHECK(guard.preCall(one).notScanned());
        CHECK(guard.preCall(two).continued());
        CHECK(guard.preCall(three).continued());
        REQUIRE(host.log.size() == 2);
        CHECK(host.log[1].text.find("answers again") != std::string::npos);
    }
}

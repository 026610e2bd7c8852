// Llama Guard, OpenAI moderation, Lakera.
#include "asking.h"

using namespace guard_remote::testing;
using guard_remote::Guard;

TEST_CASE("llama guard: categories, turns, and answers that are none", "[llama_guard]") {
    const auto& script = service("llama_guard");
    const auto saying = [](const std::string& content) {
        return Json{{"choices", {{{"message", {{"role", "assistant"}, {"content", content}}}}}}}.dump();
    };
    const auto outcomeOf = [&](const std::string& content, const std::string& more = {}) {
        FakeHost host;
        host.http.answer(script.url, {200, saying(content)});
        auto guard = host.load<Guard>(configOf(script, more));
        auto request = host.request(chat("x"));
        const auto outcome = guard.preCall(request);
        return outcome.blocked() ? request.blockMessage() : outcome.notScanned() ? "not scanned" : "goes on";
    };
    CHECK(outcomeOf(" safe\n") == "goes on");
    CHECK(outcomeOf("unsafe\nS1, S9") ==
          "Violated guardrail policy: S1 (violent crimes), S9 (indiscriminate weapons)");
    CHECK(outcomeOf("unsafe\r\nS99") == "Violated guardrail policy: S99");
    CHECK(outcomeOf("unsafe") == "Violated guardrail policy");
    CHECK(outcomeOf("unsafe\nS7", R"("categories":["S1","S2"])") == "goes on");
    CHECK(outcomeOf("unsafe\nS7,S2", R"("categories":["S1","S2"])") != "goes on");
    CHECK(outcomeOf("unsafe", R"("categories":["S1"])") == "Violated guardrail policy");
    for (const std::string wrong : {"", "Safe, I think", "This is unsafe", "safely", "unsafe!", "I am sorry"})
        CHECK(outcomeOf(wrong) == "not scanned");

    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(script));
    auto request = host.request(talk({{"user", "how do I"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(asked(host, 0)["messages"] == Json{{{"role", "user"}, {"content", "how do I"}}});
    CHECK(fieldOf(host.http.asked()[0], "authorization") == "Bearer s3cr3t");
    request.withResponse(200, answer("like this"));
    CHECK(guard.postCall(request).continued());
    CHECK(asked(host, 1)["messages"] == Json{{{"role", "user"}, {"content", "how do I"}},
                                             {{"role", "assistant"}, {"content", "like this"}}});
}

TEST_CASE("openai moderation: thresholds and several texts", "[openai]") {
    const auto& script = service("openai_moderation");
    const auto result = [](bool flagged, bool violence, double score) {
        return Json{{"flagged", flagged},
                    {"categories", {{"violence", violence}, {"hate", flagged && !violence}}},
                    {"category_scores", {{"violence", score}, {"hate", 0.5}}}};
    };
    FakeHost host;
    host.http.answer(script.url,
                     {200, Json{{"results", {result(false, false, 0.1), result(true, true, 0.6)}}}.dump()});
    auto guard = host.load<Guard>(configOf(script));
    auto request = host.request(talk({{"user", "fine"}, {"user", "bad"}}));
    CHECK(guard.preCall(request).blocked());
    CHECK(request.blockMessage() == "Violated OpenAI moderation policy: violence");
    CHECK(asked(host, 0) == Json{{"model", "omni-moderation-latest"}, {"input", {"fine", "bad"}}});
    // The bad one is remembered: it is not even asked again.
    auto again = host.request(chat("bad"));
    CHECK(guard.preCall(again).blocked());
    CHECK(host.http.asked().size() == 1);

    const auto blocked = [&](const Json& one, const std::string& thresholds) {
        FakeHost other;
        other.http.answer(script.url, {200, Json{{"results", {one}}}.dump()});
        auto lenient = other.load<Guard>(configOf(script, "\"category_thresholds\":" + thresholds));
        auto asking = other.request(chat("x"));
        return lenient.preCall(asking).blocked();
    };
    CHECK_FALSE(blocked(result(true, true, 0.6), R"({"violence":0.8})"));
    CHECK(blocked(result(false, false, 0.8), R"({"violence":0.8})"));
    CHECK(
        blocked(result(true, false, 0.1), R"({"violence":0.8})"));  // hate has none and counts as it is said
    CHECK_FALSE(blocked(result(false, false, 0.1), R"({"unheard/of":0.1})"));
    FakeHost few;
    few.http.answer(script.url, {200, Json{{"results", {result(false, false, 0)}}}.dump()});
    auto other = few.load<Guard>(configOf(script));
    auto two = few.request(talk({{"user", "1"}, {"user", "2"}}));
    CHECK(other.preCall(two).notScanned());
}

TEST_CASE("lakera: roles, what is masked, what is blocked", "[lakera]") {
    const auto& script = service("lakera_v2");
    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(script, R"("project_id":"p","metadata":{"app":"a"})"));
    auto request = host.request(talk({{"system", "orders"}, {"tool", "page"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(asked(host, 0) == Json{{"messages", {{{"role", "system"}, {"content", "orders"}}}},
                                 {"payload", true},
                                 {"breakdown", true},
                                 {"project_id", "p"},
                                 {"metadata", {{"app", "a"}}}});
    CHECK(asked(host, 1)["messages"] == Json{{{"role", "user"}, {"content", "page"}}});
    const auto outcomeOf = [&](const std::string& body) {
        FakeHost other;
        other.http.answer(script.url, {200, body});
        auto one = other.load<Guard>(configOf(script));
        auto asking = other.request(chat("ann@example.com"));
        const auto outcome = one.preCall(asking);
        return outcome.blocked()      ? asking.blockMessage()
               : outcome.notScanned() ? "not scanned"
                                      : asking.body();
    };
    CHECK(outcomeOf(R"({"flagged":true})") == "Violated Lakera guardrail policy");
    // Personal data and an attack: the attack counts. Personal data, but nobody says where: nothing can be
    // masked.
    CHECK(
        outcomeOf(
            R"({"flagged":true,"payload":[{"start":0,"end":15,"detector_type":"pii/email"}],"breakdown":[{"detector_type":"pii/email","detected":true},{"detector_type":"prompt_attack","detected":true}]})") ==
        "Violated Lakera guardrail policy: pii/email, prompt_attack");
    CHECK(
        outcomeOf(
            R"({"flagged":true,"payload":[],"breakdown":[{"detector_type":"pii/email","detected":true}]})") ==
        "Violated Lakera guardrail policy: pii/email");
    CHECK(
        outcomeOf(
            R"({"flagged":true,"payload":[{"start":0,"end":16,"detector_type":"pii/email"}],"breakdown":[{"detector_type":"pii/email","detected":true}]})") ==
        "not scanned");
    CHECK(
        outcomeOf(
            R"({"flagged":true,"payload":[{"start":0,"end":15,"detector_type":"pii/email"}],"breakdown":[{"detector_type":"pii/email","detected":true}]})") ==
        chat("[MASKED EMAIL]"));
    CHECK(outcomeOf(R"({"flagged":"yes"})") == "not scanned");
}

// Azure AI Content Safety.
#include "asking.h"

using namespace guard_remote::testing;
using guard_remote::Guard;

TEST_CASE("azure text: thresholds, blocklists, long texts", "[azure]") {
    const auto& script = service("azure/text_moderations");
    const auto outcomeOf = [&](const std::string& body, const std::string& more) {
        FakeHost host;
        host.http.answer(script.url, {200, body});
        auto guard = host.load<Guard>(configOf(script, more));
        auto request = host.request(chat("x"));
        const auto outcome = guard.preCall(request);
        return outcome.blocked() ? request.blockMessage() : outcome.notScanned() ? "not scanned" : "goes on";
    };
    const std::string four =
        R"({"categoriesAnalysis":[{"category":"Hate","severity":4},{"category":"Sexual","severity":0}]})";
    CHECK(outcomeOf(four, "") == "Azure Content Safety Guardrail: Hate crossed severity 2, Got severity: 4");
    CHECK(outcomeOf(four, R"("severity_threshold":6)") == "goes on");
    CHECK(outcomeOf(four, R"("severity_threshold_by_category":{"Hate":6})") == "goes on");
    CHECK(outcomeOf(four, R"("severity_threshold_by_category":{"Sexual":2})") == "goes on");
    CHECK(outcomeOf(four, R"("severity_threshold_by_category":{"Hate":4})") != "goes on");
    CHECK(outcomeOf(four, R"("severity_threshold":4,"severity_threshold_by_category":{"Sexual":6})") !=
          "goes on");
    CHECK(
        outcomeOf(
            R"({"blocklistsMatch":[{"blocklistName":"rivals","blocklistItemText":"x"}],"categoriesAnalysis":[]})",
            "") == "Azure Content Safety Guardrail: on the blocklist rivals");
    CHECK(outcomeOf(R"({"categoriesAnalysis":[{"category":"Hate","severity":-1}]})", "") == "not scanned");
    CHECK(outcomeOf(R"({"categoriesAnalysis":[{"category":"Hate"}]})", "") == "not scanned");

    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(script, R"("blocklistNames":["a"],"categories":["Hate"])"));
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "w\u00f6rd ";
    auto request = host.request(chat(text));
    CHECK(guard.preCall(request).continued());
    CHECK(host.http.asked().size() == 3);
    CHECK(asked(host, 0)["blocklistNames"] == Json{"a"});
    CHECK(asked(host, 0)["categories"] == Json{"Hate"});
    CHECK(fieldOf(host.http.asked()[0], "ocp-apim-subscription-key") == "s3cr3t");
    for (size_t i = 0; i < 3; ++i)
        CHECK(guard_remote::characters(asked(host, i)["text"].get<std::string>()) <= 10'000);
}

TEST_CASE("azure prompt shield: prompts and documents", "[azure]") {
    const auto& script = service("azure/prompt_shield");
    FakeHost host;
    host.http.next({200, R"({"userPromptAnalysis":{"attackDetected":false},"documentsAnalysis":[]})"});
    host.http.next({200, R"({"documentsAnalysis":[{"attackDetected":false},{"attackDetected":true}]})"});
    auto guard = host.load<Guard>(configOf(script));
    auto request = host.request(talk({{"system", "orders"},
                                      {"user", "look"},
                                      {"assistant", "yes"},
                                      {"tool", "page one"},
                                      {"tool", "page two"}}));
    CHECK(guard.preCall(request).blocked());
    CHECK(request.blockMessage() == "Azure Prompt Shield: attack detected in a document");
    CHECK(asked(host, 0) == Json{{"userPrompt", "look"}, {"documents", Json::array()}});
    CHECK(asked(host, 1) == Json{{"userPrompt", ""}, {"documents", {"page one", "page two"}}});
}

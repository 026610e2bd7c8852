// What each service is asked, and what is particular about its answers.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "characters.h"
#include "rig.h"

using namespace guard_remote::testing;
using Json = nlohmann::json;
using guard_remote::Guard;

namespace {

std::string fieldOf(const sluice::testing::HttpAsked& asked, std::string_view name) {
    const auto found = asked.fields.find(name);
    return found ? std::string(*found) : std::string();
}

// A chat of (role, text) pairs.
std::string talk(std::initializer_list<std::pair<std::string, std::string>> messages,
                 const nlohmann::ordered_json& more = {}) {
    nlohmann::ordered_json body{{"model", "m"}, {"messages", Json::array()}};
    for (const auto& [role, text] : messages) {
        nlohmann::ordered_json message;  // the fake host wants the role first
        message["role"] = role;
        message["content"] = text;
        body["messages"].push_back(message);
    }
    if (more.is_object()) body.update(more);
    return body.dump();
}

Json asked(const FakeHost& host, size_t i) { return Json::parse(host.http.asked().at(i).body); }

std::string finding(const std::string& entity, size_t start, size_t end, double score = 0.9) {
    return Json{{"entity_type", entity}, {"start", start}, {"end", end}, {"score", score}}.dump();
}

std::string refusalOf(const std::string& config) {
    FakeHost host;
    return host.refusal<Guard>(config);
}

const std::string kPresidio =
    R"({"guardrail":"presidio","presidio_analyzer_api_base":"http://service.test/")";

}  // namespace

TEST_CASE("presidio: what is asked", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[[],[]]"});
    auto guard = host.load<Guard>(
        kPresidio + R"(,"pii_entities_config":{"PERSON":"MASK","US_SSN":"BLOCK"},"presidio_language":"de",)" +
        R"("presidio_phrase_allow_list":["Acme"],"presidio_ad_hoc_recognizers":[{"name":"Zip"}]})");
    auto request = host.request(talk({{"user", "one"}, {"assistant", ""}, {"user", "two"}, {"user", " \n"}}));
    CHECK(guard.preCall(request).continued());
    REQUIRE(host.http.asked().size() == 1);
    CHECK(host.http.asked()[0].url == kOrigin + "/analyze");
    CHECK(host.http.asked()[0].method == "POST");
    CHECK(fieldOf(host.http.asked()[0], "content-type") == "application/json");
    CHECK(asked(host, 0) == Json{{"text", {"one", "two"}},
                                 {"language", "de"},
                                 {"entities", {"PERSON", "US_SSN"}},
                                 {"allow_list", {"Acme"}},
                                 {"ad_hoc_recognizers", {{{"name", "Zip"}}}}});
}

TEST_CASE("presidio: a request's own language and entities", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[]"});
    auto guard = host.load<Guard>(kPresidio + R"(,"pii_entities_config":{"PERSON":"MASK"}})");
    auto request = host.request(chat("x")).withGuard(
        SLUICE_GUARD_PRE_CALL, R"({"language":"es","entities":["IBAN_CODE","PERSON",7]})");
    CHECK(guard.preCall(request).continued());
    CHECK(asked(host, 0)["language"] == "es");
    CHECK(asked(host, 0)["entities"] == Json{"PERSON", "IBAN_CODE"});  // never fewer than configured
    auto strange =
        host.request(chat("x")).withGuard(SLUICE_GUARD_PRE_CALL, R"({"language":7,"entities":"all"})");
    CHECK(guard.preCall(strange).continued());
    CHECK(asked(host, 1)["entities"] == Json{"PERSON"});
    auto plain = host.request(chat("x"));
    CHECK(guard.preCall(plain).continued());
    CHECK(host.http.asked().size() == 3);  // with other wishes it is another question
    auto same = host.request(chat("x"));
    CHECK(guard.preCall(same).continued());
    CHECK(host.http.asked().size() == 3);
}

TEST_CASE("presidio: thresholds, a deny list, and who is skipped", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[" + finding("PERSON", 0, 3, 0.5) + "," + finding("URL", 4, 7, 0.6) +
                                        "," + finding("DATE_TIME", 8, 11, 0.99) + "]"});
    auto guard = host.load<Guard>(
        kPresidio +
        R"(,"presidio_score_thresholds":{"ALL":0.7,"URL":0.6},"presidio_entities_deny_list":["DATE_TIME"],)" +
        R"("presidio_skip_system_developer_message":true,"presidio_filter_scope":"input"})");
    auto request = host.request(talk({{"system", "Ann www now"}, {"user", "Ann www now"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == talk({{"system", "Ann www now"}, {"user", "Ann <URL> now"}}));
    CHECK(Json::parse(request.guardReport())["entities"] == Json{{"URL", 1}});
    request.withResponse(200, answer("Ann www now"));
    CHECK(guard.postCall(request).continued());
    CHECK(request.responseBody() == answer("Ann www now"));
    CHECK(host.http.asked().size() == 1);
}

TEST_CASE("presidio: places that are not in the text are no answer", "[presidio]") {
    const std::vector<std::string> wrong{
        "[" + finding("PERSON", 0, 27) + "]",
        "[" + finding("PERSON", 5, 4) + "]",
        R"([{"entity_type":"PERSON","start":-1,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":0.5,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":"0","end":3,"score":1}])",
        R"([{"entity_type":7,"start":0,"end":3,"score":1}])",
        R"([{"start":0,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":0,"end":3,"score":null}])",
        R"([{"entity_type":"PERSON","start":1e300,"end":1e301,"score":1}])",
        R"([{"entity_type":"PERSON","start":18446744073709551615,"end":3,"score":1}])",
        "[[]]",
        "[7]",
        "{}",
        "\"\""};
    for (const auto& body : wrong) {
        INFO(body);
        FakeHost host;
        host.http.answer(kOrigin, {200, body});
        auto guard = host.load<Guard>(kPresidio + "}");
        auto request = host.request(chat(kText));
        CHECK(guard.preCall(request).notScanned());
        CHECK(request.body() == chat(kText));
    }
    // Up to the last character of a text of several bytes each.
    FakeHost host;
    host.http.answer(kOrigin, {200, "[" + finding("PERSON", 1, 3) + "]"});
    auto guard = host.load<Guard>(kPresidio + "}");
    auto request = host.request(chat("\u6f22\u5b57\U0001F600"));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("\u6f22<PERSON>"));
}

TEST_CASE("presidio: the anonymizer says what stands in the place of findings", "[presidio]") {
    const std::string config = kPresidio + R"(,"presidio_anonymizer_api_base":"http://anonymizer.test"})";
    FakeHost host;
    host.http.answer(kOrigin + "/analyze",
                     {200, "[[" + finding("PERSON", 6, 9) + "," + finding("PERSON", 0, 5) + "],[" +
                               finding("URL", 0, 3) + "]]"});
    // In any order, as the real one does it: from the end.
    host.http.answer(
        "http://anonymizer.test/anonymize",
        {200,
         R"({"text":"<A>|<B>|<C>|","items":[{"start":8,"end":11,"text":"<C>","operator":"replace","entity_type":"URL"},)"
         R"({"start":4,"end":7,"text":"<B>"},{"start":0,"end":3,"text":"<A>"}]})"});
    auto guard = host.load<Guard>(config);
    auto request = host.request(talk({{"user", "J\u00f6rg\u00e9 Ann says"}, {"user", "www"}}));
    CHECK(guard.preCall(request).continued());
    REQUIRE(host.http.asked().size() == 2);
    CHECK(asked(host, 1)["text"] == "J\u00f6rg\u00e9|Ann|www|");
    CHECK(asked(host, 1)["analyzer_results"][2] == Json::parse(finding("URL", 10, 13)));
    CHECK(request.body() == talk({{"user", "<A> <B> says"}, {"user", "<C>"}}));

    for (const std::string wrong :
         {R"({"text":"x"})", R"({"text":"x","items":[]})", R"({"items":[{"start":0,"text":1}]})", "[]", ""}) {
        FakeHost broken;
        broken.http.answer(kOrigin + "/analyze", {200, "[" + finding("PERSON", 0, 3) + "]"});
        broken.http.answer("http://anonymizer.test/anonymize", {200, wrong});
        auto other = broken.load<Guard>(config);
        auto asking = broken.request(chat("Ann"));
        CHECK(other.preCall(asking).notScanned());
    }
}

TEST_CASE("presidio: a server that knows no lists is asked one by one", "[presidio]") {
    FakeHost host;
    host.http.next({500, R"({"error":"str expected"})"});
    for (int i = 0; i < 4; ++i) host.http.next({200, "[]"});
    auto guard = host.load<Guard>(kPresidio + "}");
    auto request = host.request(talk({{"user", "one"}, {"user", "two"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(host.http.asked().size() == 3);
    auto next = host.request(talk({{"user", "three"}, {"user", "four"}}));
    CHECK(guard.preCall(next).continued());
    REQUIRE(host.http.asked().size() == 5);
    CHECK(asked(host, 4)["text"] == "four");
    // One that is overloaded is not asked more often for it.
    FakeHost busy;
    busy.http.answer(kOrigin, {429, ""});
    auto other = busy.load<Guard>(kPresidio + "}");
    auto asking = busy.request(talk({{"user", "one"}, {"user", "two"}}));
    CHECK(other.preCall(asking).notScanned());
    CHECK(busy.http.asked().size() == 1);
}

TEST_CASE("comprehend: the operation, the signature, places, labels", "[comprehend]") {
    const auto& script = service("aws_comprehend");
    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(script, R"("language":"es")"));
    auto request = host.request(chat(kText));
    CHECK(guard.preCall(request).continued());
    const auto& said = host.http.asked().at(0);
    CHECK(fieldOf(said, "x-amz-target") == "Comprehend_20171127.DetectPiiEntities");
    CHECK(fieldOf(said, "content-type") == "application/x-amz-json-1.1");
    CHECK(fieldOf(said, "authorization")
              .find("AWS4-HMAC-SHA256 Credential=AK/20231114/eu-west-1/comprehend/aws4_request") == 0);
    CHECK(asked(host, 0) == Json{{"Text", kText}, {"LanguageCode", "es"}});

    FakeHost contains;
    contains.http.answer(
        script.url,
        {200,
         R"({"Labels":[{"Name":"EMAIL","Score":0.4},{"Name":"SSN","Score":0.9},{"Name":"AGE","Score":1}]})"});
    auto other = contains.load<Guard>(configOf(script, R"("operation":"contains")"));
    auto asking = contains.request(chat(kText));
    CHECK(other.preCall(asking).blocked());
    CHECK(asking.blockMessage() == "Blocked PII entity detected: SSN by Guardrail: guard.");
    CHECK(asking.block().internal_reason == "SSN");
    for (const std::string wrong :
         {R"({"Entities":[{"Type":"EMAIL","Score":1,"BeginOffset":20,"EndOffset":27}]})",
          R"({"Entities":[{"Type":"EMAIL","Score":1}]})", R"({"Entities":{}})", R"({"Labels":[]})"}) {
        FakeHost broken;
        broken.http.answer(script.url, {200, wrong});
        auto third = broken.load<Guard>(configOf(script));
        auto again = broken.request(chat(kText));
        CHECK(third.preCall(again).notScanned());
    }
}

TEST_CASE("bedrock: sources, several texts, and what intervened", "[bedrock]") {
    const auto& script = service("bedrock");
    const auto pii = [](const std::string& outputs) {
        return R"({"action":"GUARDRAIL_INTERVENED","outputs":[)" + outputs +
               R"(],"assessments":[{"sensitiveInformationPolicy":{"piiEntities":[{"type":"NAME","action":"ANONYMIZED"}]}}]})";
    };
    FakeHost host;
    host.http.answer(script.url, {200, pii(R"({"text":"{NAME}"},{"text":"two"})")});
    auto guard = host.load<Guard>(configOf(script, R"("aws_session_token":"tok")"));
    auto request = host.request(talk({{"user", "Ann"}, {"user", "two"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == talk({{"user", "{NAME}"}, {"user", "two"}}));
    CHECK(asked(host, 0) ==
          Json{{"source", "INPUT"},
               {"content", {{{"text", {{"text", "Ann"}}}}, {{"text", {{"text", "two"}}}}}}});
    CHECK(fieldOf(host.http.asked()[0], "x-amz-security-token") == "tok");
    request.withResponse(200, answer("two"));
    host.http.answer(script.url, {200, script.allow});
    CHECK(guard.postCall(request).continued());
    CHECK(asked(host, 1)["source"] == "OUTPUT");

    const auto blocks = [&](const std::string& body, const std::string& more = {}) {
        FakeHost other;
        other.http.answer(script.url, {200, body});
        auto one = other.load<Guard>(configOf(script, more));
        auto asking = other.request(chat("Ann"));
        const auto outcome = one.preCall(asking);
        return outcome.blocked() ? asking.blockMessage() : outcome.notScanned() ? "not scanned" : "goes on";
    };
    CHECK(blocks(pii(R"({"text":"{NAME}"})")) == "goes on");
    CHECK(blocks(pii(R"({"text":"{NAME}"})"), R"("mask_request_content":false)") ==
          "Violated guardrail policy: NAME");
    CHECK(blocks(pii(R"({"text":"{NAME}"})"), R"("mask_response_content":false)") == "goes on");
    CHECK(blocks(pii("")) == "Violated guardrail policy: NAME");
    CHECK(blocks(R"({"action":"GUARDRAIL_INTERVENED","outputs":[],"assessments":[]})") ==
          "Violated guardrail policy");
    CHECK(
        blocks(
            R"({"action":"GUARDRAIL_INTERVENED","outputs":[{"text":"no"}],"assessments":[{"wordPolicy":{"customWords":[{"match":"Ann","action":"BLOCKED"}]}}]})") ==
        "Violated guardrail policy: customWords");
    CHECK(blocks(R"({"action":"GUARDRAIL_INTERVENED","assessments":[{"topicPolicy":{"topics":{}}}]})") ==
          "not scanned");
    CHECK(blocks(R"({"action":"SOMETHING"})") == "not scanned");
}

TEST_CASE("bedrock: the path", "[bedrock]") {
    const auto pathOf = [](const std::string& identifier, const std::string& version) {
        FakeHost host;
        host.http.answer(kOrigin, {200, R"({"action":"NONE"})"});
        auto script = service("bedrock");
        const size_t at = script.config.find("\"abc\",\"guardrailVersion\":1");
        script.config.replace(at, 26, identifier + ",\"guardrailVersion\":" + version);
        const auto fault = host.refusal<Guard>(configOf(script));
        if (!fault.empty()) return fault;
        auto guard = host.load<Guard>(configOf(script));
        auto request = host.request(chat("x"));
        CHECK(guard.preCall(request).continued());
        return host.http.asked()[0].url.substr(kOrigin.size());
    };
    CHECK(pathOf("\"x1\"", "\"DRAFT\"") == "/guardrail/x1/version/DRAFT/apply");
    CHECK(pathOf("\"arn:aws:bedrock:eu-west-1:123456789012:guardrail/x1\"", "12") ==
          "/guardrail/x1/version/12/apply");
    CHECK(pathOf("\"../x\"", "1").find("guardrailIdentifier: found another text") == 0);
    CHECK(pathOf("\"x\"", "1.5").find("guardrailVersion: found another value") == 0);
    CHECK(pathOf("\"x\"", "\"\"").find("guardrailVersion: found") == 0);
}

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

TEST_CASE("generic: what the service is told", "[generic]") {
    const auto& script = service("generic_guardrail_api");
    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(
        script,
        R"("extra_headers":["X-Tenant"],"headers":{"x-own":"v"},"additional_provider_specific_params":{"level":1,"mode":"a"})"));
    const Json image{{"type", "image_url"}, {"image_url", {{"url", "https://a/b.png"}}}};
    const Json call{
        {"id", "c"}, {"type", "function"}, {"function", {{"name", "f"}, {"arguments", "{\"x\":1}"}}}};
    Json body{{"model", "m"},
              {"tools", {{{"type", "function"}}}},
              {"messages",
               {{{"role", "user"}, {"content", {{{"type", "text"}, {"text", "look"}}, image}}},
                {{"role", "assistant"}, {"tool_calls", {call}}}}}};
    auto request = host.request(body.dump());
    request.withHeader("authorization", "Bearer s3cr3t")
        .withHeader("x-tenant", "blue")
        .withHeader("user-agent", "test");
    request.withGuard(SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL, R"({"mode":"b"})");
    sluice::testing::Identity who;
    who.key_id = "hash";
    who.user = "ann";
    who.team = "red";
    request.withIdentity(who);
    CHECK(guard.preCall(request).continued());
    const Json said = asked(host, 0);
    CHECK(said["texts"][0] == "look");
    CHECK(said["input_type"] == "request");
    CHECK(said["structured_messages"] == body["messages"]);
    CHECK(said["tools"] == body["tools"]);
    CHECK(said["tool_calls"] == Json{call});
    CHECK(said["images"] == Json{"https://a/b.png"});
    CHECK(said["request_data"] == Json{{"user_api_key_hash", "hash"},
                                       {"user_api_key_user_id", "ann"},
                                       {"user_api_key_team_id", "red"}});
    CHECK(said["additional_provider_specific_params"] == Json{{"level", 1}, {"mode", "b"}});
    CHECK(said["request_headers"]["authorization"] == "[present]");
    CHECK(said["request_headers"]["x-tenant"] == "blue");
    CHECK(said["request_headers"]["user-agent"] == "test");
    CHECK(said["litellm_call_id"].get<std::string>().find("call-") == 0);
    CHECK(host.http.asked()[0].body.find("s3cr3t") == std::string::npos);
    CHECK(fieldOf(host.http.asked()[0], "x-api-key") == "s3cr3t");
    CHECK(fieldOf(host.http.asked()[0], "x-own") == "v");
    request.withResponse(200, answer("done"));
    CHECK(guard.postCall(request).continued());
    CHECK(asked(host, 1)["input_type"] == "response");
    CHECK(asked(host, 1)["structured_messages"].is_null());
}

TEST_CASE("generic: edits that can be followed, and those that cannot", "[generic]") {
    const auto& script = service("generic_guardrail_api");
    const auto outcomeOf = [&](const std::string& body) {
        FakeHost host;
        host.http.answer(script.url, {200, body});
        auto guard = host.load<Guard>(configOf(script));
        auto request = host.request(talk({{"user", "one"}, {"user", "two"}}, {{"tools", Json::array()}}));
        const auto outcome = guard.preCall(request);
        return outcome.blocked()      ? request.blockMessage()
               : outcome.notScanned() ? "not scanned"
                                      : request.body();
    };
    const auto edited = [](const std::string& a, const std::string& b) {
        return talk({{"user", a}, {"user", b}}, {{"tools", Json::array()}});
    };
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"]})") == edited("1", "two"));
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"],"images":null,"tools":[]})") ==
          edited("1", "two"));
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1"]})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1",2]})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED"})") == "not scanned");
    CHECK(
        outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"],"tools":[{"type":"function"}]})") ==
        "not scanned");
    CHECK(outcomeOf(R"({"action":"BLOCKED"})") == "Content blocked by guardrail: Content violates policy");
    CHECK(outcomeOf(R"({"action":"BLOCKED","blocked_reason":"too blue"})") ==
          "Content blocked by guardrail: too blue");
    CHECK(outcomeOf(R"({"action":"blocked"})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"NONE","texts":["1","2"]})") == edited("one", "two"));
}

TEST_CASE("configurations that cannot be right are refused, with the key and without the secret",
          "[config]") {
    const auto has = [](const std::string& fault, const std::string& part) {
        INFO(fault);
        CHECK(fault.find(part) != std::string::npos);
        CHECK(fault.find("s3cr3t") == std::string::npos);
    };
    has(refusalOf("{}"), "guardrail: found nothing");
    has(refusalOf(R"({"guardrail":"magic"})"), "presidio, aws_comprehend, bedrock");
    has(refusalOf(R"({"guardrail":"presidio"})"), "presidio_analyzer_api_base: found nothing");
    has(refusalOf(kPresidio + R"(,"api_key":"s3cr3t"})"), "api_key: found a key that presidio does not have");
    has(refusalOf(kPresidio + R"(,"pii_entities_config":{"X":"HIDE"}})"), "pii_entities_config.X");
    has(refusalOf(kPresidio + R"(,"presidio_ad_hoc_recognizers":"/nowhere/at/all.json"})"),
        "a file that cannot be read");
    has(refusalOf(kPresidio + R"(,"fail":"maybe"})"), "fail: found another text");
    has(refusalOf(kPresidio + R"(,"timeout":0})"), "timeout");
    has(refusalOf(kPresidio + R"(,"stream_chunk_chars":0})"), "stream_chunk_chars: found 0");
    has(refusalOf(R"({"guardrail":"bedrock","aws_region_name":"eu-west-1","aws_access_key_id":"s3cr3t"})"),
        "aws_secret_access_key: found nothing");
    has(refusalOf(
            R"({"guardrail":"bedrock","aws_region_name":"eu west","aws_access_key_id":"s3cr3t","aws_secret_access_key":"s3cr3t"})"),
        "aws_region_name");
    has(refusalOf(R"({"guardrail":"lakera_v2"})"), "api_key: found nothing");
    has(refusalOf(R"({"guardrail":"lakera_v2","api_key":"s3cr3t\nx: y"})"),
        "api_key: found control characters");
    has(refusalOf(R"({"guardrail":"lakera_v2","api_key":"k","api_base":"ftp://s3cr3t"})"),
        "api_base: found another text");
    has(refusalOf(
            R"({"guardrail":"azure/prompt_shield","api_key":"k","api_base":"https://a","api_version":"2024&x=y"})"),
        "api_version");
    has(refusalOf(R"({"guardrail":"llama_guard","api_base":"https://a"})"), "model: found nothing");
    FakeHost host;
    host.capabilities.clear();
    has(host.refusal<Guard>(kPresidio + "}"), "net");
    FakeHost secret;
    secret.secrets["H"] = "s3cr3t";
    secret.http.answer("https://api.lakera.ai/v2/guard", {200, R"({"flagged":false})"});
    auto guard = secret.load<Guard>(R"({"guardrail":"lakera_v2","api_key":{"$secret":"H"}})");
    auto request = secret.request(chat("x"));
    CHECK(guard.preCall(request).continued());
    CHECK(fieldOf(secret.http.asked()[0], "authorization") == "Bearer s3cr3t");
}

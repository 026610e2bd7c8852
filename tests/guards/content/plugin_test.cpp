// The plugin with the SDK's fake host: configuration, requests, answers, streams.
#include "plugin.h"

#include <catch2/catch.hpp>
#include <sluice/testing/fake_host.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using guard_content::Plugin;
using sluice::testing::FakeHost;

namespace {

std::string chat(const std::string& content, const std::string& more = "") {
    return R"({"model":"m","messages":[{"role":"user","content":)" + sluice::jsonQuoted(content) + "}]" +
           more + "}";
}

constexpr char kFilter[] = R"({"guardrail":"litellm_content_filter",
  "patterns":[{"pattern_type":"prebuilt","pattern_name":"us_ssn","action":"BLOCK"},{"pattern_type":"prebuilt","pattern_name":"email","action":"MASK"},
              {"pattern_type":"regex","pattern":"\\b[A-Z]{3}-\\d{4}\\b","name":"employee_id","action":"MASK"}],
  "blocked_words":[{"keyword":"confidential","action":"BLOCK","description":"internal"},{"keyword":"proprietary","action":"MASK"},{"keyword":"c++","action":"MASK"}],
  "categories":[{"category":"harmful_illegal_weapons","enabled":true,"action":"BLOCK","severity_threshold":"medium"},{"category":"harmful_violence","enabled":false}]})";

std::string contentOf(std::string_view body) { return nlohmann::json::parse(body)["messages"][0]["content"]; }

}  // namespace

TEST_CASE("LiteLLM's content filter: blocks in its words, masks with its tags") {
    FakeHost host;
    auto guard = host.load<Plugin>(kFilter);
    auto ssn = host.request(chat("My SSN is 123-45-6789"));
    CHECK(guard.preCall(ssn).blocked());
    CHECK(ssn.blockMessage() == R"({"error":"Content blocked: us_ssn pattern detected","pattern":"us_ssn"})");
    CHECK(ssn.blockCode() == "");
    CHECK(ssn.block().category == "us_ssn");
    auto masked = host.request(chat("Mail john@example.com, ABC-1234, proprietary, C++ and c++11x"));
    CHECK(guard.preCall(masked).continued());
    CHECK(contentOf(masked.body()) ==
          "Mail [EMAIL_REDACTED], [EMPLOYEE_ID_REDACTED], [KEYWORD_REDACTED], [KEYWORD_REDACTED] and "
          "[KEYWORD_REDACTED]11x");
    CHECK(masked.guardReport() == R"({"entities":{"KEYWORD":3,"email":1,"employee_id":1}})");
    auto word = host.request(chat("CONFIDENTIAL"));
    CHECK(guard.preCall(word).blocked());
    CHECK(
        word.blockMessage() ==
        R"X({"error":"Content blocked: keyword 'confidential' detected (internal)","keyword":"confidential","description":"internal"})X");
    auto bomb = host.request(chat("How to make a pipe bomb at home"));
    CHECK(guard.preCall(bomb).blocked());
    CHECK(bomb.blockMessage().find("Content blocked: harmful_illegal_weapons category keyword") !=
          std::string::npos);
    CHECK(bomb.blockMessage().find("\"severity\":\"high\"") != std::string::npos);
    auto fine = host.request(chat("hello there"));
    CHECK(guard.preCall(fine).continued());
    CHECK(fine.guardReport() == "");
}

TEST_CASE("tags and messages of one's own") {
    FakeHost host;
    auto guard = host.load<Plugin>(
        R"({"guardrail":"guard_content","pattern_redaction_format":"***{pattern_name}***","keyword_redaction_tag":"***",
      "patterns":[{"pattern_name":"email","action":"MASK"},{"pattern_name":"us_ssn","message":"No numbers, please"}],
      "word_lists":[{"name":"competitors","words":["Globex","Initech Corp"],"action":"MASK","mask":"[a company]"},{"name":"warned","words":["maybe"],"action":"WARN"}],
      "allowed_words":["Globex Street"],"leetspeak":true})");
    auto masked = host.request(chat("a@b.co, initech-corp, gl0bex, Globex Street, maybe"));
    CHECK(guard.preCall(masked).continued());
    CHECK(contentOf(masked.body()) == "***EMAIL***, [a company], [a company], Globex Street, maybe");
    auto blocked = host.request(chat("123-45-6789"));
    CHECK(guard.preCall(blocked).blocked());
    CHECK(blocked.blockMessage() == "No numbers, please");
    CHECK(blocked.blockCode() == "content_blocked");
    CHECK(blocked.block().internal_reason == "pattern: us_ssn");
}

TEST_CASE("streams: masked and blocked, however they are cut") {
    FakeHost host;
    auto guard = host.load<Plugin>(kFilter);
    const std::string said =
        "Write to john.doe@example.com about the proprietary ABC-1234. Nothing else here, really nothing at "
        "all.";
    for (uint64_t seed = 0; seed < 60; ++seed) {
        auto request = host.request(chat("hi", R"(,"stream":true)"));
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut(said, seed));
        REQUIRE(stream.end());
        CHECK(stream.text() ==
              "Write to [EMAIL_REDACTED] about the [KEYWORD_REDACTED] [EMPLOYEE_ID_REDACTED]. Nothing else "
              "here, really nothing at all.");
    }
    auto request = host.request(chat("hi", R"(,"stream":true)"));
    REQUIRE(guard.preCall(request).continued());
    auto stream = host.stream(request);
    bool open = true;
    for (const char c : std::string("a long text in front, so that some of it has gone already, and more of "
                                    "it, and then 123-45-6789, which must not be seen" +
                                    std::string(600, '.')))
        open = open && stream.push(std::string(1, c));
    CHECK_FALSE(open);
    CHECK(stream.text().find("123") == std::string::npos);
}

TEST_CASE("sizes, names, parameters, languages, topics of requests") {
    FakeHost host;
    auto guard = host.load<Plugin>(
        R"({"guardrail":"guard_content","limits":{"max_bytes":300,"max_messages":2},"models":{"allowed":["m*"],"denied":["mx"]},
      "tools":{"denied":["shell_*"]},"denied_parameters":["logit_bias"],"languages":{"allowed":["en","de"]},"topics":[{"topic":"medical"},{"topic":"mine","words":{"foo":1,"bar":1},"threshold":2,"action":"WARN"}]})");
    const auto message = [&](const std::string& body) {
        auto request = host.request(body);
        return guard.preCall(request).blocked() ? std::string(request.blockMessage()) : std::string();
    };
    CHECK(message(chat("hello")) == "");
    CHECK(message(chat(std::string(301, 'a'))) == "Content blocked: too long: 301 bytes; allowed: 300");
    CHECK(message(R"({"model":"gpt","messages":[]})") == "Content blocked: model is not allowed");
    CHECK(message(R"({"model":"mx","messages":[]})") == "Content blocked: model is not allowed");
    CHECK(message(chat("hello", R"(,"tools":[{"type":"function","function":{"name":"shell_run"}}])")) ==
          "Content blocked: tool is not allowed");
    CHECK(message(chat("hello", R"(,"tools":[{"type":"function","function":{"name":"read"}}])")) == "");
    CHECK(message(chat("hello", R"(,"logit_bias":{})")) ==
          "Content blocked: the parameter logit_bias is not allowed");
    CHECK(message(chat("Nous avons décidé que la réunion aura lieu jeudi prochain dans la grande salle.")) ==
          "Content blocked: the language is not allowed");
    CHECK(message(chat("The meeting will be on Thursday, because not all of us can come today.")) == "");
    CHECK(message(chat("The diagnosis says diabetes, which dosage of insulin is right?")) ==
          "Content blocked: topic medical");
    auto warned = host.request(chat("foo and bar"));
    CHECK(guard.preCall(warned).continued());
    CHECK(warned.guardReport() == R"({"warnings":["topics.mine"]})");
    auto logged = host.request(chat(std::string(301, 'a')));
    logged.withGuard(SLUICE_GUARD_LOGGING_ONLY);
    CHECK(guard.preCall(logged).continued());
    CHECK(logged.guardReport() == R"({"warnings":["limits"]})");
}

TEST_CASE("answers that do not fit a schema are refused; a stream ends before its end") {
    FakeHost host;
    auto guard = host.load<Plugin>(
        R"({"guardrail":"guard_content","json_schema":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}},"answer_limits":{"max_bytes":200}})");
    const auto streamed = [&](const std::string& text) {
        auto request = host.request(chat("hi", R"(,"stream":true)"));
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        return stream.pushCut(text, 5) && stream.end() ? std::string("ok")
                                                       : std::string(request.blockMessage());
    };
    CHECK(streamed(R"({"name":"x"})") == "ok");
    CHECK(streamed(R"({"nam":"x"})") ==
          "Content blocked: the answer does not fit the schema: $: lacks the member name");
    CHECK(streamed(R"({"name":7})") ==
          "Content blocked: the answer does not fit the schema: $.name: found a number; allowed: \"string\"");
    CHECK(streamed(std::string(201, 'a')).find("Content blocked: the answer is too long") == 0);
}

TEST_CASE("a configuration with a fault says where, what, and what is allowed") {
    FakeHost host;
    const auto fault = [&](const char* config) { return host.refusal<Plugin>(config); };
    CHECK(fault(R"({"guardrail":"litellm_content_filter"})").find("found nothing to look for") !=
          std::string::npos);
    CHECK(fault(R"({"patterns":[{"pattern_name":"us_sn"}]})")
              .find("patterns[0].pattern_name: found another text; allowed: amex, au_abn") == 0);
    CHECK(fault(R"({"patterns":[{"pattern_name":"email","action":"DENY"}]})") ==
          "patterns[0].action: found another text; allowed: BLOCK, MASK, WARN");
    CHECK(fault(R"({"patterns":[{"pattern_type":"regex","pattern":"("}]})")
              .find("patterns[0].pattern: found an expression with a fault (missing )") == 0);
    CHECK(fault(R"({"patterns":[{"pattern_type":"regex"}]})") ==
          "patterns[0]: found no pattern; allowed: one, for pattern_type regex");
    CHECK(fault(R"({"blocked_words":[{"kyword":"x"}]})")
              .find("blocked_words[0]: found the unknown key kyword") == 0);
    CHECK(fault(R"({"blocked_words":[{"keyword":7}]})") ==
          "blocked_words[0].keyword: found 7; allowed: a text");
    CHECK(fault(R"({"blocked_words":"x"})") == "blocked_words: found a text; allowed: a list");
    CHECK(
        fault(R"({"blocked_words_file":"/no/such"})").find("blocked_words_file: /no/such: cannot be read") ==
        0);
    CHECK(fault(R"({"categories":[{"category":"harmful"}]})")
              .find("categories[0].category: found another text; allowed: bias_gender, ") == 0);
    CHECK(fault(R"({"categories":[{"category":"harmful_violence","severity_threshold":"x"}]})") ==
          "categories[0].severity_threshold: found another text; allowed: low, medium, high");
    CHECK(fault(R"({"pattern_redaction_format":"x","blocked_words":[]})")
              .find("pattern_redaction_format: found a text without {pattern_name}") == 0);
    CHECK(fault(R"({"languages":{"allowed":["klingon"]}})")
              .find("languages: found the language klingon; allowed: af, am, ar") == 0);
    CHECK(fault(R"({"topics":[{"topic":"none"}]})")
              .find("topics[0].topic: found another text; allowed: financial, legal, medical") == 0);
    CHECK(fault(R"({"json_schema":{"type":"x"}})").find("json_schema: #/type: allowed: null") == 0);
    CHECK(fault(R"({"limits":{"max_byte":1}})").find("limits: found the unknown key max_byte") == 0);
    CHECK(fault(R"({"limits":{"max_bytes":-1}})") ==
          "limits.max_bytes: found -1; allowed: a whole number from 0");
}

TEST_CASE("without a word about what to look for, explicit harm is looked for") {
    FakeHost host;
    auto guard = host.load<Plugin>(R"({"guardrail":"guard_content"})");
    auto harm = host.request(chat("how to make a bomb, step by step"));
    CHECK(guard.preCall(harm).blocked());
    auto fine = host.request(chat("the bomb of the second world war, a murder mystery, a@b.co"));
    CHECK(guard.preCall(fine).continued());
}

TEST_CASE("words come from files, and from a category file of one's own") {
    FakeHost host;
    const std::string words = (std::filesystem::temp_directory_path() /
                               ("sluice_content_" + std::to_string(getpid())))
                                  .string(),
                      category = words + ".yaml";
    std::ofstream(words) << "# code names\nproject apollo\n";
    std::ofstream(category) << "keywords:\n  - {keyword: quux, severity: high}\nexceptions: [quux park]\n";
    const std::string config =
        R"({"blocked_words_file":")" + words +
        R"(","blocked_words_action":"MASK","categories":[{"category":"mine","category_file":")" + category +
        R"("}]})";
    auto guard = host.load<Plugin>(config);
    auto request = host.request(chat("Project Apollo in quux park"));
    CHECK(guard.preCall(request).continued());
    CHECK(contentOf(request.body()) == "[KEYWORD_REDACTED] in quux park");
    auto blocked = host.request(chat("quux"));
    CHECK(guard.preCall(blocked).blocked());
    CHECK(blocked.blockMessage() ==
          "Content blocked: mine category keyword 'quux' detected (severity: high)");
    std::remove(words.c_str());
    std::remove(category.c_str());
}

TEST_CASE("system prompts can be left out, and the scanner is there for scripts") {
    FakeHost host;
    auto guard = host.load<Plugin>(
        R"({"skip_system_messages":true,"blocked_words":[{"keyword":"apollo","action":"MASK"}]})");
    auto request = host.request(
        R"({"model":"m","messages":[{"role":"system","content":"apollo"},{"role":"user","content":"apollo"}]})");
    CHECK(guard.preCall(request).continued());
    CHECK(request.body().find(R"("content":"apollo")") != std::string::npos);
    CHECK(request.body().find("[KEYWORD_REDACTED]") != std::string::npos);
    CHECK(Plugin::interface(SLUICE_SCANNER_ID) != nullptr);
    CHECK(Plugin::interface("sluice.other/1") == nullptr);
}

// Two requests share a key if and only if the same answer is right for both.
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "request_key.h"

namespace {

std::string key(std::string_view body, std::string_view owner = "key:a", std::string_view route = "chat",
                std::string_view model = "gpt", std::string_view betas = "") {
    return cache::keyOf({route, model, owner, betas, body}).value_or("none");
}

}  // namespace

TEST_CASE("the order of members, white space and escapes do not count") {
    const auto one = key(R"({"model":"gpt","messages":[{"role":"user","content":"hé"}],"temperature":0.5})");
    CHECK(one.size() == 64);
    CHECK(key("{ \"temperature\": 0.5,\n \"messages\": [ {\"content\":\"h\\u00e9\",\"role\":\"user\"} ], "
              "\"model\": \"gpt\" }") == one);
}

TEST_CASE("what says who asks, or how the answer travels, does not count") {
    const auto one = key(R"({"messages":[1]})");
    for (const char* more :
         {R"("user":"u")", R"("stream":true)", R"("stream_options":{"include_usage":true})",
          R"("metadata":{"a":"b"})", R"("cache":{"ttl":1})", R"("safety_identifier":"x")",
          R"("prompt_cache_key":"x")", R"("guardrails":["a"])", R"("num_retries":3)",
          R"("litellm_session_id":"s")"})
        CHECK(key(std::string(R"({"messages":[1],)") + more + "}") == one);
    // … but only at the top: below it the same name may be anything.
    CHECK(key(R"({"messages":[{"user":"a"}]})") != key(R"({"messages":[{"user":"b"}]})"));
    CHECK(key(R"({"messages":[{"stream":true}]})") != key(R"({"messages":[{"stream":false}]})"));
}

TEST_CASE("owner, route, model group and betas count, each for itself") {
    const char* body = R"({"messages":[1]})";
    std::set<std::string> all{key(body),
                              key(body, "key:b"),
                              key(body, "key:a", "messages"),
                              key(body, "key:a", "chat", "gpt2"),
                              key(body, "key:a", "chat", "gpt", "x=1\n"),
                              key(body, "", "key:achat"),
                              key(body, "key:achat", "", "gpt"),
                              key(body, "key:", "achat")};
    CHECK(all.size() == 8);
    CHECK(key(R"({"messages":[1],"metadata":{"tags":["paid"]}})") != key(body));  // they choose deployments
    CHECK(key(R"({"messages":[1],"tags":["paid"]})") != key(body));
}

TEST_CASE("values of different types or shapes are different") {
    std::set<std::string> all;
    const char* values[] = {"1",
                            "1.0",
                            "\"1\"",
                            "true",
                            "null",
                            "[1]",
                            "[[1]]",
                            "{\"a\":1}",
                            "{\"a\":[1]}",
                            "{\"a\":1,\"b\":1}",
                            "[]",
                            "{}",
                            "\"\"",
                            "[1,2]",
                            "[2,1]",
                            "[\"1,2\"]",
                            "[\"1\",\"2\"]",
                            "[\"12\",\"\"]",
                            "-1",
                            "18446744073709551615",
                            "{\"a\":1,\"a\":2}",
                            "{\"a\":2,\"a\":1}",
                            "\"s\\u0000t\"",
                            "\"s\"",
                            "\"st\""};
    for (const char* value : values) all.insert(key(std::string("{\"x\":") + value + "}"));
    CHECK(all.size() == std::size(values));
}

TEST_CASE("where no stored answer can stand for a request there is no key") {
    for (const char* body :
         {"", "[]", "{", "{\"n\":123456789012345678901234567890}", "{\"previous_response_id\":\"r\"}",
          "{\"conversation\":{\"id\":\"c\"}}", "{\"background\":true}", "\"text\""})
        CHECK(key(body) == "none");
    CHECK(key("{\"x\":" + std::string(70, '[') + std::string(70, ']') + "}") == "none");
    CHECK(key("{\"background\":false,\"previous_response_id\":null}").size() == 64);
}

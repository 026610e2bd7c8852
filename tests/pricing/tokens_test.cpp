// Tokens: known encodings, counts of requests, time in proportion to the text. Exactness at large:
// reference_test.py.
#include "tokenizer/encoding.h"

#include <catch2/catch.hpp>

#include <chrono>

#include <sluice/json.hpp>

#include "token_answer.h"
#include "token_count.h"
#include "tokenizer/vocabulary_data.h"

using namespace pricing;

namespace {

using Tokens = std::vector<uint32_t>;

const Encoding& encoding(const char* name) {
    const auto* found = Encoding::named(name);
    REQUIRE(found);
    return *found;
}

double seconds(const Encoding& encoding, const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(encoding.count(text) > 0);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string answer(const char* body) {
    const Deployments none;
    const auto answer = tokenAnswer(body, {{"mine", "o200k_base"}}, none);
    return answer.fault.empty() ? answer.json : answer.fault;
}

size_t total(const char* body) {
    const sluice::JsonObject json(answer(body));
    return std::stoul(std::string(json.member("total_tokens").value_or("0")));
}

}  // namespace

TEST_CASE("tokens as tiktoken 0.14.0 has them") {
    const auto& cl100k = encoding("cl100k_base");
    CHECK(cl100k.encode("hello world") == Tokens{15339, 1917});
    CHECK(cl100k.encode("tiktoken is great!") == Tokens{83, 1609, 5963, 374, 2294, 0});
    CHECK(cl100k.encode("").empty());
    const auto& o200k = encoding("o200k_base");
    CHECK(o200k.encode("hello world") == Tokens{24912, 2375});
    CHECK(o200k.encode("").empty());
    CHECK(cl100k.count("<|endoftext|>") == 7);
    CHECK(Encoding::named("p50k_base") == nullptr);
}

TEST_CASE("bytes that are no UTF-8 are tokens, too") {
    for (const char* name : {"cl100k_base", "o200k_base"}) {
        CHECK(encoding(name).count("\xFF\xFE a\x80") >= 4);
        CHECK(encoding(name).count("\xC5") == 1);
        CHECK(encoding(name).count("'\xC5") == 2);
    }
}

TEST_CASE("time is in proportion to the text, whatever it is") {
    std::string noise;
    for (uint32_t i = 0, x = 1; i < 500'000; ++i)
        noise += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
    std::string words;
    for (uint32_t i = 0, x = 1; i < 500'000; ++i)
        words += i % 64 == 0 ? ' ' : static_cast<char>('a' + ((x = x * 1664525 + 1013904223) >> 24) % 26);
    const auto row = [](const char* unit, size_t size) {
        std::string text;
        while (text.size() < size) text += unit;
        return text;
    };
    for (const char* name : {"cl100k_base", "o200k_base"}) {
        (void)encoding(name).count("made");
        for (const std::string& text : {row("a", 500'000), row(" ", 500'000), row("ab", 500'000),
                                        row("\n ", 500'000), row("A", 500'000), row("\u65e5", 500'000),
                                        row("\u65e5"
                                            "AB",
                                            500'000),
                                        row("\u0301", 500'000), row("'s", 500'000), noise, words}) {
            CAPTURE(name, text.substr(0, 8));
            CHECK(seconds(encoding(name), text) <
                  5);  // a tenth of a second, but for sanitizers; what is quadratic takes minutes
        }
    }
}

TEST_CASE("a vocabulary that is none") {
    CHECK_FALSE(Vocabulary::open(""));
    CHECK_FALSE(Vocabulary::open("abcdefgh"));
    const auto whole = vocabularyBytes("cl100k_base");
    CHECK_FALSE(Vocabulary::open(whole.substr(0, whole.size() - 1)));
    CHECK(vocabularyBytes("p50k_base").empty());
}

TEST_CASE("the encoding of a model") {
    for (const char* model : {"gpt-4o", "openai/gpt-4o-mini-2024-07-18", "gpt-4.1", "gpt-5.4-nano", "o1-mini",
                              "o3", "o4-mini", "ft:gpt-4o:acme", "azure/gpt-5"})
        CHECK(encodingOf(model).name == "o200k_base");
    for (const char* model :
         {"gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "azure/gpt-35-turbo", "text-embedding-3-large"}) {
        CHECK(encodingOf(model).name == "cl100k_base");
        CHECK(encodingOf(model).exact);
    }
    CHECK_FALSE(encodingOf("claude-sonnet-4-5").exact);
}

TEST_CASE("messages as OpenAI's cookbook counts them") {
    // How_to_count_tokens_with_tiktoken: 129 for gpt-4, 124 for gpt-4o
    const std::string messages = R"("messages":[
      {"role":"system","content":"You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
      {"role":"system","name":"example_user","content":"New synergies will help drive top-line growth."},
      {"role":"system","name":"example_assistant","content":"Things working well together will increase revenue."},
      {"role":"system","name":"example_user","content":"Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."},
      {"role":"system","name":"example_assistant","content":"Let's talk later when we're less busy about how to do better."},
      {"role":"user","content":"This late pivot means we don't have time to boil the ocean for the client deliverable."}]})";
    CHECK(total(("{\"model\":\"gpt-4\"," + messages).c_str()) == 129);
    CHECK(total(("{\"model\":\"gpt-4o\"," + messages).c_str()) == 124);
}

TEST_CASE("the answer of /utils/token_counter") {
    CHECK(total(R"({"model":"gpt-4","prompt":"hello world"})") == 2);
    CHECK(total(R"({"model":"gpt-4","prompt":["hello world","hello world"]})") == 4);
    CHECK(total(R"({"model":"gpt-4","prompt":[1,2,3]})") == 3);
    CHECK(
        total(
            R"({"model":"gpt-4","messages":[{"role":"user","content":[{"type":"text","text":"hello world"}]}]})") ==
        3 + 1 + 2 + 3);
    CHECK(
        total(
            R"({"model":"gpt-4","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u","detail":"low"}}]}]})") ==
        3 + 1 + 85 + 3);
    CHECK(
        total(
            R"({"model":"gemini-2.5-pro","contents":[{"role":"user","parts":[{"text":"hello world"}]}]})") ==
        2);
    const sluice::JsonObject json(answer(R"({"model":"mine","prompt":"hello"})"));
    CHECK(json.textOf("request_model") == "mine");
    CHECK(json.textOf("model_used") == "mine");
    CHECK(json.textOf("tokenizer_type") == "openai_tokenizer");
    CHECK(json.member("estimated") == "false");
    CHECK(sluice::JsonObject(answer(R"({"model":"claude","prompt":"hello"})")).member("estimated") == "true");
    CHECK(answer("[]") == "the body is no JSON object");
    CHECK(answer(R"({"prompt":"x"})") == "model must be provided");
    CHECK(answer(R"({"model":"m"})") == "prompt or messages or contents must be provided");
    CHECK(answer(R"({"model":"m","messages":{}})") == "messages must be a list");
    std::string deep = R"({"model":"m","messages":[{"content":)";
    for (int i = 0; i < 100; ++i) deep += "[";
    for (int i = 0; i < 100; ++i) deep += "]";
    CHECK(total((deep + "}]}").c_str()) == 6);
}

TEST_CASE("what a conversation with tools has in it is counted") {
    const char* const call = R"({"model":"gpt-4","messages":[{"role":"assistant","content":null,
        "tool_calls":[{"id":"x","type":"function","function":{"name":"hello world","arguments":"hello world"}}]}]})";
    CHECK(total(call) == 3 + 1 + 4 + 3);
    CHECK(sluice::JsonObject(answer(call)).member("estimated") == "true");
    CHECK(total(R"({"model":"gpt-4","prompt":"","tools":[{"a":1}]})") > 3);
}

TEST_CASE("without a vocabulary four bytes are a token") {
    TokenCount count(nullptr, true);
    count.text("12345678");
    count.text("1");
    CHECK(count.tokens() == 3);
    CHECK(count.estimated());
}

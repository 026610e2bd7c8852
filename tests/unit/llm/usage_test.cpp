#include "llm/usage.h"

using namespace sluice::llm;

TEST_CASE("usage of whole answers", "[llm]") {
    struct Case {
        const char* body;
        Dialect dialect;
        uint64_t prompt, completion, total, cached, created, reasoning;
    };
    for (
        const auto& c : {
            Case{R"({"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}})", Dialect::OpenAI,
                 9, 12, 21, 0, 0, 0},
            {R"({"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":7}}})",
             Dialect::OpenAI, 9, 12, 21, 4, 0, 7},
            {R"({"usage":{"prompt_tokens":8,"total_tokens":8}})", Dialect::OpenAI, 8, 0, 8, 0, 0, 0},
            {R"({"usage":{"prompt_tokens":8,"completion_tokens":1}})", Dialect::OpenAI, 8, 1, 9, 0, 0, 0},
            {R"({"usage":{"input_tokens":5,"output_tokens":6,"total_tokens":11,"input_tokens_details":{"cached_tokens":2},"output_tokens_details":{"reasoning_tokens":3}}})",
             Dialect::OpenAIResponses, 5, 6, 11, 2, 0, 3},
            {R"({"usage":{"input_tokens":50,"output_tokens":4160,"total_tokens":4210}})", Dialect::OpenAI, 50,
             4160, 4210, 0, 0, 0},  // images
            {R"({"usage":{"input_tokens":10,"output_tokens":20,"cache_read_input_tokens":100,"cache_creation_input_tokens":30}})",
             Dialect::Anthropic, 140, 20, 160, 100, 30, 0},
            {R"({"usage":{"input_tokens":10,"output_tokens":20,"cache_read_input_tokens":null}})",
             Dialect::Anthropic, 10, 20, 30, 0, 0, 0},
            {R"({"input_tokens":14})", Dialect::Anthropic, 14, 0, 14, 0, 0, 0},  // count_tokens
        }) {
        CAPTURE(c.body);
        const auto usage = usageOfAnswer(c.body, c.dialect);
        CHECK(usage.known);
        CHECK(usage.prompt_tokens == c.prompt);
        CHECK(usage.completion_tokens == c.completion);
        CHECK(usage.total_tokens == c.total);
        CHECK(usage.cached_tokens == c.cached);
        CHECK(usage.cache_creation_tokens == c.created);
        CHECK(usage.reasoning_tokens == c.reasoning);
    }
}

TEST_CASE("no usage is not usage of nothing", "[llm]") {
    for (const char* body :
         {"", "not JSON", "[]", "1", "{}", R"({"usage":null})", R"({"usage":7})", R"({"usage":[1]})"}) {
        for (const auto dialect : {Dialect::OpenAI, Dialect::OpenAIResponses, Dialect::Anthropic}) {
            CAPTURE(body);
            CHECK_FALSE(usageOfAnswer(body, dialect).known);
        }
    }
    CHECK_FALSE(usageOfAnswer(R"({"input_tokens":14})", Dialect::OpenAI).known);
}

TEST_CASE("numbers that are none count as missing", "[llm]") {
    const auto usage = usageOfAnswer(
        R"({"usage":{"prompt_tokens":"9","completion_tokens":-3,"total_tokens":1.5}})", Dialect::OpenAI);
    CHECK(usage.prompt_tokens == 0);
    CHECK(usage.completion_tokens == 0);
    CHECK(usage.total_tokens == 0);
}

TEST_CASE("what has a price of its own is told apart", "[llm]") {
    const auto audio = usageOfAnswer(
        R"({"usage":{"prompt_tokens":30,"completion_tokens":20,"prompt_tokens_details":{"audio_tokens":11,"image_tokens":7},"completion_tokens_details":{"audio_tokens":13},"cost":0.00125}})",
        Dialect::OpenAI);
    CHECK(audio.audio_prompt_tokens == 11);
    CHECK(audio.image_prompt_tokens == 7);
    CHECK(audio.audio_completion_tokens == 13);
    CHECK(audio.provider_cost == 0.00125);
    const auto hour = usageOfAnswer(
        R"({"usage":{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}})",
        Dialect::Anthropic);
    CHECK(hour.cache_creation_tokens == 30);
    CHECK(hour.cache_creation_1h_tokens == 20);
    for (const char* nonsense : {R"(-1)", R"("x")", R"(1e9)"}) {
        const auto usage = usageOfAnswer(
            std::string(R"({"usage":{"prompt_tokens":1,"cost":)") + nonsense + "}}", Dialect::OpenAI);
        CHECK_FALSE(usage.provider_cost.has_value());
    }
    auto sum = audio;
    addUsage(hour, sum);
    CHECK(sum.cache_creation_1h_tokens == 20);
    CHECK(sum.provider_cost == 0.00125);
}

// Answers are not parsed for their usage where it can be seen from their end; what that finds is what a
// parser would find.
TEST_CASE("usage is the root's member and no other", "[llm]") {
    const auto prompt = [](const char* body) { return usageOfAnswer(body, Dialect::OpenAI).prompt_tokens; };
    CHECK(prompt(R"({"usage":{"prompt_tokens":3},"choices":[{"usage":{"prompt_tokens":99}}]})") == 3);
    CHECK(prompt(R"({"choices":[{"usage":{"prompt_tokens":99}}],"usage":{"prompt_tokens":3}})") == 3);
    CHECK(prompt(R"({"choices":[{"x":{"usage":{"prompt_tokens":99}}}]})") == 0);
    CHECK(
        prompt(
            R"({"x":"\"usage\":{\"prompt_tokens\":99}","usage" : {"prompt_tokens" : 3 } , "y":[1,{"a":"}"}] } )") ==
        3);
    CHECK(prompt(R"({"usage":{"prompt_tokens":3},"x":"say \"usage\": {\"prompt_tokens\":99}"})") == 3);
    CHECK(prompt(R"({"a \"usage":{"prompt_tokens":99},"usage":{"prompt_tokens":3}})") == 3);
    CHECK(prompt(R"({"usage":{"prompt_tokens":3},"a \"usage":{"prompt_tokens":99}})") == 3);
    CHECK(prompt(R"(["usage",{"usage":{"prompt_tokens":99}}])") == 0);
    CHECK(prompt(R"({"usage":{"prompt_tokens":3})") == 0);       // cut
    CHECK(prompt(R"({"usage":{"prompt_tokens":3}}x)") == 0);     // more behind it
    CHECK(prompt(R"({"usage":{"prompt_tokens":3},"y"})") == 0);  // no JSON
    CHECK(prompt(R"({"usage":{"prompt_tokens":3,"x":{"prompt_tokens":99}}})") == 3);
}

TEST_CASE("an answer that ends anywhere has no usage", "[llm]") {
    const std::string whole = R"({"usage":{"prompt_tokens" : 3, "a\"b":"c" , "d":{"e":[1]}} , "z" : "y"})";
    CHECK(usageOfAnswer(whole, Dialect::OpenAI).prompt_tokens == 3);
    for (size_t cut = 0; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        CHECK_FALSE(usageOfAnswer(whole.substr(0, cut), Dialect::OpenAI).known);
        std::string broken = whole;
        broken[cut] = ';';
        (void)usageOfAnswer(broken, Dialect::OpenAI);  // anything, but it comes back
    }
}

TEST_CASE("a usage with many members is read as well", "[llm]") {
    std::string body = R"({"usage":{)";
    for (int i = 0; i < 60; ++i) body += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    body += R"("prompt_tokens":3}})";
    CHECK(usageOfAnswer(body, Dialect::OpenAI).prompt_tokens == 3);
    const std::string far = R"({"usage":{"prompt_tokens":3},"z":")" + std::string(5000, 'z') + "\"}";
    CHECK(usageOfAnswer(far, Dialect::OpenAI).prompt_tokens == 3);
}

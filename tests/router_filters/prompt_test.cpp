// Prompts: their size, what is in them, what they need; context windows and capabilities.
#include "prompt.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

Prompt ofMessages(const std::string& json) {
    PromptMembers members;
    members.messages = json;
    return readPrompt(members, true);
}

}  // namespace

TEST_CASE("what counts as text") {
    struct Case {
        const char* messages;
        uint64_t bytes;
        bool image, audio;
    };
    const Case cases[] = {
        {R"([{"role":"user","content":"12345678"}])", 8, false, false},
        {R"([{"role":"user","content":[{"type":"text","text":"1234"},{"type":"text","text":"5678"}]}])", 8,
         false, false},
        {R"([{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAA"}}]}])", 0,
         true, false},
        {R"([{"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}])",
         0, true, false},
        {R"([{"content":[{"type":"input_image","image_url":"https://x/y"}]}])", 0, true, false},
        {R"([{"content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}])", 0, false,
         true},
        {R"([{"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}])",
         7, false, false},
        {R"([{"content":[{"type":"tool_use","input":{"type":"image","q":"1234"}}]}])", 9, false, false},
        {R"([{"content":"a\nb"}])", 3, false, false},
        {R"([{"content":"\u00e9\\\""}])", 5, false, false},
        {R"("12345")", 5, false, false},
        {R"(["123","12345","1"])", 5, false, false},
        {R"([1,2,3])", 0, false, false},
        {R"([[1,2],[3]])", 0, false, false},
        {R"(null)", 0, false, false},
        {R"(7)", 0, false, false},
        {R"({"a":)", 0, false, false},
        {R"([{"content":[[[[["1234"]]]]]}])", 4, false, false},
        {R"([{"type":"image"}])", 0, true, false},
        {R"([{"type":["image"]}])", 0, true, false},
        {R"([{"content":"type","note":"image"}])", 9, false, false},
        {R"(["\)", 0, false, false},
    };
    for (const auto& c : cases) {
        INFO(c.messages);
        const Prompt prompt = ofMessages(c.messages);
        CHECK(prompt.text_bytes == c.bytes);
        CHECK(prompt.image == c.image);
        CHECK(prompt.audio == c.audio);
    }
}

TEST_CASE("tools, system prompts and instructions count, too") {
    const PromptMembers members{R"([{"a":1}])", "[]", R"([{"type":"text","text":"1234"}])", R"("12")",
                                R"("123")"};
    CHECK(readPrompt(members, false).text_bytes == 9 + 2 + 4 + 2 + 3);
    CHECK(readPrompt({}, true).text_bytes == 0);
}

TEST_CASE("deep JSON is read to a depth, and counted below it") {
    const std::string deep = std::string(50'000, '[') + "\"1234\"" + std::string(50'000, ']');
    CHECK(ofMessages("[{\"content\":" + deep + "}]").text_bytes > 4);
    CHECK(ofMessages(deep).messages == 1);
}

TEST_CASE("a beginning is the same, however it is written") {
    const auto hashOfFirst = [](const std::string& first) {
        return ofMessages("[" + first + R"(,{"role":"user","content":"x"}])").at(1).hash;
    };
    const uint64_t plain = hashOfFirst(R"({"role":"system","content":"S"})");
    CHECK(plain == hashOfFirst(R"({ "role" : "system", "content" : [ {"type":"text","text":"S"} ] })"));
    CHECK(
        plain ==
        hashOfFirst(
            R"({"role":"system","content":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}]})"));
    CHECK(plain != hashOfFirst(R"({"role":"system","content":"T"})"));
    CHECK(plain != hashOfFirst(R"({"role":"user","content":"S"})"));
    CHECK(ofMessages(R"([{"content":"a","cache_control":{}},{"content":"b"}])").cached == 1);
    CHECK(ofMessages(R"([{"content":"a"},{"content":"b"}])").cached == 0);
}

TEST_CASE("a prompt goes where it fits") {
    struct Case {
        size_t bytes;
        const char* left;
    };
    const Case cases[] = {{0, "a b c"}, {400, "a b c"}, {403, "a b c"},
                          {404, "b c"}, {4'000, "b c"}, {4'004, "c"}};
    for (const auto& c : cases) {
        INFO(c.bytes);
        FakeHost host;
        auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
        auto small = deployment("a"), large = deployment("b");
        small.max_input_tokens = 100;
        large.max_input_tokens = 1'000;
        FakeCandidates three{small, large, deployment("c")};
        auto request = host.request(R"({"model":"gpt","messages":[{"role":"user","content":")" +
                                    std::string(c.bytes, 'x') + "\"}]}");
        CHECK(plugin.route(request, three).continued());
        CHECK(left(three, 3) == c.left);
        if (c.bytes == 404) CHECK(three.dropReason(0) == "its context window of 100 tokens is too small");
        FakeCandidates two{small, large};
        const bool refused = plugin.route(request, two).blocked();
        CHECK(refused == (c.bytes > 4'003));
        if (!refused) continue;
        CHECK(left(two, 2) == "a b");
        CHECK(request.blockStatus() == 400);
        CHECK(request.blockCode() == "context_length_exceeded");
        CHECK(request.blockMessage() ==
              "The prompt has about 1001 tokens, more than any deployment of the model gpt takes. Limits: "
              "100, 1000");
    }
}

TEST_CASE("images are large, and not in tokens") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    auto small = deployment("a");
    small.max_input_tokens = 100;
    FakeCandidates given{small, deployment("b")};
    auto request = host.request(R"({"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:,)" +
                                std::string(100'000, 'A') + R"("}}]}]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 2) == "a b");
}

TEST_CASE("a request goes where it can be served") {
    struct Case {
        const char *body, *left;
    };
    // a can all but nothing is known of it, b sees no images, c knows no tools, d no schemas, e no sound.
    const Case cases[] = {
        {R"({"messages":[{"content":"x"}]})", "a b c d e"},
        {R"({"messages":[{"content":[{"type":"image_url","image_url":{"url":"u"}}]}]})", "a c d e"},
        {R"({"messages":[{"content":[{"type":"image","source":{}}]}]})", "a c d e"},
        {R"({"input":[{"content":[{"type":"input_image"}]}]})", "a c d e"},
        {R"({"tools":[{}]})", "a b d e"},
        {R"({"functions":[{}]})", "a b d e"},
        {R"({"tools":[]})", "a b c d e"},
        {R"({"tools":null})", "a b c d e"},
        {R"({"tools":"x"})", "a b c d e"},
        {R"({"tools":{"a":1}})", "a b c d e"},
        {R"({"response_format":{"type":"json_schema","json_schema":{}}})", "a b c e"},
        {R"({"response_format":{"type":"json_object"}})", "a b c d e"},
        {R"({"response_format":"json_schema"})", "a b c d e"},
        {R"({"text":{"format":{"type":"json_schema"}}})", "a b c e"},
        {R"({"messages":[{"content":[{"type":"input_audio","input_audio":{}}]}]})", "a b c d"},
        {R"({"tools":[{}],"messages":[{"content":[{"type":"image"},{"type":"input_audio"}]}],
             "response_format":{"type":"json_schema"}})",
         "a"},
    };
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    for (const auto& c : cases) {
        INFO(c.body);
        FakeCandidates given{
            deployment("a", "{}", R"({"supports_vision":null,"supports_audio_input":true})"),
            deployment("b", "{}", R"({"supports_vision":false})"),
            deployment("c", "{}", R"({"supports_function_calling":false})"),
            deployment("d", "{}", R"({"supports_response_schema":false})"),
            deployment("e", "{}", R"({"supports_audio_input":false,"supports_vision":"false"})")};
        auto request = host.request(c.body);
        CHECK(plugin.route(request, given).continued());
        CHECK(left(given, 5) == c.left);
    }
    FakeCandidates blind{deployment("x", "{}", R"({"supports_vision":false})")};
    auto request = host.request(R"({"model":"gpt","messages":[{"content":[{"type":"image"}]}]})");
    REQUIRE(plugin.route(request, blind).blocked());
    CHECK(request.blockStatus() == 400);
    CHECK(request.blockMessage() ==
          "No deployment of the model gpt takes all that this request needs: images (supports_vision)");
}

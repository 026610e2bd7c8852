// Rows of subscribers between the events of an upstream and those of a client.
#include "gateway/filtering.h"

#include <random>

using namespace sluice;
using namespace sluice::test;
using llm::Operation;

namespace {

const std::string kText = "Call 555-1234 now: 555-1234, not 555-12 or \u00e9\u4f60\u597d \U0001f600 555-1234";
const std::string kWanted = "Call [PHONE] now: [PHONE], not 555-12 or \u00e9\u4f60\u597d \U0001f600 [PHONE]";

// Cuts between characters, at random.
std::vector<std::string> cut(const std::string& text, std::mt19937& random) {
    std::vector<std::string> pieces(1);
    for (const char c : text) {
        const bool start = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (start && !pieces.back().empty() && random() % 3 == 0) pieces.emplace_back();
        pieces.back() += c;
    }
    return pieces;
}

}  // namespace

TEST_CASE("a rewriting plugin sees across chunks, and events that nobody changed stay as they came",
          "[gateway]") {
    FakePlugin phone;
    HostWorld world;
    world.add(with(phone, wish(SLUICE_STREAM_REWRITE), replaces("555-1234", "[PHONE]")));
    Stream stream(world);
    const std::string odd = R"({ "choices" : [{"delta":{"content":"plain"}, "index":0}] , "x":1.50})";
    REQUIRE(stream.event(odd));
    CHECK(stream.out == "data: " + odd + "\n\n");
    REQUIRE(stream.event(chat(" 555-")));
    CHECK(stream.text() == "plain");
    REQUIRE(stream.event(std::string(
        R"({"choices":[{"index":0,"delta":{"content":"1234 b"},"logprobs":{"content":[]}}],"n":1e2})")));
    REQUIRE(stream.event(finish()));
    REQUIRE(stream.event(std::string("[DONE]")));
    CHECK(stream.text() == "plain [PHONE] b");
    // Same events, same order; what repeats the text elsewhere has gone, every other byte has not.
    CHECK(stream.out.find(R"("content":" b"},"logprobs":null}],"n":1e2})") != std::string::npos);
    CHECK(stream.out.substr(stream.out.size() - 14) == "data: [DONE]\n\n");
    const auto& verdicts = world.request.verdicts;
    CHECK(std::any_of(verdicts.begin(), verdicts.end(),
                      [](const auto& v) { return v.verdict == std::string("modified"); }));
}

TEST_CASE("what comes out does not depend on how the upstream cut its chunks", "[gateway]") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        FakePlugin phone, sentences, watcher;
        std::string watched;
        auto slow = wish(SLUICE_STREAM_GATE);
        slow.granularity = static_cast<int32_t>(random() % 4);
        HostWorld world;
        // The answer passes them from the last to the first.
        world.add(with(watcher, wish(SLUICE_STREAM_OBSERVE),
                       [&](sluice_ctx*, const sluice_stream_event& event, sluice_stream_action&) {
                           watched += host::view(event.text);
                           return SLUICE_CONTINUE;
                       }));
        world.add(with(sentences, slow, [](sluice_ctx*, const sluice_stream_event&, sluice_stream_action&) {
            return SLUICE_CONTINUE;
        }));
        world.add(with(phone, wish(SLUICE_STREAM_REWRITE), replaces("555-1234", "[PHONE]")));
        Stream stream(world);
        for (const auto& piece : cut(kText, random)) REQUIRE(stream.event(chat(piece)));
        REQUIRE(stream.event(finish()));
        REQUIRE(stream.event(std::string("[DONE]")));
        CHECK(stream.text() == kWanted);
        CHECK(watched == kWanted);
    }
}

TEST_CASE("the next plugin sees only what the one before released", "[gateway]") {
    FakePlugin first, second;
    HostWorld world;
    world.add(with(second, wish(SLUICE_STREAM_REWRITE), replaces("bc", "!")));
    world.add(with(first, wish(SLUICE_STREAM_REWRITE), replaces("xx", "b")));
    Stream stream(world);
    for (const char* piece : {"ax", "xc", "x", "c"}) REQUIRE(stream.event(chat(piece)));
    REQUIRE(stream.event(finish()));
    CHECK(stream.text() == "a!xc");
}

TEST_CASE("choices and lanes are texts of their own", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE, SLUICE_LANE_TEXT | SLUICE_LANE_TOOL_ARGS),
                   replaces("ab", "X")));
    Stream stream(world);
    REQUIRE(stream.event(chat("a", 0)));
    REQUIRE(stream.event(chat("b", 1)));
    REQUIRE(stream.event(chat("b", 0)));
    const auto call = [](uint32_t index, const char* args) {
        return json{
            {"choices",
             {{{"index", 0},
               {"delta", {{"tool_calls", {{{"index", index}, {"function", {{"arguments", args}}}}}}}}}}}};
    };
    REQUIRE(stream.event(call(0, "a")));
    REQUIRE(stream.event(call(1, "b")));
    REQUIRE(stream.event(call(0, "b")));
    REQUIRE(stream.event(std::string("[DONE]")));
    std::string texts[2], args[2];
    for (const auto& chunk : stream.chunks()) {
        const auto& choice = chunk["choices"][0];
        texts[choice["index"].get<int>()] += choice["delta"].value("content", "");
        for (const auto& one : choice["delta"].value("tool_calls", json::array()))
            args[one["index"].get<int>()] += one["function"]["arguments"].get<std::string>();
    }
    CHECK(texts[0] == "X");
    CHECK(texts[1] == "b");
    CHECK(args[0] == "X");
    CHECK(args[1] == "b");
}

TEST_CASE("Anthropic: the end of a block lets go what was held of it", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE), replaces("secret", "***")));
    Stream stream(world, Operation::Messages);
    const auto delta = [](int block, const char* text) {
        return json{{"type", "content_block_delta"},
                    {"index", block},
                    {"delta", {{"type", "text_delta"}, {"text", text}}}};
    };
    REQUIRE(stream.event(delta(0, "a sec")));
    CHECK(stream.out.empty());
    REQUIRE(stream.event(json{{"type", "content_block_stop"}, {"index", 0}}));
    CHECK(stream.chunks().size() == 2);
    REQUIRE(stream.event(delta(1, "a sec")));
    REQUIRE(stream.event(delta(1, "ret")));
    REQUIRE(stream.event(json{{"type", "content_block_stop"}, {"index", 1}}));
    CHECK(stream.chunks()[2]["delta"]["text"] == "a ***");
    CHECK(stream.chunks()[3]["delta"]["text"] == "");
}

TEST_CASE("responses: the text that events repeat at the end is changed as well", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE), replaces("secret", "***")));
    Stream stream(world, Operation::Responses);
    for (const char* piece : {"the se", "cret is"})
        REQUIRE(stream.event(json{{"type", "response.output_text.delta"},
                                  {"output_index", 0},
                                  {"content_index", 0},
                                  {"delta", piece}}));
    const json part{{"type", "output_text"}, {"text", "the secret is"}, {"logprobs", {1}}};
    const json item{{"type", "message"}, {"content", {part}}};
    // This one was never sent as a delta.
    const json unseen{{"type", "message"}, {"content", {{{"type", "output_text"}, {"text", "secrets"}}}}};
    REQUIRE(stream.event(json{{"type", "response.output_text.done"},
                              {"output_index", 0},
                              {"content_index", 0},
                              {"text", "the secret is"}}));
    REQUIRE(stream.event(json{
        {"type", "response.content_part.done"}, {"output_index", 0}, {"content_index", 0}, {"part", part}}));
    REQUIRE(stream.event(json{{"type", "response.output_item.done"}, {"output_index", 0}, {"item", item}}));
    REQUIRE(stream.event(json{{"type", "response.completed"}, {"response", {{"output", {item, unseen}}}}}));
    CHECK(stream.out.find("secret") == std::string::npos);
    const auto last = stream.chunks().back()["response"]["output"];
    CHECK(last[0]["content"][0]["text"] == "the *** is");
    CHECK(last[0]["content"][0]["logprobs"] == json::array());
    CHECK(last[1]["content"][0]["text"] == "***s");
    CHECK(stream.chunks().size() == 6);
}

TEST_CASE("an event that nobody changed stays as it came, however its text is written", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE), replaces("secret", "***")));
    Stream stream(world);
    std::string all;
    for (const char* literal :
         {"plain", "two\\nlines", "\\u00e9", "\\\"", "\\\\", "a\\/b", "", "\\ud83d\\ude00"}) {
        const std::string data = R"({"choices":[{"delta":{"content":")" + std::string(literal) + R"("}}]})";
        REQUIRE(stream.event(data));
        all += "data: " + data + "\n\n";
    }
    // Of a name that stands twice the one or the other counts, as the client's reader has it.
    const std::string twice = R"({"choices":[{"delta":{"content":"one","content":"two"}}]})";
    REQUIRE(stream.event(twice));
    CHECK(stream.out == all + "data: " + twice + "\n\n");
}

TEST_CASE("text that is written with escapes is changed where it stands", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE), replaces("a\"b", "x\\y")));
    Stream stream(world);
    REQUIRE(stream.event(std::string(R"({"choices":[{"delta":{"content":"<a"}}]})")));
    REQUIRE(stream.event(std::string(R"({"choices":[{"delta":{"content":"\u0022b>"}}]})")));
    REQUIRE(stream.event(std::string("[DONE]")));
    CHECK(stream.text() == "<x\\y>");
    CHECK(stream.out.find(R"("content":"<x\\y")") != std::string::npos);
    CHECK(stream.out.find(R"("content":">")") != std::string::npos);
}

TEST_CASE("texts outside of the lanes go with their events, also while others wait", "[gateway]") {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE), replaces("secret", "***")));
    (void)world.start().preCall();
    gateway::StreamFilter filter(world.runner(), world.request);
    llm::StreamReader reader(Operation::Chat);
    reader.lookEverywhere();
    std::string out;
    const auto event = [&](const std::string& data) {
        const std::string raw = "data: " + data + "\n\n";
        const llm::SseEvent one{raw, std::string_view(raw).substr(6, data.size()), {}, true};
        (void)reader.read(one, true);
        REQUIRE(filter.take(one, reader.texts(), SLUICE_END_NOT_YET, out));
    };
    for (int i = 0; i < 3; ++i) {
        event(R"({"choices":[{"delta":{"content":"a sec"}}],"note":"the secret )" + std::to_string(i) +
              "\"}");
        event(R"({"choices":[{"delta":{"content":"ret "}}],"note":"nothing"})");
    }
    REQUIRE(filter.end(SLUICE_END_OK, out));
    CHECK(out.find("secret") == std::string::npos);
    for (int i = 0; i < 3; ++i) {
        const auto at = out.find(R"("content":"a ***"}}],"note":"the *** )" + std::to_string(i) + "\"");
        CHECK(at != std::string::npos);
    }
}

// Rows of subscribers between the events of an upstream and those of a client.
#include "gateway/stream_filter.h"

#include <random>

#include "llm/stream_reader.h"
#include "plugin_host/host_world.h"

using namespace sluice;
using gateway::StreamFilter;
using llm::Operation;
using nlohmann::json;
using test::FakePlugin;
using test::HostWorld;

namespace {

sluice_subscription wish(int32_t mode, uint32_t lanes = SLUICE_LANE_TEXT) {
    sluice_subscription s{};
    s.size = sizeof s;
    s.lanes = lanes;
    s.mode = mode;
    return s;
}

// Subscribes in pre_call.
FakePlugin& with(FakePlugin& plugin, const sluice_subscription& wanted, FakePlugin::StreamHook hook) {
    return plugin
        .preCall([wanted](sluice_ctx* ctx) {
            CHECK(host::kHostStream.subscribe(ctx, &wanted) == SLUICE_OK);
            return SLUICE_CONTINUE;
        })
        .onStream(std::move(hook));
}

// Replaces every `word`, which may lie across chunks: holds what could be its beginning.
FakePlugin::StreamHook replaces(std::string word, std::string by) {
    return [word, by](sluice_ctx* ctx, const sluice_stream_event& event, sluice_stream_action& action) {
        const auto window = host::view(event.window);
        size_t done = 0;
        for (size_t at; (at = window.find(word, done)) != std::string_view::npos; done = at + word.size())
            CHECK(host::kHostStream.replace(ctx, at, word.size(), host::str(by)) == SLUICE_OK);
        size_t keep = std::min(word.size() - 1, window.size() - done);
        while (keep > 0 && window.substr(window.size() - keep) != word.substr(0, keep)) --keep;
        action.release = window.size() - keep;
        return SLUICE_CONTINUE;
    };
}

// One stream through a row of plugins.
class Stream {
public:
    explicit Stream(HostWorld& world, Operation operation = Operation::Chat)
        : reader_(operation), runner_(world.start()) {
        (void)runner_.preCall();
        filter_.emplace(runner_, world.request);
    }
    base::Status event(const std::string& data) {
        const std::string raw = "data: " + data + "\n\n";
        const llm::SseEvent event{raw, data, {}, true};
        std::vector<llm::EventText> texts;
        const auto kind = reader_.read(event, &texts);
        return filter_->take(event, texts,
                             kind == llm::StreamReader::Kind::Terminal ? SLUICE_END_OK : SLUICE_END_NOT_YET,
                             out);
    }
    base::Status event(const json& data) { return event(data.dump()); }
    StreamFilter& filter() { return *filter_; }

    // The text of the chat events that came out.
    std::string text() const {
        std::string all;
        for (const auto& chunk : chunks()) {
            for (const auto& choice : chunk["choices"]) all += choice["delta"].value("content", "");
        }
        return all;
    }
    std::vector<json> chunks() const {
        std::vector<json> all;
        std::istringstream lines(out);
        for (std::string line; std::getline(lines, line);) {
            if (line.size() > 6 && line != "data: [DONE]") all.push_back(json::parse(line.substr(6)));
        }
        return all;
    }
    std::string out;

private:
    llm::StreamReader reader_;
    host::Runner& runner_;
    std::optional<StreamFilter> filter_;
};

json chat(const std::string& text, uint32_t choice = 0) {
    return {{"choices", {{{"index", choice}, {"delta", {{"content", text}}}}}}};
}
json finish() {
    return {{"choices", {{{"index", 0}, {"delta", json::object()}, {"finish_reason", "stop"}}}}};
}

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

TEST_CASE("too much held: released with a verdict, or stopped", "[gateway]") {
    for (const int32_t policy : {SLUICE_HOLD_RELEASE, SLUICE_HOLD_ABORT}) {
        FakePlugin plugin;
        auto wanted = wish(SLUICE_STREAM_GATE);
        wanted.max_hold_bytes = 10;
        wanted.hold_policy = policy;
        HostWorld world;
        world.add(
            with(plugin, wanted, [](sluice_ctx*, const sluice_stream_event&, sluice_stream_action& action) {
                action.release = 0;
                return SLUICE_CONTINUE;
            }));
        Stream stream(world);
        REQUIRE(stream.event(chat("0123456789")));
        CHECK(stream.out.empty());
        CHECK(stream.event(chat("x")).has_value() == (policy == SLUICE_HOLD_RELEASE));
        CHECK(stream.text() == (policy == SLUICE_HOLD_RELEASE ? "0123456789x" : ""));
        CHECK(world.lastVerdict().verdict == std::string("not_scanned"));
    }
}

TEST_CASE("too long held: the clock runs for the oldest text", "[gateway]") {
    FakePlugin plugin;
    auto wanted = wish(SLUICE_STREAM_GATE);
    wanted.max_hold_ms = 1;
    wanted.hold_policy = SLUICE_HOLD_RELEASE;
    HostWorld world;
    world.add(with(plugin, wanted, [](sluice_ctx*, const sluice_stream_event&, sluice_stream_action& action) {
        action.release = 0;
        return SLUICE_CONTINUE;
    }));
    Stream stream(world);
    CHECK(stream.filter().deadline() == base::kNever);
    REQUIRE(stream.event(chat("x")));
    const auto deadline = stream.filter().deadline();
    CHECK(deadline < base::kNever);
    REQUIRE(stream.event(chat("y")));
    CHECK(stream.filter().deadline() == deadline);
    while (base::Clock::now() < deadline) continue;
    REQUIRE(stream.filter().expire(stream.out));
    CHECK(stream.text() == "xy");
    CHECK(stream.filter().deadline() == base::kNever);
}

TEST_CASE("an end is told once for each text, and lets everything go", "[gateway]") {
    FakePlugin plugin;
    std::string told;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_GATE, SLUICE_LANE_TEXT | SLUICE_LANE_META),
                   [&](sluice_ctx*, const sluice_stream_event& event, sluice_stream_action& action) {
                       if (event.end != SLUICE_END_NOT_YET)
                           told += std::to_string(event.lane) + ":" + std::to_string(event.end) + " ";
                       action.release = 0;
                       return SLUICE_CONTINUE;
                   }));
    Stream stream(world);
    REQUIRE(stream.event(chat("held")));
    CHECK(stream.out.empty());
    REQUIRE(stream.filter().end(SLUICE_END_TRUNCATED, stream.out));
    REQUIRE(stream.filter().end(SLUICE_END_TRUNCATED, stream.out));
    CHECK(stream.text() == "held");
    CHECK(told == "1:2 16:2 ");
}

TEST_CASE("edits that make no sense are refused", "[gateway]") {
    FakePlugin plugin;
    std::vector<sluice_status> said;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE),
                   [&](sluice_ctx* ctx, const sluice_stream_event& event, sluice_stream_action&) {
                       const auto replace = [&](uint64_t start, uint64_t length, std::string_view text) {
                           said.push_back(host::kHostStream.replace(ctx, start, length, host::str(text)));
                       };
                       if (event.end != SLUICE_END_NOT_YET) {
                           replace(0, 0, "more");  // no event is left to carry it
                           return SLUICE_CONTINUE;
                       }
                       replace(1, 1, "x");           // half a character
                       replace(0, 9, "x");           // beyond the window
                       replace(0, 1, "\xff");        // no UTF-8
                       replace(2, UINT64_MAX, "x");  // overflow
                       replace(0, 2, "e");           // fine
                       replace(1, 1, "x");           // goes back
                       return SLUICE_CONTINUE;
                   }));
    Stream stream(world);
    REQUIRE(stream.event(chat("\u00e9t")));
    REQUIRE(stream.event(finish()));
    CHECK(stream.text() == "et");
    const auto bad = SLUICE_E_INVALID;
    CHECK(said == std::vector<sluice_status>{bad, bad, bad, bad, SLUICE_OK, bad, bad});
}

TEST_CASE("a plugin that does not know what it releases has failed", "[gateway]") {
    for (const auto mode : {config::FailMode::Open, config::FailMode::Closed}) {
        FakePlugin plugin;
        config::PluginInstance settings;
        settings.on_error = mode;
        HostWorld world;
        world.add(with(plugin, wish(SLUICE_STREAM_REWRITE),
                       [](sluice_ctx* ctx, const sluice_stream_event&, sluice_stream_action& action) {
                           CHECK(host::kHostStream.replace(ctx, 0, 2, {"x", 1}) == SLUICE_OK);
                           action.release = 1;
                           return SLUICE_CONTINUE;
                       }),
                  settings);
        Stream stream(world);
        CHECK(stream.event(chat("abc")).has_value() == (mode == config::FailMode::Open));
        CHECK(stream.text() == (mode == config::FailMode::Open ? "abc" : ""));
    }
}

TEST_CASE("a long stream does not pile up verdicts", "[gateway]") {
    for (const sluice_verdict verdict : {SLUICE_CONTINUE, SLUICE_NOT_SCANNED, SLUICE_FAILED}) {
        FakePlugin plugin;
        config::PluginInstance settings;
        settings.on_error = config::FailMode::Open;
        HostWorld world;
        world.add(with(plugin, wish(SLUICE_STREAM_OBSERVE),
                       [verdict](sluice_ctx*, const sluice_stream_event&, sluice_stream_action&) {
                           return verdict;
                       }),
                  settings);
        Stream stream(world);
        for (int i = 0; i < 500; ++i) REQUIRE(stream.event(chat("x")));
        REQUIRE(stream.event(std::string("[DONE]")));
        CHECK(world.request.verdicts.size() <= 4);
        CHECK(stream.text().size() == 500);
    }
}

TEST_CASE("grains: where units end", "[gateway]") {
    CHECK(host::wholeUnits("ab cd", 0, SLUICE_GRAIN_ARRIVAL) == 5);
    CHECK(host::wholeUnits("ab cd", 0, SLUICE_GRAIN_WORD) == 3);
    CHECK(host::wholeUnits("abcd", 0, SLUICE_GRAIN_WORD) == 0);
    CHECK(host::wholeUnits("a b\ncd", 0, SLUICE_GRAIN_LINE) == 4);
    CHECK(host::wholeUnits("It is. So", 0, SLUICE_GRAIN_SENTENCE) == 7);
    CHECK(host::wholeUnits("pi is 3.14 or", 0, SLUICE_GRAIN_SENTENCE) == 0);
    CHECK(host::wholeUnits("\u4f60\u597d\u3002\u4f60", 0, SLUICE_GRAIN_SENTENCE) == 9);
    CHECK(host::wholeUnits("\u4f60\u597d\u3002", 8, SLUICE_GRAIN_SENTENCE) == 9);
    CHECK(host::wholeUnits("a b", 3, SLUICE_GRAIN_WORD) == 0);
}

TEST_CASE("an event gets other data, its other lines stay", "[gateway]") {
    CHECK(gateway::withData("event: x\ndata: old\nid: 1\n\n", "new") == "event: x\ndata: new\nid: 1\n\n");
    CHECK(gateway::withData("data:a\r\ndata: b\r\n\r\n", "1\n2") == "data: 1\r\ndata: 2\r\n\r\n");
    CHECK(gateway::withData("data: x", "y") == "data: y");
}

// Streams: what is held for too much or too long, ends, and plugins that do not know what they do.
#include "gateway/event_edits.h"
#include "gateway/filtering.h"

using namespace sluice;
using namespace sluice::test;
using llm::Operation;

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

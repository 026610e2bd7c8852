// Recorded streams through a row of subscribers.
#include "gateway/filtering.h"
#include "llm/recordings.h"
#include "llm/sse.h"

#include <random>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr uint32_t kAll =
    SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;

// Holds the last bytes back, as a guard does that looks for something long.
FakePlugin::StreamHook keepsTail() {
    return [](sluice_ctx*, const sluice_stream_event& event, sluice_stream_action& action) {
        const auto window = host::view(event.window);
        size_t release = window.size() - std::min<size_t>(window.size(), 30);
        while (release > 0 && (static_cast<unsigned char>(window[release]) & 0xC0) == 0x80) --release;
        action.release = release;
        return SLUICE_CONTINUE;
    };
}

// `parse_each`: no event is known again by its bytes. `pieces`: 0 = the stream comes whole.
std::string through(const Recording& recording, const FakePlugin::StreamHook& hook, bool parse_each,
                    unsigned pieces) {
    FakePlugin plugin;
    HostWorld world;
    world.add(with(plugin, wish(SLUICE_STREAM_REWRITE, kAll), hook));
    (void)world.start().preCall();
    gateway::StreamFilter filter(world.runner(), world.request);
    llm::SseSplitter splitter(SIZE_MAX);
    llm::StreamReader reader(recording.operation);
    std::mt19937 random(pieces);
    const std::string stream = recording.stream + "\n\n";
    std::string out;
    for (size_t at = 0, size = 0; at < stream.size(); at += size) {
        size = pieces == 0 ? stream.size() : 1 + random() % pieces;
        splitter.feed(std::string_view(stream).substr(at, size));
        llm::SseEvent event;
        while (splitter.next(event)) {
            llm::StreamReader fresh(recording.operation);
            auto& reads = parse_each ? fresh : reader;
            const auto kind = reads.read(event, true);
            REQUIRE(kind != llm::StreamReader::Kind::Malformed);
            REQUIRE(filter.take(event, reads.texts(), SLUICE_END_NOT_YET, out));
        }
    }
    REQUIRE(filter.end(SLUICE_END_OK, out));
    return out;
}

}  // namespace

TEST_CASE("recorded streams: what nobody changes goes out byte by byte, however it came", "[gateway][data]") {
    const auto all = recordings();
    if (!all) return;
    for (const auto& recording : *all) {
        if (!recording.known) continue;
        CAPTURE(recording.id);
        for (const unsigned pieces : {0u, 7u, 400u}) {
            const auto out = through(recording, keepsTail(), false, pieces);
            CHECK(out == (recording.stream + "\n\n").substr(0, out.size()));
            CHECK(out.size() >= recording.stream.size());
        }
    }
}

TEST_CASE("recorded streams: a change comes out the same, parsed or known again, however it came",
          "[gateway][data]") {
    const auto all = recordings();
    if (!all) return;
    for (const auto& recording : *all) {
        if (!recording.known) continue;
        CAPTURE(recording.id);
        for (const char* word : {"e", "the", "o "}) {
            const auto slow = through(recording, replaces(word, "[\"***\"]"), true, 0);
            for (const unsigned pieces : {0u, 7u, 400u})
                CHECK(through(recording, replaces(word, "[\"***\"]"), false, pieces) == slow);
        }
    }
}

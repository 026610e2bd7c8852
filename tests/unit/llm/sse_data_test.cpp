// data/sse: 78 recorded streams, cut in all ways: no byte is lost, and the events are always the same.
#include "llm/recordings.h"
#include "llm/sse.h"

using namespace sluice;
using llm::SseEvent;
using llm::SseSplitter;

namespace {

constexpr size_t kEveryCutMax = 3'000;

struct Cut {
    std::vector<std::string> raw, data;
    std::string partial;
    bool operator==(const Cut&) const = default;
};

void feed(SseSplitter& splitter, std::string_view piece, Cut& cut) {
    splitter.feed(piece);
    SseEvent event;
    while (splitter.next(event)) {
        cut.raw.emplace_back(event.raw);
        cut.data.emplace_back(event.data);
    }
    cut.partial = splitter.partial();
}

Cut cutAt(std::string_view text, size_t at) {
    SseSplitter splitter(SIZE_MAX);
    Cut cut;
    feed(splitter, text.substr(0, at), cut);
    feed(splitter, text.substr(at), cut);
    return cut;
}

Cut cutEvery(std::string_view text, size_t step) {
    SseSplitter splitter(SIZE_MAX);
    Cut cut;
    for (size_t at = 0; at < text.size(); at += step) feed(splitter, text.substr(at, step), cut);
    return cut;
}

std::string joined(const Cut& cut) {
    std::string all;
    for (const auto& raw : cut.raw) all += raw;
    return all + cut.partial;
}

}  // namespace

TEST_CASE("recorded streams: whole, in bytes, and cut anywhere", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    CHECK(all->size() == 78);
    for (const auto& recording : *all) {
        for (const std::string line_end : {"\n", "\r\n", "\r"}) {
            if (recording.chunks.empty() && line_end != "\n") continue;
            const std::string stream =
                recording.chunks.empty() ? recording.stream : test::rendered(recording.chunks, line_end);
            CAPTURE(recording.id, line_end.size());
            const Cut whole = cutAt(stream, 0);
            CHECK(joined(whole) == stream);
            if (!recording.chunks.empty()) {
                auto data = recording.chunks;
                // The end of the last event is not sure before the byte behind its CR.
                if (line_end == "\r") data.pop_back();
                CHECK(whole.data == data);
                CHECK(whole.partial.empty() == (line_end != "\r"));
            }
            CHECK(cutEvery(stream, 1) == whole);
            CHECK(cutEvery(stream, 7) == whole);
            CHECK(cutEvery(stream, 1'448) == whole);
            if (stream.size() > kEveryCutMax) continue;
            size_t differing = 0;
            for (size_t at = 1; at < stream.size(); ++at) differing += cutAt(stream, at) == whole ? 0 : 1;
            CHECK(differing == 0);
        }
    }
}

// Events of streams for plugins: an event that is known again by its bytes says what parsing it would have
// said; each text stands where it is said to; and an event whose texts are replaced is one event, with those
// texts and all else as it was.
#include <string>
#include <vector>

#include "fuzz.h"
#include "gateway/event_edits.h"
#include "llm/json_index.h"
#include "llm/stream_reader.h"

using namespace sluice;
using llm::EventText;

namespace {

constexpr llm::Operation kOperations[] = {llm::Operation::Chat, llm::Operation::Completions,
                                          llm::Operation::Responses, llm::Operation::Messages};

bool same(const EventText& a, const EventText& b) {
    return a.kind == b.kind && a.lane == b.lane && a.part == b.part && a.text == b.text &&
           a.begin == b.begin && a.end == b.end && a.json == b.json;
}

void checkPlace(std::string_view data, const EventText& text) {
    fuzz::require(text.begin <= text.end && text.end <= data.size(), "a text outside of its event");
    if (text.end == 0) return;
    const auto value = data.substr(text.begin, text.end - text.begin);
    fuzz::require(llm::isJson(value), "a text stands where no JSON value is");
    if (text.kind == EventText::Kind::Scrub || text.kind == EventText::Kind::Opaque) return;
    fuzz::require(text.json ? value == text.text : llm::jsonString(value) == text.text,
                  "a text is not what stands there");
}

// The event with every text of it replaced, read back where it stood: a byte order mark means something at
// the beginning of a stream only.
void edit(const llm::SseEvent& event, std::span<const EventText> texts, bool first) {
    gateway::EventEdits none(event.data), all(event.data);
    for (const auto& text : texts) {
        if (text.kind == EventText::Kind::Opaque || text.kind == EventText::Kind::End) continue;
        if (text.kind == EventText::Kind::Scrub) {
            all.scrub(text.begin, text.end, text.text);
            continue;
        }
        none.put(text.begin, text.end, text.json, text.text);
        all.put(text.begin, text.end, text.json, text.json ? "[\"\\n\"]" : "edited \"\n\r\\");
    }
    fuzz::require(none.none(), "a text that is put back unchanged is an edit");
    if (all.none()) return;
    const std::string data = all.woven();
    fuzz::require(llm::isJson(data), "an edited event is no JSON");
    // Behind a CR a splitter waits for the next byte, which may be LF; so there is another event.
    const std::string raw = gateway::withData(event.raw, data) + ":\n\n";
    llm::SseSplitter splitter(SIZE_MAX);
    llm::SseEvent again;
    if (!first) {
        splitter.feed(":\n\n");
        (void)splitter.next(again);
    }
    splitter.feed(raw);
    fuzz::require(splitter.next(again), "an edited event is none");
    fuzz::require(again.data == data && again.name == event.name, "an edited event reads otherwise");
    fuzz::require(splitter.next(again) && !again.has_data && !splitter.next(again) && !splitter.hasPartial(),
                  "an edited event has become several");
}

void run(llm::Operation operation, std::string_view stream, bool everywhere) {
    llm::StreamReader reader(operation);
    if (everywhere) reader.lookEverywhere();
    llm::SseSplitter splitter(1 << 20);
    splitter.feed(stream);
    llm::SseEvent event;
    for (bool first = true; splitter.next(event); first = false) {
        llm::StreamReader fresh(operation);
        if (everywhere) fresh.lookEverywhere();
        const bool failed = reader.failed();  // from then on events are told as a whole, too
        const auto kind = reader.read(event, true);
        fuzz::require((kind == llm::StreamReader::Kind::Malformed) ==
                          (fresh.read(event, true) == llm::StreamReader::Kind::Malformed),
                      "whether an event is good depends on those before it");
        if (kind == llm::StreamReader::Kind::Malformed) continue;
        const auto texts = reader.texts(), parsed = fresh.texts();
        fuzz::require(failed ? texts.size() >= parsed.size() : texts.size() == parsed.size(),
                      "an event that is known again has another number of texts");
        for (size_t i = 0; i < texts.size(); ++i) {
            fuzz::require(failed || same(texts[i], parsed[i]),
                          "an event that is known again says something else");
            checkPlace(event.data, texts[i]);
        }
        if (!texts.empty()) edit(event, texts, first);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    run(kOperations[data[0] % 4], stream, data[0] & 4);
    return 0;
}

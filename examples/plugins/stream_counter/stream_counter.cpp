// Counts what a stream says, in characters and words, lane by lane, while it passes. What it saw stands in
// the record as "stream_counter.text" = "42 characters, 7 words", and in two metrics.
#include <map>
#include <string>
#include <utility>

#include <sluice/plugin.hpp>

namespace {

using sluice::Verdict;

struct Count {
    uint64_t characters = 0;
    uint64_t words = 0;
};

const char* nameOf(uint32_t lane) {
    switch (lane) {
        case SLUICE_LANE_TEXT:
            return "text";
        case SLUICE_LANE_REASONING:
            return "reasoning";
        case SLUICE_LANE_TOOL_ARGS:
            return "tool_args";
        default:
            return "other";
    }
}

class StreamCounter {
public:
    // One object a request, so nothing here needs a lock: hooks of one request never run at the same time.
    struct PerRequest {
        std::map<uint32_t, Count> lanes;
        std::map<std::pair<uint32_t, uint32_t>, bool> in_word;  // of each text: lane and choice
    };

    StreamCounter(std::string_view, sluice::Host host)
        : characters_(host.counter("stream_counter_characters_total", "Characters of streams", {"lane"})),
          words_(host.counter("stream_counter_words_total", "Words of streams", {"lane"})) {}

    Verdict pre_call(sluice::Request request) {
        if (request.stream())
            request.observe(SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS);
        return Verdict::Continue;
    }

    Verdict on_stream(sluice::Stream stream) {
        auto& seen = stream.state<PerRequest>();
        const Count now = count(stream.text(), seen.in_word[{stream.lane(), stream.choice()}]);
        Count& total = seen.lanes[stream.lane()];
        total.characters += now.characters;
        total.words += now.words;
        const std::string_view lane = nameOf(stream.lane());
        characters_.record(static_cast<double>(now.characters), {lane});
        words_.record(static_cast<double>(now.words), {lane});
        if (stream.ended())
            stream.setAttribute(
                "stream_counter." + std::string(lane),
                std::to_string(total.characters) + " characters, " + std::to_string(total.words) + " words");
        return Verdict::Continue;
    }

private:
    // A piece may end inside a word: `in_word` remembers that for the next one. It never ends inside a
    // character.
    static Count count(std::string_view text, bool& in_word) {
        Count count;
        for (const char c : text) {
            if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count.characters;
            const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
            if (!space && !in_word) ++count.words;
            in_word = !space;
        }
        return count;
    }

    sluice::Metric characters_;
    sluice::Metric words_;
};

}  // namespace

SLUICE_PLUGIN(
    StreamCounter,
    R"({"id":"stream_counter","version":"1.0.0","abi":1,"description":"Counts characters and words of streams, by lane",
  "interfaces":["sluice.hooks/1"],"hooks":["pre_call","on_stream"],
  "config_schema":{"type":"object","additionalProperties":false,"properties":{}}})")

// A plugin for tests of streams. The header x-stream says what it does with the text:
//   same              looks at it with a window of 12 bytes and changes nothing
//   redact:WORD       puts *** in the place of the word
//   abort:WORD        stops the stream at the word
//   hold              lets nothing go before the end
#include <optional>

#include <sluice/plugin.hpp>
#include <sluice/text.hpp>

namespace {

using sluice::Verdict;

constexpr uint32_t kAll =
    SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;

std::vector<sluice::Span> all(std::string_view text, std::string_view word) {
    std::vector<sluice::Span> spans;
    if (word.empty()) return spans;
    for (size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size())
        spans.push_back({at, at + word.size()});
    return spans;
}

sluice::Redactor redactor(std::string word) {
    const size_t longest = std::max<size_t>(12, word.size());
    return {{[word](std::string_view text) { return all(text, word); }, longest},
            [](std::string_view) { return "***"; }};
}

class StreamProbe {
public:
    struct PerRequest {  // what the header asks for, read once
        std::optional<sluice::Redactor> redactor;
        std::string forbidden;
        bool holds = false;
    };

    StreamProbe(std::string_view, sluice::Host) {}

    Verdict pre_call(sluice::Request r) {
        const auto header = r.header("x-stream");
        if (!header) return Verdict::Continue;
        const std::string_view wanted = *header;
        const std::string word(wanted.substr(std::min(wanted.size(), wanted.find(':') + 1)));
        auto& mine = r.state<PerRequest>();
        mine.holds = wanted == "hold";
        if (wanted == "same") mine.redactor = redactor("");
        if (wanted.rfind("redact:", 0) == 0) mine.redactor = redactor(word);
        if (wanted.rfind("abort:", 0) == 0) mine.forbidden = word;
        sluice::Hold hold;
        hold.max_ms = r.header("x-hold-ms") ? 300 : 0;
        hold.policy =
            r.header("x-hold-ms") == "abort" ? sluice::HoldPolicy::Abort : sluice::HoldPolicy::Release;
        r.rewrite(kAll, hold);
        return Verdict::Continue;
    }
    Verdict on_stream(sluice::Stream s) {
        const auto& mine = s.state<PerRequest>();
        if (mine.holds) return s.hold();
        if (mine.redactor) return mine.redactor->redact(s);
        if (!mine.forbidden.empty() && s.window().find(mine.forbidden) != std::string_view::npos)
            return s.abort({"the stream says what it must not", "forbidden_word"});
        return Verdict::Continue;
    }
};

}  // namespace

SLUICE_PLUGIN(
    StreamProbe,
    R"({"id":"stream_probe","version":"0.1.0","abi":1,"unloadable":true,"description":"Works on streams as a test asks",
  "interfaces":["sluice.hooks/1"],"config_schema":{"type":"object","additionalProperties":false,"properties":{}}})")

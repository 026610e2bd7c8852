// Keeps API keys where they belong: a request with one in it is refused, an answer shows stars in its place.
#include <sluice/plugin.hpp>
#include <sluice/text.hpp>

namespace {

using sluice::Verdict;

bool inKey(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// "sk-" and at least 20 characters more.
std::vector<sluice::Span> keysIn(std::string_view text) {
    std::vector<sluice::Span> keys;
    for (size_t at = text.find("sk-"); at != std::string_view::npos; at = text.find("sk-", at)) {
        const size_t begin = at;
        while (at < text.size() && inKey(text[at])) ++at;
        if (at - begin >= 23) keys.push_back({begin, at});
    }
    return keys;
}

class Guard {
public:
    Guard(std::string_view, sluice::Host host)
        : refused_(host.counter("guard_refused_total", "Requests with a key in them")) {}

    Verdict pre_call(sluice::Request request) {
        if (!keysIn(request.body()).empty()) {
            refused_.record(1);
            return request.block({"The request contains an API key", "api_key", "", "secret"});
        }
        // A key has no space in it: word by word, it is never cut. A long word may take its time.
        sluice::Hold hold;
        hold.grain = sluice::Grain::Word;
        hold.max_ms = 60'000;
        request.rewrite(SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS, hold);
        return Verdict::Continue;
    }

    // A streamed answer, window by window.
    Verdict on_stream(sluice::Stream stream) {
        for (const auto& key : keysIn(stream.window())) {
            if (!stream.replace(key.begin, key.end - key.begin, "***")) return Verdict::Failed;
        }
        return Verdict::Continue;
    }

    // An answer in one piece.
    Verdict post_call(sluice::Response response) {
        if (response.stream()) return Verdict::Continue;
        std::string body(response.responseBody());
        const auto keys = keysIn(body);
        for (auto key = keys.rbegin(); key != keys.rend(); ++key)
            body.replace(key->begin, key->end - key->begin, "***");
        return keys.empty() || response.setResponseBody(body) ? Verdict::Continue : Verdict::Failed;
    }

private:
    sluice::Metric refused_;
};

}  // namespace

SLUICE_PLUGIN(Guard, R"({
  "id": "guard",
  "version": "1.0.0",
  "abi": 1,
  "description": "Refuses requests with API keys in them, and blots them out in answers",
  "interfaces": ["sluice.hooks/1"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {}}
})")

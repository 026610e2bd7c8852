// What the plugin batches reads from strangers: lines of files, Anthropic's list of requests, upload forms;
// and the line that an answer becomes.
#include <string>

#include "batches/lines.h"
#include "batches/multipart.h"
#include "batches/outcome.h"
#include "batches/refused.h"
#include "fuzz.h"

using namespace batches;
using sluice::fuzz::require;

namespace {

void checkLines(Kind kind, const std::string& text) {
    try {
        const Index index = readLines(kind, text, {}, 100);
        for (const auto& place : index.places) {
            require(place.offset + place.length <= text.size(), "a line out of place");
            require(place.lane < index.models.size(), "a lane that nobody has");
            const Line line = readLine(kind, std::string_view(text).substr(place.offset, place.length), 1);
            require(!line.body.empty() && line.body.front() == '{' && line.body.back() == '}',
                    "a body that is no object");
            require(kind == Kind::Anthropic || isEndpoint(line.url), "a URL that is not allowed");
        }
    } catch (const Refused& refused) {
        require(refused.status() == 400, "another status");
    }
}

void checkForm(const std::string& text) {
    try {
        for (const auto& part : readForm("multipart/form-data; boundary=X", text)) {
            require(!part.name.empty(), "a part without a name");
            require(part.content.empty() ||
                        (part.content.data() >= text.data() &&
                         part.content.data() + part.content.size() <= text.data() + text.size()),
                    "a part out of place");
        }
    } catch (const Refused&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    checkLines(Kind::OpenAI, text);
    checkLines(Kind::Anthropic, text);
    checkForm(text);
    try {
        checkLines(Kind::Anthropic, linesOfRequests(text));
    } catch (const Refused&) {
    }
    Answer answer;
    answer.status = size % 2 ? 200 : 500;
    answer.body = text;
    for (const Kind kind : {Kind::OpenAI, Kind::Anthropic}) {
        const auto result = resultOf(kind, answer, "id", text.substr(0, 20));
        require(Json::accept(result.json), "a result that is no JSON");
        require(result.json.find('\n') == std::string::npos, "a result of several lines");
    }
    return 0;
}

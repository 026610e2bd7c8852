// The readers of whole requests and answers in every dialect: each text stands where it is said to, and one
// that is replaced reads back as it was replaced, all others as they were; the usage of an answer is read,
// whatever it says.
#include <string>

#include "fuzz.h"
#include "llm/body.h"
#include "llm/content.h"
#include "llm/usage.h"

using namespace sluice;
using llm::Content;

namespace {

void checkPlaces(Content& content) {
    for (size_t i = 0; i < content.size(); ++i) {
        const auto& info = content.info(i);
        fuzz::require(info.begin <= info.end, "a text that ends before it begins");
        const auto raw = content.raw(i);
        fuzz::require(raw.size() == info.end - info.begin, "a text outside of its source");
        fuzz::require(info.plain || info.opaque || llm::isJson(raw), "a text whose source is no JSON value");
        fuzz::require(info.opaque || content.text(i).size() <= raw.size() || raw.find('\\') != raw.npos,
                      "a text longer than its source");
    }
}

// What a model or a person is told by the text: of one that is read-only its bytes.
std::string told(Content& content, size_t i) {
    return content.info(i).opaque ? std::string(content.raw(i)) : std::string(content.text(i));
}

// `chosen` says which of them is replaced. False if that one may not be.
bool replaceOne(Content& content, size_t chosen) {
    const bool arguments = content.info(chosen).arguments;
    return content.replace(chosen, arguments ? "{\"edited\":1}" : "edited \"\n\\").has_value();
}

void compare(Content& before, Content& after, size_t chosen) {
    fuzz::require(before.size() == after.size(), "another number of texts after a replacement");
    for (size_t i = 0; i < before.size(); ++i) {
        fuzz::require(told(after, i) == told(before, i),
                      i == chosen ? "a replacement does not read back" : "another text has changed");
        fuzz::require(after.info(i).where == before.info(i).where, "a text has moved");
    }
}

void ofRequest(const std::string& text, size_t choice) {
    auto body = llm::Body::read(text, llm::BodyKind::Json, "application/json");
    if (!body) return;
    auto content = Content::ofRequest(*body);
    checkPlaces(content);
    if (content.size() == 0) return;
    const size_t chosen = choice % content.size();
    if (!replaceOne(content, chosen)) return;
    content.put(*body);
    const auto again = llm::Body::read(body->flattened(), llm::BodyKind::Json, "application/json");
    fuzz::require(again.has_value(), "an edited request cannot be read");
    auto after = Content::ofRequest(*again);
    compare(content, after, chosen);
}

void ofAnswer(const std::string& text, size_t choice) {
    auto content = Content::ofAnswer(text);
    checkPlaces(content);
    if (content.size() == 0) return;
    const size_t chosen = choice % content.size();
    if (!replaceOne(content, chosen)) return;
    std::string answer = text;
    content.put(answer);
    auto after = Content::ofAnswer(answer);
    compare(content, after, chosen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    ofRequest(text, data[0]);
    ofAnswer(text, data[0]);
    for (const auto dialect :
         {llm::Dialect::OpenAI, llm::Dialect::OpenAIResponses, llm::Dialect::Anthropic}) {
        llm::Usage sum = llm::usageOfAnswer(text, dialect);
        llm::addUsage(sum, sum);
    }
    return 0;
}

// Events that are known again by their bytes, against parsing each of them.
#include <random>

#include "llm/recordings.h"
#include "llm/sse.h"
#include "llm/stream_reader.h"

using namespace sluice;
using llm::EventText;
using llm::Operation;
using llm::StreamReader;

namespace {

struct Read {
    StreamReader::Kind kind;
    std::vector<EventText> texts;
};

Read read(StreamReader& reader, std::string_view data) {
    Read said;
    said.kind = reader.read({data, data, {}, true}, true);
    said.texts.assign(reader.texts().begin(), reader.texts().end());
    return said;
}

void checkSame(const Read& quick, const Read& slow, std::string_view data) {
    CAPTURE(data);
    CHECK(quick.kind == slow.kind);
    REQUIRE(quick.texts.size() == slow.texts.size());
    for (size_t i = 0; i < quick.texts.size(); ++i) {
        const EventText &a = quick.texts[i], &b = slow.texts[i];
        CHECK(a.kind == b.kind);
        CHECK(a.lane == b.lane);
        CHECK(a.part == b.part);
        CHECK(a.text == b.text);
        CHECK(a.begin == b.begin);
        CHECK(a.end == b.end);
    }
}

// `reader` may know the event, a new one does not.
void checkEvent(StreamReader reader, Operation operation, std::string_view data) {
    StreamReader fresh(operation);
    checkSame(read(reader, data), read(fresh, data), data);
}

std::string chatEvent(std::string_view literal, std::string_view padding = "ab") {
    return R"({"id":"c1","choices":[{"index":0,"delta":{"content":")" + std::string(literal) +
           R"("},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":")" +
           std::string(padding) + R"("})";
}
std::string responsesEvent(std::string_view literal, std::string_view number) {
    return R"({"type":"response.output_text.delta","sequence_number":)" + std::string(number) +
           R"(,"output_index":0,"content_index":1,"delta":")" + std::string(literal) +
           R"(","logprobs":[],"obfuscation":"x"})";
}
std::string messagesEvent(std::string_view literal) {
    return R"({"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":")" +
           std::string(literal) + R"("}})";
}

const std::vector<std::string> kLiterals{"a",
                                         "",
                                         "two words",
                                         "\u00e9\u4f60",
                                         "\xff",
                                         "\xe4\xbd",
                                         "line\\nbreak",
                                         "\\u00e9",
                                         "\\ud83d\\ude00",
                                         "\\ud83d",
                                         "a\tb",
                                         "a\"b",
                                         "a\\\"b",
                                         "\\",
                                         "\",\"x\":\"",
                                         "\"},\"finish_reason\":\"stop\"",
                                         "\x7f"};

}  // namespace

TEST_CASE("an event like the one before says what parsing it says", "[llm]") {
    StreamReader chat(Operation::Chat), responses(Operation::Responses), messages(Operation::Messages);
    CHECK(read(chat, chatEvent("first")).texts.size() == 1);
    CHECK(read(responses, responsesEvent("first", "7")).texts.size() == 2);  // and log probabilities
    CHECK(read(messages, messagesEvent("first")).texts.size() == 1);
    for (const auto& literal : kLiterals) {
        checkEvent(chat, Operation::Chat, chatEvent(literal));
        checkEvent(chat, Operation::Chat, chatEvent("text", literal));
        checkEvent(messages, Operation::Messages, messagesEvent(literal));
        for (const char* number :
             {"0", "8", "10", "01", "-1", "1.5", "null", "", "8 ", "99999999999999999999"})
            checkEvent(responses, Operation::Responses, responsesEvent(literal, number));
    }
}

TEST_CASE("whatever is damaged in an event is noticed as by the parser", "[llm]") {
    std::mt19937 random(5);
    const std::vector<std::pair<Operation, std::string>> samples{
        {Operation::Chat, chatEvent("some text")},
        {Operation::Responses, responsesEvent("some text", "12")},
        {Operation::Messages, messagesEvent("some text")}};
    const std::string bytes = "\"\\{}[]:,0a \n\xc3\xa9";
    for (const auto& [operation, sample] : samples) {
        StreamReader reader(operation);
        (void)read(reader, sample);
        for (int round = 0; round < 5000; ++round) {
            std::string data = sample;
            const size_t at = random() % data.size();
            switch (random() % 3) {
                case 0:
                    data[at] = bytes[random() % bytes.size()];
                    break;
                case 1:
                    data.insert(at, 1, bytes[random() % bytes.size()]);
                    break;
                default:
                    data.erase(at, 1 + random() % 3);
            }
            checkEvent(reader, operation, data);
        }
    }
}

TEST_CASE("an event that also tells the end or usage is never taken for one that does not", "[llm]") {
    StreamReader reader(Operation::Chat);
    const std::string last =
        R"({"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"total_tokens":3}})";
    for (int i = 0; i < 3; ++i) {
        const auto said = read(reader, last);
        CHECK(said.texts.size() == 3);  // the text, its end, and the event itself
        CHECK(reader.finishReason() == "stop");
        CHECK(reader.usage().total_tokens == 3);
    }
}

TEST_CASE("recorded streams: every event says what it says to a reader that has seen no other",
          "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    for (const auto& recording : *all) {
        if (!recording.known) continue;
        CAPTURE(recording.id);
        llm::SseSplitter splitter(SIZE_MAX);
        StreamReader reader(recording.operation);
        const std::string stream = recording.stream + "\n\n";
        splitter.feed(stream);
        llm::SseEvent event;
        while (splitter.next(event)) {
            StreamReader fresh(recording.operation);
            const std::string data(event.data);
            const Read quick = read(reader, data), slow = read(fresh, data);
            if (!reader.failed()) checkSame(quick, slow, data);
        }
    }
}

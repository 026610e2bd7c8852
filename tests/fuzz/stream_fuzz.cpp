// Event streams: no byte is lost, and events, lanes and usage do not depend on how the stream was cut.
#include <string>

#include "fuzz.h"
#include "llm/sse.h"
#include "llm/stream_reader.h"

using namespace sluice;

namespace {

std::string read(const std::vector<std::string_view>& pieces, std::string_view whole,
                 llm::Operation operation) {
    llm::SseSplitter splitter(1 << 20);
    llm::StreamReader reader(operation);
    std::string log, bytes;
    for (const auto piece : pieces) {
        splitter.feed(piece);
        llm::SseEvent event;
        while (splitter.next(event)) {
            bytes += event.raw;
            log += std::to_string(static_cast<int>(reader.read(event, true))) + "\n";
            for (const auto& text : reader.texts())
                log += std::to_string(text.lane) + "/" + std::to_string(text.part) + " " + text.text + "\n";
        }
    }
    fuzz::require(bytes.append(splitter.partial()) == whole, "bytes were lost or made up");
    return log + reader.finishReason() + std::to_string(reader.usage().total_tokens);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::Input input(data, size);
    for (const auto operation : {llm::Operation::Chat, llm::Operation::Responses, llm::Operation::Messages}) {
        fuzz::require(
            read(input.pieces(), input.text, operation) == read({input.text}, input.text, operation),
            "the outcome depends on how the stream was cut");
    }
    return 0;
}

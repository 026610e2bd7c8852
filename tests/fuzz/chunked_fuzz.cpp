// Chunked bodies: bounded, never past the input, and the same however they are cut.
#include <string>

#include "fuzz.h"
#include "http/body.h"

using namespace sluice;
using Step = http::BodyDecoder::Step;

namespace {

std::string decode(const std::vector<std::string_view>& pieces) {
    http::BodyDecoder decoder;
    decoder.start(http::Framing::Chunked, 0);
    std::string rest, body;
    for (const auto piece : pieces) {
        rest += piece;
        for (;;) {
            size_t consumed = 0;
            std::string_view data;
            const Step step = decoder.next(rest, consumed, data);
            fuzz::require(consumed <= rest.size(), "more was used up than there is");
            if (step == Step::Fault) return "fault";
            if (step == Step::Data) {
                fuzz::require(!data.empty() && data.data() >= rest.data() &&
                                  data.data() + data.size() <= rest.data() + consumed,
                              "data from elsewhere");
                body += data;
            }
            rest.erase(0, consumed);
            if (step == Step::Done) {
                fuzz::require(decoder.atEof() == http::End::Ok, "done, but not at a good end");
                return "done " + body;
            }
            if (consumed == 0) break;
        }
    }
    fuzz::require(decoder.atEof() == http::End::Truncated, "a body that is not done ends well");
    return "more " + body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::Input input(data, size);
    fuzz::require(decode(input.pieces()) == decode({input.text}),
                  "the outcome depends on how the bytes were cut");
    return 0;
}

#include "llm/json_parser.h"

#include <cstring>
#include <memory>

namespace sluice::llm {
namespace {

// A parser keeps room for the largest text it has seen; past this it is thrown away after use.
constexpr size_t kKeepBytes = 256 * 1024;

struct ThreadParser {
    std::unique_ptr<simdjson::dom::parser> parser;
    std::unique_ptr<char[]> text;
    size_t capacity = 0;

    void prepare(size_t size) {
        if (!parser || (capacity > kKeepBytes && size <= kKeepBytes)) {
            parser = std::make_unique<simdjson::dom::parser>();
            text.reset();
            capacity = 0;
        }
        if (size <= capacity) return;
        capacity = std::max<size_t>(size * 5 / 4, 4096);
        text = std::make_unique<char[]>(capacity + simdjson::SIMDJSON_PADDING);
    }
};

}  // namespace

simdjson::simdjson_result<simdjson::dom::element> parseJson(std::string_view text) {
    thread_local ThreadParser mine;
    mine.prepare(text.size());
    if (!text.empty()) std::memcpy(mine.text.get(), text.data(), text.size());
    return mine.parser->parse(mine.text.get(), text.size(), false);
}

}  // namespace sluice::llm

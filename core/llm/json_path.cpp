#include "llm/json_path.h"

#include "llm/json_index.h"
#include "llm/json_scan.h"

namespace sluice::llm {
namespace {

constexpr size_t kNowhere = std::string_view::npos;

// `at` stands on the container; returns where the value of that step begins.
size_t enter(std::string_view text, size_t at, const JsonPath::Step& step) {
    if (text[at] != (step.name ? '{' : '[')) return kNowhere;
    at = skipSpace(text, at + 1);
    for (uint32_t i = 0; at < text.size() && text[at] != '}' && text[at] != ']'; ++i) {
        bool here = !step.name && i == step.index;
        if (step.name) {
            const size_t end = skipString(text, at);
            here = jsonString(text.substr(at, end - at)) == step.name;
            at = skipSpace(text, skipSpace(text, end) + 1);  // the colon
        }
        if (here) return at;
        at = skipSpace(text, skipValue(text, at));
        if (at < text.size() && text[at] == ',') at = skipSpace(text, at + 1);
    }
    return kNowhere;
}

}  // namespace

std::string_view valueAt(std::string_view text, const JsonPath& path) {
    size_t at = skipSpace(text, 0);
    for (const auto& step : path) {
        if (at >= text.size()) return {};
        at = enter(text, at, step);
        if (at == kNowhere) return {};
    }
    return text.substr(at, skipValue(text, at) - at);
}

}  // namespace sluice::llm

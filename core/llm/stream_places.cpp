// Where the texts of an event stand in its data.
#include "llm/json_index.h"
#include "llm/stream_texts.h"

namespace sluice::llm {

using Kind = EventText::Kind;

bool isLiteralOf(std::string_view json, std::string_view text) {
    if (json.size() == text.size() + 2 && json.substr(1, text.size()) == text)
        return json.front() == '"' && text.find('\\') == std::string_view::npos;
    return json.find('\\') != std::string_view::npos && jsonString(json) == text;
}

// Where a name stands twice, the way leads to the first: then it is not the text that was meant.
void locateTexts(std::string_view data, std::span<EventText> texts) {
    for (auto& text : texts) {
        if (text.where.empty()) continue;
        const auto value = valueAt(data, text.where);
        const bool says = text.kind != Kind::Scrub && text.kind != Kind::Opaque;
        if (value.empty() || (says && !isLiteralOf(value, text.text))) continue;
        text.begin = static_cast<size_t>(value.data() - data.data());
        text.end = text.begin + value.size();
    }
}

}  // namespace sluice::llm

// Multipart forms: parts stand inside the text, in order, and an edited form reads back as it was edited.
#include <string>

#include "fuzz.h"
#include "llm/body.h"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // The content type up to the first line feed, then the body.
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const size_t line = std::min(input.find('\n'), input.size());
    const std::string_view type = input.substr(0, line),
                           text = input.substr(std::min(input.size(), line + 1));
    const auto form = llm::Multipart::read(text, type);
    auto body = llm::Body::read(std::string(text), llm::BodyKind::Multipart, type);
    fuzz::require(form.has_value() == body.has_value(), "form and body disagree");
    if (!form) return 0;
    size_t at = 0;
    for (const auto& part : form->parts()) {
        fuzz::require(part.begin >= at && part.begin < part.value_begin &&
                          part.value_begin <= part.value_end && part.value_end < part.end &&
                          part.end <= text.size(),
                      "a part out of place");
        at = part.end;
    }
    fuzz::require(body->flattened() == text, "an unedited form has changed");
    const auto before = body->text("model");
    if (!body->set("model", "\"edited\"")) return 0;
    const auto again = llm::Body::read(body->flattened(), llm::BodyKind::Multipart, type);
    fuzz::require(again.has_value(), "an edited form cannot be read");
    fuzz::require(again->text("model") == "edited" || !before, "an edit does not read back");
    (void)body->remove("model");
    fuzz::require(llm::Body::read(body->flattened(), llm::BodyKind::Multipart, type).has_value(),
                  "a form without its model cannot be read");
    return 0;
}

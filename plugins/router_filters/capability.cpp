#include "capability.h"

#include <utility>

#include "json_cursor.h"

namespace router_filters {
namespace {

bool isFilledList(std::string_view json) {
    bool any = false;
    eachElement(json, [&](std::string_view) { any = true; });
    return any;
}

bool asksForSchema(std::optional<std::string_view> format) {
    const auto type = format ? memberOf(*format, "type") : std::nullopt;
    return type == "\"json_schema\"";
}

std::string namesOf(uint32_t capabilities) {
    constexpr std::pair<Capability, const char*> kNames[] = {
        {kVision, "images (supports_vision)"},
        {kTools, "tools (supports_function_calling)"},
        {kJsonSchema, "a JSON schema (supports_response_schema)"},
        {kAudioInput, "sound (supports_audio_input)"}};
    std::string text;
    for (const auto& [capability, name] : kNames) {
        if (capabilities & capability) text += (text.empty() ? "" : ", ") + std::string(name);
    }
    return text;
}

}  // namespace

uint32_t neededByMembers(const sluice::Request& request, const PromptMembers& members) {
    uint32_t needed = 0;
    if (isFilledList(members.tools) || isFilledList(members.functions)) needed |= kTools;
    if (asksForSchema(request.member("response_format"))) needed |= kJsonSchema;
    const auto text = request.member("text");  // of the responses API
    if (text && asksForSchema(memberOf(*text, "format"))) needed |= kJsonSchema;
    return needed;
}

uint32_t neededByPrompt(const Prompt& prompt) {
    return (prompt.image ? kVision : 0U) | (prompt.audio ? kAudioInput : 0U);
}

std::optional<Refused> filterByCapability(uint32_t needed, std::string_view model, Choice& choice) {
    if (!choice.matters(needed)) return std::nullopt;
    const auto fits = [&](const Option& o) { return (o.facts->lacks() & needed) == 0; };
    const auto reason = [&](const Option& o) {
        return "it does not take " + namesOf(o.facts->lacks() & needed);
    };
    if (choice.narrow(fits, reason)) return std::nullopt;
    return Refused{400,
                   "No deployment of the model " + std::string(model) +
                       " takes all that this request needs: " + namesOf(needed),
                   "", "invalid_request_error"};
}

}  // namespace router_filters

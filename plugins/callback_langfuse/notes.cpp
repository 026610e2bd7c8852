#include "notes.h"

#include <string>

#include <nlohmann/json.hpp>

#include "controls.h"

namespace callback_langfuse {
namespace {

constexpr size_t kTextBytesMax = 2'048;
constexpr size_t kMetadataBytesMax = 4'096;

void note(const sluice::Request& request, std::string_view name, std::string_view value) {
    if (!value.empty() && value.size() <= kTextBytesMax)
        (void)request.setAttribute("langfuse." + std::string(name), value);
}

void noteMetadata(const sluice::Request& request, std::string_view json) {
    const auto metadata = nlohmann::json::parse(json, nullptr, false);
    if (!metadata.is_object()) return;
    auto rest = nlohmann::json::object();
    for (const auto& [name, value] : metadata.items()) {
        if (isControl(name))
            note(request, name, value.is_string() ? value.get_ref<const std::string&>() : value.dump());
        else
            rest[name] = value;
    }
    if (rest.empty()) return;
    const std::string text = rest.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (text.size() <= kMetadataBytesMax) (void)request.setAttribute("langfuse.metadata", text);
}

}  // namespace

void noteControls(const sluice::Request& request) {
    if (const auto metadata = request.member("metadata"); metadata && metadata->size() > 2)
        noteMetadata(request, *metadata);
    for (const auto [name, value] : request.headers()) {
        constexpr std::string_view kPrefix = "langfuse_";
        if (name.size() <= kPrefix.size() || !sluice::sameName(name.substr(0, kPrefix.size()), kPrefix))
            continue;
        for (const auto control : kControls) {
            if (sluice::sameName(name.substr(kPrefix.size()), control)) note(request, control, value);
        }
    }
}

}  // namespace callback_langfuse

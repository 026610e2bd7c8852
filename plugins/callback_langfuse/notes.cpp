#include "notes.h"

#include <string>

#include <nlohmann/json.hpp>

#include "controls.h"

namespace callback_langfuse {
namespace {

constexpr size_t kTextBytesMax = 2'048;
constexpr size_t kMetadataBytesMax = 4'096;

void note(const sluice::Request& request, std::string_view control, std::string_view value) {
    const std::string name = "langfuse." + std::string(control);
    if (value.empty() || value.size() > kTextBytesMax || request.attribute(name)) return;
    (void)request.setAttribute(name, value);
}

}  // namespace

void noteFields(const sluice::Request& request) {
    constexpr std::string_view kPrefix = "langfuse_";
    for (const auto [name, value] : request.headers()) {
        if (name.size() <= kPrefix.size() || !sluice::sameName(name.substr(0, kPrefix.size()), kPrefix))
            continue;
        for (const auto control : kControls) {
            if (sluice::sameName(name.substr(kPrefix.size()), control)) note(request, control, value);
        }
    }
}

void noteMetadata(const sluice::Request& request) {
    const auto json = request.member("metadata");
    if (!json || json->size() <= 2) return;
    const auto metadata = nlohmann::json::parse(*json, nullptr, false);
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

}  // namespace callback_langfuse

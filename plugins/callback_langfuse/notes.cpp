#include "notes.h"

#include <string>

#include "controls.h"

namespace callback_langfuse {
namespace {

constexpr size_t kTextBytesMax = 2'048;

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

}  // namespace callback_langfuse

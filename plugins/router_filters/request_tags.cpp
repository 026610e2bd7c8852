#include "request_tags.h"

#include <algorithm>

#include "json_cursor.h"

namespace router_filters {
namespace {

// One too many is kept, so that tagsOf() sees that there were too many.
void add(std::string tag, Tags& tags) {
    if (!tag.empty() && tags.size() <= kTagsMax) tags.push_back(std::move(tag));
}

}  // namespace

void addTagsOfText(std::string_view text, Tags& tags) {
    while (!text.empty() && tags.size() <= kTagsMax) {
        const size_t comma = std::min(text.find(','), text.size());
        std::string_view tag = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
        while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
        add(std::string(tag), tags);
    }
}

void addTags(std::string_view json, Tags& tags) {
    if (const auto text = textOf(json)) return addTagsOfText(*text, tags);
    eachElement(json, [&](std::string_view element) {
        if (tags.size() > kTagsMax) return;
        if (auto tag = textOf(element)) add(std::move(*tag), tags);
    });
}

std::optional<Tags> tagsOf(const sluice::Request& request) {
    Tags tags;
    tags.reserve(4);
    if (const auto own = request.member("tags")) addTags(*own, tags);
    for (const char* metadata : {"metadata", "litellm_metadata"}) {
        const auto object = request.member(metadata);
        const auto inner = object ? memberOf(*object, "tags") : std::nullopt;
        if (inner) addTags(*inner, tags);
    }
    if (const auto field = request.header("x-litellm-tags")) addTagsOfText(*field, tags);
    if (const auto attribute = request.attribute("tags")) {
        if (!attribute->empty() && attribute->front() == '[')
            addTags(*attribute, tags);
        else
            addTagsOfText(*attribute, tags);
    }
    if (tags.size() > kTagsMax) return std::nullopt;
    for (const auto& tag : tags) {
        if (tag.size() > kTagBytesMax) return std::nullopt;
    }
    if (tags.size() > 1) {
        std::sort(tags.begin(), tags.end());
        tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    }
    return tags;
}

}  // namespace router_filters

#include "controls.h"

#include <algorithm>

namespace callback_langfuse {

using exporters::Node;
using exporters::Reader;

namespace {

std::string textOf(const Node& value) {
    if (!value.there()) return {};
    return value.isText() ? std::string(value.text()) : value.json();
}

void addTag(std::vector<std::string>& tags, std::string_view tag) {
    if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.emplace_back(tag);
}

void addTags(std::vector<std::string>& tags, const Node& list) {
    list.each([&](const Node& tag) { addTag(tags, tag.text()); });
}

// A list as JSON, or texts with commas between them.
void addTags(std::vector<std::string>& tags, std::string_view text) {
    if (text.empty()) return;
    Reader reader;
    const Node list = reader.read(text);
    if (list.array()) return addTags(tags, list);
    for (size_t from = 0; from <= text.size();) {
        const size_t comma = std::min(text.find(',', from), text.size());
        addTag(tags, text.substr(from, comma - from));
        from = comma + 1;
    }
}

}  // namespace

bool isControl(std::string_view name) {
    return std::find(kControls.begin(), kControls.end(), name) != kControls.end();
}

Controls::Controls(const Node& record)
    : metadata_(record["metadata"]),
      attributes_(metadata_["attributes"]),
      requester_(metadata_["requester_metadata"]),
      headers_(metadata_["requester_custom_headers"]),
      record_(record) {}

std::string Controls::text(std::string_view name) const {
    for (const auto& found : {headers_["langfuse_" + std::string(name)], requester_[name],
                              attributes_["langfuse." + std::string(name)]}) {
        if (auto text = textOf(found); !text.empty()) return text;
    }
    return {};
}

bool Controls::flag(std::string_view name) const {
    const std::string said = text(name);
    return said == "true" || said == "True" || said == "1";
}

std::vector<std::string> Controls::tags() const {
    std::vector<std::string> tags;
    addTags(tags, record_["request_tags"]);
    addTags(tags, attributes_["tags"].text());
    addTags(tags, requester_["tags"]);
    addTags(tags, text("tags"));
    return tags;
}

std::vector<std::pair<std::string, std::string>> Controls::others() const {
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](std::string_view name, const Node& value) {
        if (!isControl(name) && value.there()) all.emplace_back(name, textOf(value));
    };
    requester_.members(add);
    const auto noted = attributes_["langfuse.metadata"].text();
    if (noted.empty() || requester_.there()) return all;
    Reader reader;
    reader.read(noted).members(add);
    return all;
}

}  // namespace callback_langfuse

#include "controls.h"

#include <algorithm>
#include <charconv>

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
    : attributes_(record["metadata"]["attributes"]),
      requester_(record["metadata"]["requester_metadata"]),
      record_(record) {}

std::string Controls::text(std::string_view name) const {
    for (const auto& found : {attributes_["langfuse." + std::string(name)], requester_[name]}) {
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
    addTags(tags, requester_["tags"]);
    addTags(tags, text("tags"));
    return tags;
}

std::vector<std::pair<std::string, std::string>> Controls::others() const {
    std::vector<std::pair<std::string, std::string>> all;
    requester_.members([&](std::string_view name, const Node& value) {
        if (!isControl(name) && value.there()) all.emplace_back(name, textOf(value));
    });
    return all;
}

std::vector<std::pair<std::string, std::string>> Controls::ofTrace() const {
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](std::string_view name, const Node& value) { all.emplace_back(name, textOf(value)); };
    const auto field = attributes_["langfuse.trace_metadata"].text();
    if (field.empty()) {
        requester_["trace_metadata"].members(add);
    } else {
        Reader reader;
        reader.read(field).members(add);
    }
    return all;
}

bool Controls::updates(std::string_view key) const {
    std::vector<std::string> keys;
    addTags(keys, text("update_trace_keys"));
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::pair<std::string, int64_t> Controls::prompt() const {
    const Node prompt = requester_["prompt"];
    std::string name(prompt["name"].text());
    if (!name.empty()) return {name, prompt["version"].integer()};
    name = text("prompt_name");
    const std::string version = text("prompt_version");
    int64_t number = 0;
    (void)std::from_chars(version.data(), version.data() + version.size(), number);
    return {name, name.empty() ? 0 : number};
}

}  // namespace callback_langfuse

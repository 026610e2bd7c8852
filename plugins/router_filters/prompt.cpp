#include "prompt.h"

#include <algorithm>
#include <functional>

#include "json_cursor.h"

namespace router_filters {
namespace {

constexpr int kDepthMax = 24;  // hooks run on small stacks; what is deeper counts by its bytes

template <size_t N>
bool isOneOf(std::string_view text, const std::string_view (&list)[N]) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// Their values are no text for the model: names, references, and the bytes of images and sound.
constexpr std::string_view kNoText[] = {
    "role",       "id",     "name",   "call_id",           "tool_call_id", "tool_use_id",
    "image_url",  "url",    "data",   "file_data",         "file_id",      "file_url",
    "media_type", "format", "detail", "encrypted_content", "signature"};

// One character each, but for \uXXXX: most of what is written so has three bytes in UTF-8.
uint64_t textBytes(std::string_view raw) {
    uint64_t bytes = raw.size();
    size_t slash = raw.find('\\');
    while (slash != std::string_view::npos && slash + 1 < raw.size()) {
        const bool unicode = raw[slash + 1] == 'u' && slash + 6 <= raw.size();
        bytes -= unicode ? 3 : 1;
        slash = raw.find('\\', slash + (unicode ? 6 : 2));
    }
    return bytes;
}

class Reader {
public:
    Reader(Prompt& prompt, bool hashes) : prompt_(prompt), hashes_(hashes) {}

    // Tools and their schemas: their JSON is what the model gets to see.
    void whole(std::string_view json) {
        prompt_.text_bytes += json.size();
        hash(json);
    }
    void value(std::string_view json, std::string_view key, int depth) {
        if (json.empty()) return;
        if (depth > kDepthMax) return whole(json);
        if (json.front() == '"') return text(key, json.size() < 2 ? json : json.substr(1, json.size() - 2));
        if (json.front() == '[')
            return eachElement(json, [&](std::string_view element) { value(element, key, depth + 1); });
        eachMember(json, [&](std::string_view name, std::string_view member) {
            if (name == "cache_control") {
                marked_ = true;
                return;
            }
            // What a tool is called with may have members of any name: a "type" there is no part of a
            // message.
            const bool arguments = name == "input";
            arguments_ += arguments ? 1 : 0;
            value(member, name, depth + 1);
            arguments_ -= arguments ? 1 : 0;
        });
    }
    // A list of messages; of texts, each of which is a prompt; or one text.
    void messages(std::string_view json) {
        const uint64_t before = prompt_.text_bytes;
        uint64_t longest = 0;
        const auto one = [&](std::string_view message) {
            const bool alone = message.front() == '"' && !json.empty() && json.front() == '[';
            if (alone) prompt_.text_bytes = before;
            marked_ = false;
            value(message, "", 0);
            longest = std::max(longest, prompt_.text_bytes);
            ended();
        };
        if (json.empty()) return;
        if (json.front() == '[')
            eachElement(json, one);
        else
            one(json);
        prompt_.text_bytes = std::max(longest, before);
    }

private:
    void text(std::string_view key, std::string_view raw) {
        if (key == "type" && arguments_ == 0) return kind(raw);
        hash(raw);
        if (!isOneOf(key, kNoText)) prompt_.text_bytes += textBytes(raw);
    }
    void kind(std::string_view type) {
        prompt_.image |= type == "image_url" || type == "image" || type == "input_image";
        prompt_.audio |= type == "input_audio" || type == "audio";
    }
    void hash(std::string_view raw) {
        if (!hashes_) return;
        const uint64_t next = std::hash<std::string_view>()(raw);
        hash_ = (hash_ ^ next) * 0x9e3779b97f4a7c15 + 0x632be59bd9b4e019;
        hash_ ^= hash_ >> 29;
    }
    void ended() {
        ++prompt_.messages;
        const Prefix prefix{hash_, prompt_.text_bytes};
        prompt_.ring[prompt_.messages % Prompt::kPrefixes] = prefix;
        if (!marked_) return;
        prompt_.cached = prompt_.messages;
        prompt_.cached_prefix = prefix;
    }

    Prompt& prompt_;
    const bool hashes_;
    uint64_t hash_ = 0;
    bool marked_ = false;
    int arguments_ = 0;
};

}  // namespace

PromptMembers promptMembersOf(const sluice::Request& request) {
    const auto member = [&](const char* name) { return request.member(name).value_or(std::string_view()); };
    PromptMembers members{member("tools"), member("functions"), member("system"), member("instructions"), {}};
    for (const char* name : {"messages", "input", "prompt"}) {
        if (members.messages.empty()) members.messages = member(name);
    }
    return members;
}

Prompt readPrompt(const PromptMembers& members, bool hashes) {
    Prompt prompt;
    Reader reader(prompt, hashes);
    reader.whole(members.tools);
    reader.whole(members.functions);
    reader.value(members.system, "", 0);
    reader.value(members.instructions, "", 0);
    reader.messages(members.messages);
    return prompt;
}

}  // namespace router_filters

#include "redact.h"

#include "json_text.h"

namespace exporters {
namespace {

// What LiteLLM puts in the place (litellm/litellm_core_utils/redact_messages.py).
constexpr std::string_view kMessages = R"([{"role":"user","content":"redacted-by-litellm"}])";
constexpr std::string_view kResponse = R"({"text":"redacted-by-litellm"})";

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

void writeGuardrails(JsonText& out, const Node& list) {
    out.beginArray();
    list.each([&](const Node& one) {
        out.beginObject();
        one.members([&](std::string_view key, const Node& value) {
            const bool said = key == "guardrail_request" || key == "guardrail_response";
            out.key(key).raw(said && value.there() ? "\"redacted-by-litellm\"" : value.json());
        });
        out.endObject();
    });
    out.endArray();
}

void writeAttributes(JsonText& out, const Node& attributes) {
    out.beginObject();
    attributes.members([&](std::string_view key, const Node& value) {
        if (key == "sluice.key_metadata" || key == "sluice.team_metadata" || key == "sluice.service_account")
            return;
        out.key(key).raw(value.json());
    });
    out.endObject();
}

void writeMetadata(JsonText& out, const Node& metadata) {
    out.beginObject();
    metadata.members([&](std::string_view key, const Node& value) {
        out.key(key);
        if (begins(key, "user_api_key"))
            out.null();
        else if (key == "attributes")
            writeAttributes(out, value);
        else
            out.raw(value.json());
    });
    out.endObject();
}

}  // namespace

namespace {

constexpr std::string_view kGone = "\"redacted-by-litellm\"";

using Ways = std::vector<const std::vector<std::string>*>;

// Those of `ways` that go on with this name.
Ways onwards(const Ways& ways, size_t depth, std::string_view name) {
    Ways on;
    for (const auto* way : ways) {
        if ((*way)[depth] == name || (*way)[depth] == "*") on.push_back(way);
    }
    return on;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the longest way of the configuration
void writeMasked(JsonText& out, const Node& value, const Ways& ways, size_t depth) {
    if (ways.empty() || !value.there()) return void(out.raw(value.json()));
    for (const auto* way : ways) {
        if (way->size() == depth) return void(out.raw(kGone));
    }
    if (value.object()) {
        out.beginObject();
        value.members([&](std::string_view key, const Node& member) {
            out.key(key);
            writeMasked(out, member, onwards(ways, depth, key), depth + 1);
        });
        out.endObject();
    } else if (value.array()) {
        const Ways on = onwards(ways, depth, "*");
        out.beginArray();
        value.each([&](const Node& element) { writeMasked(out, element, on, depth + 1); });
        out.endArray();
    } else {
        out.raw(value.json());
    }
}

}  // namespace

std::string shaped(Reader& reader, std::string_view json, const Options& options) {
    const Node record = reader.read(json);
    if (!record.object()) return {};
    Ways ways;
    for (const auto& way : options.masks) ways.push_back(&way);
    JsonText out;
    out.beginObject();
    record.members([&](std::string_view key, const Node& value) {
        out.key(key);
        writeMasked(out, value, onwards(ways, 0, key), 1);
    });
    if (!options.custom_fields.empty()) out.key("custom_fields").raw(options.custom_fields);
    return out.endObject().take();
}

std::string redacted(Reader& reader, std::string_view json, uint8_t what) {
    const Node record = reader.read(json);
    if (!record.object()) return {};
    JsonText out;
    out.beginObject();
    record.members([&](std::string_view key, const Node& value) {
        out.key(key);
        const bool messages = (what & kHideMessages) != 0;
        if (messages && value.there() && key == "messages")
            out.raw(kMessages);
        else if (messages && value.there() && key == "response")
            out.raw(kResponse);
        else if (messages && value.array() && key == "guardrail_information")
            writeGuardrails(out, value);
        else if ((what & kHideKeyInfo) != 0 && value.object() && key == "metadata")
            writeMetadata(out, value);
        else
            out.raw(value.json());
    });
    return out.endObject().take();
}

}  // namespace exporters

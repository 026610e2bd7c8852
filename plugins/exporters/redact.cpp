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

// sluice.host.content/1 over a scripted request and answer. A simpler visitor than the gateway's: every
// string is a text unless the name of its member steers. The lane comes from the name, the role from a "role"
// that stands in front of the text.
#pragma once

#include <sluice/testing/request_data.hpp>

namespace sluice::testing {

/// A text in a JSON body, or the whole of a body that is none.
struct FoundText {
    uint32_t lane = SLUICE_LANE_TEXT, role = SLUICE_ROLE_OTHER, flags = 0;
    std::string text, where;
    size_t begin = 0, end = 0;  // of the JSON string
};

class ContentFinder {
public:
    static std::vector<FoundText> find(const std::string& json) {
        ContentFinder finder(json);
        if (JsonReader reader(json); !reader.value() || !reader.done()) return {whole(json)};
        finder.value({}, "", SLUICE_LANE_TEXT);
        return std::move(finder.found_);
    }

private:
    explicit ContentFinder(std::string_view json) : json_(json) {}

    static FoundText whole(const std::string& body) {
        FoundText text;
        text.text = body;
        text.where = "body";
        text.end = body.size();
        return text;
    }
    static bool steers(std::string_view name) {
        for (const std::string_view one : {"model", "id", "object", "type", "role", "name", "finish_reason",
                                           "url", "user", "tool_call_id", "stop_reason", "signature"}) {
            if (name == one) return true;
        }
        return false;
    }
    static uint32_t laneOf(std::string_view name, uint32_t lane) {
        if (name == "arguments") return SLUICE_LANE_TOOL_ARGS;
        if (name == "refusal") return SLUICE_LANE_REFUSAL;
        return name == "reasoning_content" || name == "thinking" ? uint32_t{SLUICE_LANE_REASONING} : lane;
    }
    static uint32_t roleOf(std::string_view role) {
        if (role == "system" || role == "developer") return SLUICE_ROLE_SYSTEM;
        if (role == "assistant") return SLUICE_ROLE_ASSISTANT;
        return role == "tool" ? SLUICE_ROLE_TOOL : SLUICE_ROLE_USER;
    }

    char peek() {
        at_ = std::min(json_.find_first_not_of(" \t\r\n,:", at_), json_.size());
        return at_ < json_.size() ? json_[at_] : ' ';
    }
    std::string string() {
        std::string text;
        JsonReader reader(json_.substr(at_));
        (void)reader.string(&text);
        at_ += reader.at();
        return text;
    }
    void value(const std::string& where, std::string_view name, uint32_t lane) {
        const char c = peek();
        if (c == '"') {
            const size_t begin = at_;
            const std::string text = string();
            if (name == "role") role_ = roleOf(text);
            if (!steers(name)) found_.push_back({lane, role_, 0, text, where, begin, at_});
        } else if (c == '[') {
            ++at_;
            for (int i = 0; peek() != ']'; ++i) value(where + "[" + std::to_string(i) + "]", name, lane);
            ++at_;
        } else if (c == '{') {
            ++at_;
            while (peek() != '}') {
                const std::string inner = string();
                (void)peek();
                value(where.empty() ? inner : where + "." + inner, inner, laneOf(inner, lane));
            }
            ++at_;
        } else {
            JsonReader reader(json_.substr(at_));
            (void)reader.value();
            at_ += std::max<size_t>(reader.at(), 1);
        }
    }

    std::string_view json_;
    size_t at_ = 0;
    uint32_t role_ = SLUICE_ROLE_OTHER;
    std::vector<FoundText> found_;
};

}  // namespace sluice::testing

namespace sluice::testing::tables {

inline bool contentSide(Context& c, int32_t side, std::vector<FoundText>& texts) {
    RequestData& r = *c.request;
    if (side == SLUICE_CONTENT_REQUEST && c.phase >= Phase::PreCall) {
        texts = ContentFinder::find(r.body.text());
    } else if (side == SLUICE_CONTENT_RESPONSE && c.phase == Phase::PostCall) {
        if (!r.answer.body.empty()) texts = ContentFinder::find(r.answer.body);
        for (const auto& [lane, text] : r.answer.lanes)
            texts.push_back({lane, SLUICE_ROLE_ASSISTANT, SLUICE_TEXT_READ_ONLY | SLUICE_TEXT_SENT, text,
                             "stream", 0, 0});
    } else {
        return false;
    }
    return true;
}
inline sluice_status contentCount(sluice_ctx* ctx, int32_t side, uint32_t* count) {
    std::vector<FoundText> texts;
    if (!contentSide(contextOf(ctx), side, texts)) return SLUICE_E_UNSUPPORTED;
    *count = static_cast<uint32_t>(texts.size());
    return SLUICE_OK;
}
inline sluice_status contentAt(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_text* out) {
    Context& c = contextOf(ctx);
    std::vector<FoundText> texts;
    if (!contentSide(c, side, texts)) return SLUICE_E_UNSUPPORTED;
    if (!out || out->size < sizeof *out) return SLUICE_E_INVALID;
    if (i >= texts.size()) return SLUICE_E_NOT_FOUND;
    const bool edits = side == SLUICE_CONTENT_RESPONSE || c.phase == Phase::PreCall;
    out->lane = texts[i].lane;
    out->role = texts[i].role;
    out->flags = texts[i].flags | (edits ? 0 : SLUICE_TEXT_READ_ONLY);
    out->message = 0;
    out->text = c.lend(texts[i].text);
    out->where = c.lend(texts[i].where);
    return SLUICE_OK;
}
inline sluice_status contentReplace(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str by) {
    Context& c = contextOf(ctx);
    std::vector<FoundText> texts;
    if (!contentSide(c, side, texts)) return SLUICE_E_UNSUPPORTED;
    if (side == SLUICE_CONTENT_REQUEST && c.phase != Phase::PreCall) return SLUICE_E_UNSUPPORTED;
    if (i >= texts.size()) return SLUICE_E_NOT_FOUND;
    if (texts[i].flags & SLUICE_TEXT_READ_ONLY) return SLUICE_E_UNSUPPORTED;
    JsonReader reader(view(by));
    if (texts[i].lane == SLUICE_LANE_TOOL_ARGS && !(reader.value() && reader.done())) return SLUICE_E_INVALID;
    std::string body = side == SLUICE_CONTENT_REQUEST ? c.request->body.text() : c.request->answer.body;
    const bool quoted = body[texts[i].begin] == '"';
    body.replace(texts[i].begin, texts[i].end - texts[i].begin,
                 quoted ? jsonQuoted(view(by)) : std::string(view(by)));
    if (side == SLUICE_CONTENT_REQUEST) {
        c.request->body.assign(body);
    } else {
        c.request->answer.body = body;
    }
    return SLUICE_OK;
}

inline sluice_status contentRaw(sluice_ctx* ctx, int32_t side, uint32_t i, sluice_str* bytes) {
    Context& c = contextOf(ctx);
    std::vector<FoundText> texts;
    if (c.plugin->capabilities.count("raw_bytes") == 0) return SLUICE_E_DENIED;
    if (!contentSide(c, side, texts)) return SLUICE_E_UNSUPPORTED;
    if (i >= texts.size()) return SLUICE_E_NOT_FOUND;
    const std::string& body =
        side == SLUICE_CONTENT_REQUEST ? c.request->body.text() : c.request->answer.body;
    *bytes = c.lend(std::string_view(body).substr(texts[i].begin, texts[i].end - texts[i].begin));
    return SLUICE_OK;
}

inline const sluice_host_content kContent{
    sizeof(sluice_host_content), 0, contentCount, contentAt, contentReplace, contentRaw};

}  // namespace sluice::testing::tables

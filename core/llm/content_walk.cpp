#include "llm/content_walk.h"

#include <algorithm>
#include <array>
#include <forward_list>
#include <span>

#include "base/name_set.h"
#include "llm/json_index.h"
#include "llm/json_scan.h"
#include "llm/stream_texts.h"

namespace sluice::llm {
namespace {

// Names of members that steer, identify or count, wherever they stand.
constexpr base::NameSet kSteering{std::array<std::string_view, 60>{"api_base",
                                                                   "api_key",
                                                                   "api_version",
                                                                   "cache_control",
                                                                   "call_id",
                                                                   "container",
                                                                   "container_id",
                                                                   "created",
                                                                   "created_at",
                                                                   "detail",
                                                                   "effort",
                                                                   "embedding",
                                                                   "encoding_format",
                                                                   "encrypted_content",
                                                                   "encrypted_index",
                                                                   "finish_reason",
                                                                   "format",
                                                                   "id",
                                                                   "index",
                                                                   "item_id",
                                                                   "language",
                                                                   "media_type",
                                                                   "mime_type",
                                                                   "modalities",
                                                                   "model",
                                                                   "name",
                                                                   "object",
                                                                   "output_format",
                                                                   "pattern",
                                                                   "previous_response_id",
                                                                   "prompt_cache_key",
                                                                   "quality",
                                                                   "reasoning_effort",
                                                                   "required",
                                                                   "response_id",
                                                                   "role",
                                                                   "server_label",
                                                                   "service_tier",
                                                                   "signature",
                                                                   "size",
                                                                   "status",
                                                                   "stop",
                                                                   "stop_reason",
                                                                   "stop_sequence",
                                                                   "stop_sequences",
                                                                   "style",
                                                                   "syntax",
                                                                   "system_fingerprint",
                                                                   "thought_signature",
                                                                   "tool_call_id",
                                                                   "tool_choice",
                                                                   "tool_use_id",
                                                                   "truncation",
                                                                   "type",
                                                                   "url",
                                                                   "usage",
                                                                   "user",
                                                                   "verbosity",
                                                                   "voice",
                                                                   "warnings"}};

// Likewise, but only at the top of a body: below it the same names may be content.
constexpr base::NameSet kSteeringAtTop{std::array<std::string_view, 12>{
    "background", "fallbacks", "guardrails", "include", "input_type", "metadata", "moderation", "reasoning",
    "store", "safety_identifier", "tags", "thinking"}};

// Below these the names of members are somebody's own.
constexpr base::NameSet kNamesOfOwn{
    std::array<std::string_view, 4>{"$defs", "definitions", "patternProperties", "properties"}};

constexpr base::NameSet kOpaque{std::array<std::string_view, 8>{
    "b64_json", "data", "file_data", "file_id", "file_url", "image", "image_url", "input_image"}};

struct Member {
    std::string_view name;
    size_t begin = 0;
    size_t end = 0;
};

struct Place {
    uint32_t lane = kLaneText;
    Role role = Role::Other;
    bool read_only = false;
    bool call = false;    // of a tool
    bool tokens = false;  // numbers are text in another form
    bool all = false;     // no name steers here
    bool named = false;   // the names of the members are somebody's own: of a schema's properties
    size_t depth = 0;
};

bool endsWith(std::string_view word, std::string_view ending) {
    return word.size() >= ending.size() && word.substr(word.size() - ending.size()) == ending;
}

Role roleNamed(std::string_view role) {
    if (role == "system" || role == "developer") return Role::System;
    if (role == "user") return Role::User;
    if (role == "assistant" || role == "model") return Role::Assistant;
    if (role == "tool" || role == "function") return Role::Tool;
    return Role::Other;
}

bool isNumber(char c) { return c == '-' || (c >= '0' && c <= '9'); }

class Walk {
public:
    Walk(std::string_view json, size_t source, std::vector<ContentText>& out)
        : json_(json), source_(source), out_(out) {}

    void top(std::string_view name, bool answer);

private:
    void value(size_t at, const Place& place);
    void array(size_t at, const Place& place);
    void object(size_t at, const Place& place);
    void member(const Member& one, std::string_view type, const Place& place);
    void emit(size_t at, size_t end, const Place& place, bool opaque = false, bool arguments = false);
    void emitRaw(size_t at, size_t end, const Place& place);
    using Members = std::span<const Member>;
    void readMembers(size_t at);
    std::string_view decoded(std::string_view literal);
    std::string_view stringIn(Members members, std::string_view name);
    static bool has(Members members, std::string_view name);

    std::string_view json_;
    size_t source_;
    std::vector<ContentText>& out_;
    std::vector<Member> open_;                 // of the objects that are being walked, the innermost last
    std::forward_list<std::string> unquoted_;  // strings that are not in json_ as they are
    std::string where_;
    uint32_t message_ = 0;
    bool full_ = false;
};

void Walk::emit(size_t at, size_t end, const Place& place, bool opaque, bool arguments) {
    if (full_) return;
    if (out_.size() >= kContentTextsMax) {
        full_ = true;
        where_ += " and what follows";
        return emitRaw(at, json_.size(), place);
    }
    ContentText text;
    text.lane = place.lane;
    text.role = place.role;
    text.message = message_;
    text.read_only = place.read_only || opaque;
    text.opaque = opaque;
    text.arguments = arguments;
    text.where = where_;
    text.source = source_;
    text.begin = at;
    text.end = end;
    out_.push_back(std::move(text));
}

// Not taken apart any more, but not unseen either.
void Walk::emitRaw(size_t at, size_t end, const Place& place) {
    ContentText text;
    text.lane = kLaneToolArgs;  // JSON
    text.role = place.role;
    text.message = message_;
    text.read_only = text.plain = true;
    text.where = where_;
    text.source = source_;
    text.begin = at;
    text.end = end;
    out_.push_back(std::move(text));
}

// Appended to open_.
void Walk::readMembers(size_t at) {
    at = skipSpace(json_, at + 1);
    while (json_[at] != '}') {
        Member member;
        const size_t name_end = skipString(json_, at);
        member.name = decoded(json_.substr(at, name_end - at));
        member.begin = skipSpace(json_, skipSpace(json_, name_end) + 1);
        member.end = skipValue(json_, member.begin);
        at = skipSpace(json_, member.end);
        if (json_[at] == ',') at = skipSpace(json_, at + 1);
        open_.push_back(member);
    }
}

std::string_view Walk::decoded(std::string_view literal) {
    if (literal.find('\\') == std::string_view::npos) return literal.substr(1, literal.size() - 2);
    return unquoted_.emplace_front(jsonString(literal));
}

std::string_view Walk::stringIn(Members members, std::string_view name) {
    for (const auto& m : members) {
        if (m.name == name && json_[m.begin] == '"') return decoded(json_.substr(m.begin, m.end - m.begin));
    }
    return {};
}

bool Walk::has(Members members, std::string_view name) {
    return std::any_of(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
}

void Walk::top(std::string_view name, bool answer) {
    if (kSteering.has(name) || kSteeringAtTop.has(name)) return;
    Place place;
    place.role = answer ? Role::Assistant : Role::User;
    place.tokens = name == "prompt" || name == "input";
    place.all = name == "documents";
    if (place.all) place.role = Role::Other;
    if (name == "system" || name == "instructions") place.role = Role::System;
    if (name == "tools" || name == "functions" || name == "response_format" || (name == "text" && !answer)) {
        place.role = Role::System;
        place.lane = kLaneMeta;
    }
    where_ = name;
    member({name, skipSpace(json_, 0), json_.size()}, "", place);
}

void Walk::value(size_t at, const Place& place) {
    const char c = json_[at];
    if (c == '"') {
        const size_t end = skipString(json_, at);
        if (end - at > 2) emit(at, end, place);
    } else if (c == '[' || c == '{') {
        if (place.depth >= kContentDepthMax) return emitRaw(at, skipValue(json_, at), place);
        Place below = place;
        ++below.depth;
        c == '[' ? array(at, below) : object(at, below);
    }
}

void Walk::array(size_t at, const Place& place) {
    size_t next = skipSpace(json_, at + 1);
    if (place.tokens && isNumber(json_[next])) return emit(at, skipValue(json_, at), place, true);
    const size_t length = where_.size();
    for (uint32_t i = 0; json_[next] != ']' && !full_; ++i) {
        if (place.depth == 1) message_ = i;
        where_ += '[' + std::to_string(i) + ']';
        value(next, place);
        where_.resize(std::min(length, where_.size()));
        next = skipSpace(json_, skipValue(json_, next));
        if (json_[next] == ',') next = skipSpace(json_, next + 1);
    }
}

void Walk::object(size_t at, const Place& place) {
    const size_t first = open_.size();
    readMembers(at);
    const Members all = Members(open_).subspan(first);
    const std::string_view type = stringIn(all, "type");
    Place here = place;
    here.tokens = false;
    if (const auto role = stringIn(all, "role"); !role.empty()) here.role = roleNamed(role);
    if (endsWith(type, "tool_result") || endsWith(type, "_output")) here.role = Role::Tool;
    if (type == "reasoning" || type == "thinking") here.lane = kLaneReasoning;
    if (type == "reasoning" || endsWith(type, "_call") || endsWith(type, "tool_use"))
        here.role = Role::Assistant;
    if (has(all, "signature") || has(all, "encrypted_content")) here.read_only = true;
    const size_t length = where_.size(), end = open_.size();
    for (size_t i = first; i < end && !full_; ++i) {
        const Member one = open_[i];  // open_ grows and moves below
        (where_ += '.') += one.name;
        member(one, type, here);
        where_.resize(std::min(length, where_.size()));
    }
    open_.resize(first);
}

void Walk::member(const Member& one, std::string_view type, const Place& place) {
    const char first = json_[one.begin];
    const bool text = first == '"';
    const bool structured = first == '{' || first == '[';
    if (!text && !structured) return;
    if (one.name == "logprobs") {
        const size_t before = out_.size();
        emit(one.begin, one.end, place);
        if (out_.size() > before && !full_) out_.back().repeats = true;
        return;
    }
    // An array of that name holds things (data of embeddings and images); a string is the thing itself.
    const bool blob = kOpaque.has(one.name) && (text || first == '{') && type != "text";
    if (blob || (one.name == "url" && type == "url")) return emit(one.begin, one.end, place, true);
    if (!place.all && !place.named && kSteering.has(one.name)) return;
    Place below = place;
    below.all = place.all || one.name == "variables" || one.name == "document";
    below.named = structured && kNamesOfOwn.has(one.name);
    if (one.name == "thinking" || one.name == "reasoning_content" || one.name == "reasoning")
        below.lane = kLaneReasoning;
    if (one.name == "refusal") below.lane = kLaneRefusal;
    if (one.name == "filename") below.lane = kLaneMeta;
    below.call = one.name == "custom" || endsWith(type, "tool_use") || endsWith(type, "_call");
    if (one.name == "arguments" || (one.name == "input" && (place.call || below.call))) {
        below.lane = kLaneToolArgs;
        return emit(one.begin, one.end, below, false, one.name == "arguments" || structured);
    }
    value(one.begin, below);
}

}  // namespace

void walkContent(std::string_view name, std::string_view json, bool answer, size_t source,
                 std::vector<ContentText>& out) {
    Walk(json, source, out).top(name, answer);
}

}  // namespace sluice::llm

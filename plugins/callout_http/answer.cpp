#include "answer.h"

#include <nlohmann/json.hpp>

namespace callout_http {
namespace {

using Json = nlohmann::ordered_json;

// Trees are written and copied by recursion, and fibers have small stacks.
constexpr int kDepthMax = 64;

Json parsed(std::string_view text) {
    const auto bounded = [](int depth, Json::parse_event_t, Json&) {
        if (depth > kDepthMax) throw Unusable("the answer is nested too deeply");
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), bounded);
    } catch (const Json::exception&) {
        throw Unusable("the answer is no JSON");
    }
}

[[noreturn]] void wrong(const std::string& member) {
    throw Unusable(member + " has the wrong type or value");
}

// Null counts as not there, as languages write what is not set.
const Json* find(const Json& object, const char* member) {
    const auto found = object.find(member);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text(const Json& object, const char* member) {
    const Json* value = find(object, member);
    if (!value) return {};
    if (!value->is_string()) wrong(member);
    return value->get<std::string>();
}

size_t count(const Json& value, const char* member) {
    if (!value.is_number_unsigned()) wrong(member);
    return value.get<size_t>();
}

const Json* list(const Json& object, const char* member) {
    const Json* value = find(object, member);
    if (value && !value->is_array()) wrong(member);
    return value;
}

const Json* map(const Json& object, const char* member) {
    const Json* value = find(object, member);
    if (value && !value->is_object()) wrong(member);
    return value;
}

// A text goes out as it is, anything else as JSON.
std::string rendered(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

// A no is a no in every phase: "abort" is what "block" is called on a stream.
Say verdictOf(const Json& root) {
    const std::string verdict = text(root, "verdict");
    if (verdict == "continue") return Say::Continue;
    if (verdict == "block" || verdict == "abort") return Say::Refuse;
    if (verdict == "respond") return Say::Respond;
    if (verdict == "not_scanned") return Say::NotScanned;
    throw Unusable(verdict.empty() ? "verdict is missing" : "the verdict is unknown");
}

void readEdits(const Json& root, Answer& answer) {
    if (const Json* set = map(root, "set")) {
        for (const auto& [member, value] : set->items()) {
            // The gateway has prepared itself for what the client asked for.
            if (member == "stream" || (member == "model" && !value.is_string())) wrong("set." + member);
            if (member == "model") answer.model = value.get<std::string>();
            answer.set.emplace_back(member, value.dump());
        }
    }
    if (const Json* remove = list(root, "remove")) {
        for (const auto& member : *remove) {
            if (!member.is_string() || member == "stream" || member == "model") wrong("remove");
            answer.remove.push_back(member.get<std::string>());
        }
    }
}

void readBody(const Json& root, Answer& answer) {
    answer.content_type = text(root, "content_type");
    const Json* body = find(root, "body");
    if (!body) return;
    answer.body = rendered(*body);
    if (answer.content_type.empty())
        answer.content_type = body->is_string() ? "text/plain; charset=utf-8" : "application/json";
}

void readStream(const Json& root, Answer& answer) {
    if (const Json* release = find(root, "release")) answer.release = count(*release, "release");
    const Json* replace = list(root, "replace");
    if (!replace) return;
    for (const auto& one : *replace) {
        if (!one.is_object()) wrong("replace");
        const Json *start = find(one, "start"), *length = find(one, "length"), *by = find(one, "text");
        if (!start || !length || !by || !by->is_string()) wrong("replace");
        answer.replace.push_back(
            {count(*start, "replace"), count(*length, "replace"), by->get<std::string>()});
    }
}

uint32_t statusOf(const Json& root, Say say) {
    const Json* value = find(root, "status");
    if (!value) return 0;
    const size_t status = count(*value, "status");
    const size_t least = say == Say::Respond ? 200 : 400;
    if ((say == Say::Refuse || say == Say::Respond) && (status < least || status > 599)) wrong("status");
    return static_cast<uint32_t>(status);
}

void checkPlace(const Answer& answer, Phase phase) {
    const bool responds = answer.say == Say::Respond;
    if (responds && phase != Phase::PreCall && phase != Phase::PostCall)
        throw Unusable("respond is not possible in this phase");
    if (responds && !answer.body) throw Unusable("respond needs a body");
    if ((!answer.set.empty() || !answer.remove.empty()) && phase != Phase::PreCall)
        throw Unusable("set and remove are for pre_call");
    if (answer.body && !responds && phase != Phase::PostCall)
        throw Unusable("a body is for respond and post_call");
    if ((answer.release || !answer.replace.empty()) && phase != Phase::OnStream)
        throw Unusable("release and replace are for on_stream");
}

bool atCharacter(std::string_view text, size_t at) {
    return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80);
}

}  // namespace

Answer readAnswer(std::string_view text_of_it, Phase phase) {
    const Json root = parsed(text_of_it);
    if (!root.is_object()) throw Unusable("the answer is no object");
    Answer answer;
    answer.say = verdictOf(root);
    answer.message = text(root, "message");
    answer.code = text(root, "code");
    answer.category = text(root, "category");
    answer.reason = text(root, "reason");
    answer.status = statusOf(root, answer.say);
    readEdits(root, answer);
    readBody(root, answer);
    readStream(root, answer);
    if (const Json* attributes = map(root, "attributes")) {
        for (const auto& [name, value] : attributes->items())
            answer.attributes.emplace_back(name, rendered(value));
    }
    checkPlace(answer, phase);
    return answer;
}

size_t releaseOf(const Answer& answer, std::string_view window, bool ended) {
    const size_t release = ended ? window.size() : answer.release.value_or(window.size());
    if (!atCharacter(window, release)) throw Unusable("release is not at a character of the window");
    size_t from = 0;
    for (const auto& one : answer.replace) {
        if (one.start < from || one.start > release || one.length > release - one.start ||
            !atCharacter(window, one.start) || !atCharacter(window, one.start + one.length))
            throw Unusable("replace does not fit what is released");
        from = one.start + one.length;
    }
    return release;
}

}  // namespace callout_http

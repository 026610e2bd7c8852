#include "lines.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <sluice/json.hpp>

#include "refused.h"

namespace batches {
namespace {

constexpr size_t kLineBytesMax = 64u << 20;
constexpr size_t kCustomIdMax = 512;  // bytes; OpenAI names no bound
constexpr size_t kAnthropicIdMax = 64;
constexpr size_t kLanesMax = 1'000;  // models that are held back each by itself; the rest share the last one

// What an error may repeat of a line.
std::string shown(std::string_view text) {
    return sluice::jsonQuoted(text.substr(0, 60)) + (text.size() > 60 ? "…" : "");
}

[[noreturn]] void refuse(size_t number, const char* code, const std::string& what) {
    throw Refused(400, code, "line " + std::to_string(number) + ": " + what);
}

std::string kindOf(std::string_view json) {
    if (json.empty()) return "nothing";
    switch (json[0]) {
        case '{':
            return "an object";
        case '[':
            return "a list";
        case '"':
            return "a text";
        case 't':
        case 'f':
            return std::string(json);
        case 'n':
            return "null";
        default:
            return "a number";
    }
}

// A member that must be a text.
std::string text(const sluice::JsonObject& line, const char* name, size_t number) {
    const auto json = line.member(name);
    if (!json) refuse(number, "missing_member", std::string(name) + ": found nothing; allowed: a text");
    std::string out;
    if (!sluice::JsonReader(*json).string(&out))
        refuse(number, "invalid_member",
               std::string(name) + ": found " + kindOf(*json) + "; allowed: a text");
    return out;
}

bool isAnthropicId(const std::string& id) {
    return id.size() <= kAnthropicIdMax && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

void checkId(Kind kind, const std::string& id, size_t number) {
    if (id.empty() || id.size() > kCustomIdMax)
        refuse(number, "invalid_custom_id",
               "custom_id: found a text of " + std::to_string(id.size()) + " bytes; allowed: 1 to 512");
    if (kind == Kind::Anthropic && !isAnthropicId(id))
        refuse(number, "invalid_custom_id",
               "custom_id: found " + shown(id) + "; allowed: 1 to 64 letters, digits, _ and -");
}

// The body that is sent, and its model.
void takeBody(const sluice::JsonObject& line, const char* name, size_t number, Line& out) {
    const auto json = line.member(name);
    if (!json || json->empty() || json->front() != '{')
        refuse(number, "invalid_body",
               std::string(name) + ": found " + (json ? kindOf(*json) : "nothing") + "; allowed: an object");
    const sluice::JsonObject body(*json);
    if (!body.object())
        refuse(number, "invalid_body",
               std::string(name) + ": found an object with a member twice; allowed: each member once");
    if (const auto stream = body.member("stream"); stream && *stream != "false" && *stream != "null")
        refuse(number, "stream_not_allowed",
               std::string(name) + ".stream: found " + kindOf(*stream) +
                   "; allowed: false, or nothing: a line is answered whole");
    out.body = body.text();
    out.model = body.textOf("model");
}

}  // namespace

bool isEndpoint(std::string_view url) {
    return std::find(kEndpoints.begin(), kEndpoints.end(), url) != kEndpoints.end();
}

std::string endpointsListed() {
    std::string all;
    for (const auto endpoint : kEndpoints) all += (all.empty() ? "" : ", ") + std::string(endpoint);
    return all;
}

Line readLine(Kind kind, std::string_view text_of_line, size_t number) {
    if (text_of_line.size() > kLineBytesMax)
        refuse(number, "line_too_long",
               "found " + std::to_string(text_of_line.size()) +
                   " bytes; allowed: " + std::to_string(kLineBytesMax));
    const sluice::JsonObject line(text_of_line);
    if (!line.object())
        refuse(number, "invalid_json_line",
               "found " + shown(text_of_line) + "; allowed: one JSON object, each member once");
    Line out;
    out.custom_id = text(line, "custom_id", number);
    checkId(kind, out.custom_id, number);
    if (kind == Kind::Anthropic) {
        takeBody(line, "params", number, out);
        return out;
    }
    if (const auto method = text(line, "method", number); method != "POST")
        refuse(number, "invalid_method", "method: found " + shown(method) + "; allowed: POST");
    out.url = text(line, "url", number);
    if (!isEndpoint(out.url))
        refuse(number, "invalid_url", "url: found " + shown(out.url) + "; allowed: " + endpointsListed());
    takeBody(line, "body", number, out);
    return out;
}

Index readLines(Kind kind, std::string_view all, std::string_view endpoint, size_t lines_max) {
    Index index;
    std::unordered_set<std::string> ids;
    std::unordered_map<std::string, uint32_t> lanes;
    size_t number = 0;
    for (size_t at = 0; at < all.size();) {
        const size_t end = std::min(all.find('\n', at), all.size());
        const auto text_of_line = all.substr(at, end - at);
        ++number;
        if (text_of_line.find_first_not_of(" \t\r") != std::string_view::npos) {
            if (index.places.size() == lines_max)
                throw Refused(400, "too_many_lines",
                              "found more than " + std::to_string(lines_max) +
                                  " lines; allowed: " + std::to_string(lines_max));
            Line line = readLine(kind, text_of_line, number);
            if (!endpoint.empty() && line.url != endpoint)
                refuse(number, "mismatched_endpoint",
                       "url: found " + line.url + "; allowed: " + std::string(endpoint) +
                           ", the endpoint of the batch");
            if (!ids.insert(line.custom_id).second)
                refuse(
                    number, "duplicate_custom_id",
                    "custom_id: found " + shown(line.custom_id) + " a second time; allowed: each one once");
            const auto lane = static_cast<uint32_t>(std::min(index.models.size(), kLanesMax - 1));
            const auto known = lanes.try_emplace(line.model, lane);
            if (known.second && index.models.size() < kLanesMax) index.models.push_back(line.model);
            index.places.push_back({at, static_cast<uint32_t>(text_of_line.size()), known.first->second});
            if (index.places.size() == 1) index.url = line.url;
            if (index.url != line.url) index.url.clear();
        }
        at = end + 1;
    }
    if (index.places.empty())
        throw Refused(400, "empty_file", "found no line; allowed: at least one request");
    return index;
}

std::string linesOfRequests(std::string_view body) {
    const auto refused = [](const std::string& what) {
        return Refused(400, "invalid_request_error", what, "requests");
    };
    const sluice::JsonObject object(body);
    if (!object.object()) throw refused("The body is no JSON object, or has a member twice");
    const auto requests = object.member("requests");
    if (!requests || requests->empty() || requests->front() != '[')
        throw refused("requests: found " + (requests ? kindOf(*requests) : "nothing") +
                      "; allowed: a list of {custom_id, params}");
    std::string lines;
    lines.reserve(requests->size() + 1);
    sluice::JsonReader reader(*requests);
    (void)reader.take('[');
    if (reader.take(']')) throw refused("requests: found an empty list; allowed: at least one request");
    do {
        const size_t begin = reader.at();
        (void)reader.value();  // the body has been read as JSON already
        const auto one = requests->substr(begin, reader.at() - begin);
        // An end of line inside of JSON is space between its parts: in texts it is escaped.
        for (const char c : one) lines += c == '\n' || c == '\r' ? ' ' : c;
        lines += '\n';
    } while (reader.take(','));
    return lines;
}

}  // namespace batches

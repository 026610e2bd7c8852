#include "web.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <sluice/json_depth.hpp>

namespace batches {
namespace {

constexpr size_t kDepthMax = 64;
constexpr size_t kFieldsMax = 64;

// Fields that carry a key, as the plugins that authenticate read them; and what belongs to a dialect.
constexpr std::array<std::string_view, 9> kPassedOn{
    "authorization",  "x-api-key",           "api-key",        "x-goog-api-key", "anthropic-version",
    "anthropic-beta", "openai-organization", "openai-project", "traceparent"};

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

const char* anthropicType(uint32_t status) {
    switch (status) {
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        case 404:
            return "not_found_error";
        case 413:
            return "request_too_large";
        case 429:
            return "rate_limit_error";
        default:
            return status < 500 ? "invalid_request_error" : "api_error";
    }
}

}  // namespace

std::string ownerOf(const sluice::Request& request) {
    // What a name begins with keeps a team and a key of the same name apart.
    if (!request.tenant().empty()) return "tenant:" + std::string(request.tenant());
    if (!request.keyId().empty()) return "key:" + std::string(request.keyId());
    return "everybody";
}

Credentials credentialsOf(const sluice::Request& request) {
    Credentials fields;
    for (const auto [name, value] : request.headers()) {
        const std::string field = lowered(name);
        const bool wish = field.rfind("x-litellm-", 0) == 0;
        if (!wish && std::find(kPassedOn.begin(), kPassedOn.end(), field) == kPassedOn.end()) continue;
        if (fields.size() < kFieldsMax) fields.push_back(field + ": " + std::string(value));
    }
    return fields;
}

void refuseRecursion(const sluice::Request& request) {
    if (request.header("x-sluice-batch"))
        throw Refused(400, "recursive_batch", "A line of a batch cannot make files or batches");
}

std::string queryOf(const sluice::Request& request, std::string_view name) {
    std::string_view query = request.query();
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const size_t equals = pair.find('=');
        if (equals != std::string_view::npos && decoded(pair.substr(0, equals)) == name)
            return decoded(pair.substr(equals + 1));
    }
    return {};
}

size_t limitOf(const sluice::Request& request, size_t otherwise, size_t most) {
    const std::string text = queryOf(request, "limit");
    if (text.empty()) return otherwise;
    size_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 1 || value > most)
        throw Refused(400, "invalid_limit",
                      "limit: found another value; allowed: 1 to " + std::to_string(most), "limit");
    return value;
}

std::string idOf(std::string_view path, std::string_view folder, std::string_view ending) {
    if (path.rfind("/v1/", 0) == 0) path.remove_prefix(3);
    const Refused unknown(404, "not_found", "Not found");
    if (path.rfind(folder, 0) != 0) throw unknown;
    path.remove_prefix(folder.size());
    if (path.size() <= ending.size() || path.substr(path.size() - ending.size()) != ending) throw unknown;
    path.remove_suffix(ending.size());
    if (path.find('/') != std::string_view::npos) throw unknown;
    return std::string(path);
}

Json objectOf(const sluice::Request& request) {
    const auto text = request.body();
    // Trees are walked by recursion.
    if (sluice::nestedBeyond(text, kDepthMax))
        throw Refused(400, "invalid_json", "The body is nested too deeply: at most 64 levels");
    // The library takes a NUL for the end of the text; in JSON there is none.
    Json body = text.find('\0') == std::string_view::npos ? Json::parse(text, nullptr, false) : Json();
    if (!body.is_object()) throw Refused(400, "invalid_json", "The body is no JSON object");
    return body;
}

sluice::Verdict answerJson(const sluice::Request& request, uint32_t status, const Json& body) {
    return request.respond(status, "application/json",
                           body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

sluice::Verdict answerError(const sluice::Request& request, Kind kind, const Refused& why) {
    if (kind == Kind::Anthropic)
        return answerJson(
            request, why.status(),
            {{"type", "error"}, {"error", {{"type", anthropicType(why.status())}, {"message", why.what()}}}});
    const char* type = why.status() < 500 ? "invalid_request_error" : "internal_server_error";
    return answerJson(request, why.status(),
                      {{"error",
                        {{"message", why.what()},
                         {"type", type},
                         {"param", why.param().empty() ? Json() : Json(why.param())},
                         {"code", why.code()}}}});
}

Json seconds(int64_t ms) { return ms > 0 ? Json(ms / 1'000) : Json(); }

Json rfc3339(int64_t ms) {
    if (ms <= 0) return {};
    const std::time_t at = static_cast<std::time_t>(ms / 1'000);
    std::tm utc{};
    char text[40] = "";
    if (::gmtime_r(&at, &utc)) (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    const std::string part = std::to_string(1'000 + ms % 1'000).substr(1);
    return std::string(text) + "." + part + "Z";
}

}  // namespace batches

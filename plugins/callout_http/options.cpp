#include "options.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace callout_http {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kPhases{"pre_call", "during_call", "post_call", "on_stream",
                                                  "on_complete"};
constexpr std::array<std::string_view, 4> kLanes{"text", "reasoning", "tool_args", "refusal"};
constexpr std::array<std::string_view, 4> kGrains{"arrival", "word", "line", "sentence"};
// The host frames the call; a second field of these would contradict it.
constexpr std::array<std::string_view, 6> kOwnFields{"connection", "content-length",   "content-type", "host",
                                                     "te",         "transfer-encoding"};

template <size_t N>
size_t indexIn(const std::array<std::string_view, N>& names, std::string_view wanted) {
    return static_cast<size_t>(std::find(names.begin(), names.end(), wanted) - names.begin());
}

// The schema has checked that each is one of the names.
template <size_t N>
uint32_t bitsOf(const json& chosen, const std::array<std::string_view, N>& names) {
    uint32_t bits = 0;
    for (const auto& one : chosen) bits |= 1u << indexIn(names, one.get_ref<const std::string&>());
    return bits;
}

std::string lowered(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return text;
}

bool isFieldName(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    });
}

bool isFieldValue(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// A text, or the handle of a secret. The message never holds the value.
std::string fieldValue(const std::string& name, const json& value, const sluice::Host& host) {
    std::string text;
    if (value.is_string()) {
        text = value.get<std::string>();
    } else if (value.is_object() && value.contains("$secret") && value["$secret"].is_string()) {
        const auto secret = host.reveal(value["$secret"].get<std::string>());
        if (!secret) throw sluice::ConfigError("headers." + name + ": there is no such secret");
        text = *secret;
    } else {
        throw sluice::ConfigError("headers." + name + ": a text is expected");
    }
    if (!isFieldValue(text)) throw sluice::ConfigError("headers." + name + ": it holds control characters");
    return text;
}

std::vector<std::pair<std::string, std::string>> readHeaders(const json& wanted, const sluice::Host& host) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& [key, value] : wanted.items()) {
        std::string field = lowered(key);
        if (!isFieldName(field)) throw sluice::ConfigError("headers: a name cannot stand in a head");
        if (indexIn(kOwnFields, field) < kOwnFields.size())
            throw sluice::ConfigError("headers." + field + ": the gateway sets this one");
        std::string text = fieldValue(field, value, host);
        fields.emplace_back(std::move(field), std::move(text));
    }
    return fields;
}

}  // namespace

bool Options::asks(std::string_view hook) const {
    const size_t phase = indexIn(kPhases, hook);
    return phase < kPhases.size() && asks(static_cast<Phase>(phase));
}

std::string_view name(Phase phase) { return kPhases[static_cast<size_t>(phase)]; }

std::string_view laneName(uint32_t lane) {
    for (size_t i = 0; i < kLanes.size(); ++i) {
        if (lane == 1u << i) return kLanes[i];
    }
    return {};
}

Options readOptions(std::string_view config_json, const sluice::Host& host) {
    const json config = json::parse(config_json);
    Options options;
    options.url = config.at("url").get<std::string>();
    if (options.url.rfind("http://", 0) != 0 && options.url.rfind("https://", 0) != 0)
        throw sluice::ConfigError("url: it starts with http:// or https://");
    options.timeout_ms = config.at("timeout_ms").get<uint32_t>();
    options.open = config.at("fail") == "open";
    options.max_body_bytes = config.at("max_body_bytes").get<size_t>();
    options.headers = readHeaders(config.value("headers", json::object()), host);
    for (const auto& field : config.value("include_headers", json::array()))
        options.include_headers.push_back(lowered(field.get<std::string>()));
    options.phases = bitsOf(config.at("phases"), kPhases);
    if (options.phases == 0) throw sluice::ConfigError("phases: at least one is needed");
    options.lanes = bitsOf(config.at("lanes"), kLanes);
    if (options.lanes == 0) throw sluice::ConfigError("lanes: at least one is needed");
    const auto grain = config.at("granularity").get<std::string>();
    options.grain = static_cast<sluice::Grain>(indexIn(kGrains, grain));
    return options;
}

}  // namespace callout_http

#include "params.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace provider_openai {
namespace {

using Json = nlohmann::json;
using sluice::ConfigError;

// A text, or the handle of a secret one.
std::string textOf(const Json& value, const std::string& key, const sluice::Host& host) {
    if (value.is_string()) return value.get<std::string>();
    const auto handle = value.is_object() ? value.find("$secret") : value.end();
    if (handle == value.end() || !handle->is_string()) throw ConfigError(key + ": must be a text");
    const auto text = host.reveal(handle->get_ref<const std::string&>());
    if (!text) throw ConfigError(key + ": the host knows no such secret");
    return std::string(*text);
}

// RFC 9110 section 5.1.
bool isFieldName(std::string_view name) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    const auto token = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), token);
}

// RFC 9110 section 5.5: a line break would be a second field. Typical cause: a key read from a file with its
// newline.
std::string fieldValue(std::string value, const std::string& key) {
    const auto control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::any_of(value.begin(), value.end(), control)) {
        throw ConfigError(key + ": contains a line break or another control character");
    }
    return value;
}

class Reader {
public:
    Reader(std::string_view json, const sluice::Host& host) : params_(Json::parse(json)), host_(host) {}

    std::string text(const std::string& key) const {
        const auto found = params_.find(key);
        if (found == params_.end() || found->is_null()) return {};
        return fieldValue(textOf(*found, key, host_), key);
    }

    std::vector<Header> headers(const std::string& key) const {
        std::vector<Header> headers;
        const auto found = params_.find(key);
        if (found == params_.end() || found->is_null()) return headers;
        if (!found->is_object()) throw ConfigError(key + ": must be a mapping of field names to texts");
        for (const auto& [name, value] : found->items()) {
            const std::string path = key + "." + name;
            if (!isFieldName(name)) throw ConfigError(path + ": is no field name");
            headers.push_back({name, fieldValue(textOf(value, path, host_), path)});
        }
        return headers;
    }

    bool flag(const std::string& key, bool otherwise) const {
        const auto found = params_.find(key);
        if (found == params_.end() || found->is_null()) return otherwise;
        if (!found->is_boolean()) throw ConfigError(key + ": must be true or false");
        return found->get<bool>();
    }

private:
    const Json params_;
    const sluice::Host& host_;
};

}  // namespace

Params readParams(std::string_view json, const sluice::Host& host) {
    const Reader reader(json, host);
    Params params;
    params.api_base = reader.text("api_base");
    if (params.api_base.empty()) params.api_base = reader.text("base_url");
    params.api_key = reader.text("api_key");
    params.api_version = reader.text("api_version");
    params.organization = reader.text("organization");
    params.extra_headers = reader.headers("extra_headers");
    params.stream_usage = reader.flag("stream_usage", true);
    return params;
}

}  // namespace provider_openai

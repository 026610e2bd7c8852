#include "labels.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "exporters/settings.h"

namespace callback_datadog {

using exporters::textOf;
using nlohmann::json;

namespace {

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::string either(std::string text, const char* otherwise) { return text.empty() ? otherwise : text; }

Labels labelsOf(const json& config, const sluice::Host& host) {
    Labels labels;
    labels.source = either(textOf(config, "source", host, "DD_SOURCE"), "litellm");
    labels.service = either(textOf(config, "service", host, "DD_SERVICE"), "litellm-server");
    labels.hostname = textOf(config, "hostname", host, "DD_HOSTNAME");
    if (labels.hostname.empty()) labels.hostname = hostName();
    labels.tags = "env:" + either(textOf(config, "env", host, "DD_ENV"), "unknown");
    labels.tags += ",service:" + labels.service;
    labels.tags += ",version:" + either(textOf(config, "version", host, "DD_VERSION"), "unknown");
    if (const auto tags = textOf(config, "tags", host); !tags.empty()) labels.tags += "," + tags;
    return labels;
}

std::string intakeOf(const json& config, const sluice::Host& host, const char* name) {
    std::string base = textOf(config, "url", host);
    if (base.empty())
        base = "https://" + std::string(name) + "." +
               either(textOf(config, "site", host, "DD_SITE"), "datadoghq.com");
    return exporters::baseUrlOf(base, "url");
}

std::vector<std::string> listOf(const std::string& tags) {
    std::vector<std::string> all;
    for (size_t from = 0; from < tags.size();) {
        const size_t comma = std::min(tags.find(',', from), tags.size());
        if (comma > from) all.push_back(tags.substr(from, comma - from));
        from = comma + 1;
    }
    return all;
}

void addTag(std::string& tags, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!tags.empty()) tags += ',';
    tags.append(name).append(":");
    for (const char c : value) tags += c == ',' ? '_' : c;
}

}  // namespace callback_datadog

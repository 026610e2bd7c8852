#include "options.h"

#include "exporters/base64.h"
#include "exporters/settings.h"

namespace callback_http {
namespace {

constexpr const char* kRecords = "{{records}}";

}  // namespace

void readEnvelope(const nlohmann::json& envelope, Options& options) {
    const std::string mark = std::string("\"") + kRecords + "\"";
    const std::string text = envelope.dump();
    const size_t at = text.find(mark);
    if (at == std::string::npos || text.find(mark, at + 1) != std::string::npos)
        throw sluice::ConfigError(
            "envelope: the text \"{{records}}\" stands in it once, where the list goes");
    options.before = text.substr(0, at);
    options.after = text.substr(at + mark.size());
}

Options optionsOf(const nlohmann::json& config, const sluice::Host& host) {
    Options options;
    std::string url = exporters::textOf(config, "url", host);
    if (url.empty()) url = exporters::textOf(config, "endpoint", host, "GENERIC_LOGGER_ENDPOINT");
    if (url.empty())
        throw sluice::ConfigError("url: found nothing; allowed: http:// or https://, a host, a path");
    (void)exporters::baseUrlOf(url, "url");
    options.url = url;
    std::string format = config.value("format", "");
    if (format.empty()) format = config.value("log_format", "json_array");
    options.format = format == "ndjson"   ? Format::Ndjson
                     : format == "single" ? Format::Single
                                          : Format::JsonArray;
    if (config.contains("template") && !config["template"].is_null())
        options.payload.emplace(config["template"], "template");
    if (config.contains("envelope") && !config["envelope"].is_null()) {
        if (options.format != Format::JsonArray)
            throw sluice::ConfigError("envelope: there is a list of records only with format json_array");
        readEnvelope(config["envelope"], options);
    }
    const std::string secret = exporters::textOf(config, "signing_secret", host);
    if (config.contains("signing_secret") && secret.empty())
        throw sluice::ConfigError("signing_secret: found an empty text; allowed: a secret");
    const auto key = exporters::webhookKey(secret);
    if (!key) throw sluice::ConfigError("signing_secret: what stands behind whsec_ is no base64");
    options.signing_key = *key;
    return options;
}

}  // namespace callback_http

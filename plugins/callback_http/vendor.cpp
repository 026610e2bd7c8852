#include "vendor.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "exporters/settings.h"
#include "options.h"
#include "sink.h"

namespace callback_http {
namespace {

using exporters::Destination;
using nlohmann::json;
using Texts = std::map<std::string, std::string>;  // of options, by name

bool isSecret(const json& option) { return option.value("secret", false); }

Texts textsOf(const json& vendor, const json& config, const sluice::Host& host) {
    Texts texts;
    for (const auto& [name, option] : vendor.at("options").items()) {
        const std::string variable = option.value("variable", "");
        std::string text =
            exporters::textOf(config, name.c_str(), host, variable.empty() ? nullptr : variable.c_str());
        if (text.empty()) text = option.value("default", "");
        if (text.empty() && option.value("required", false))
            throw sluice::ConfigError(name + ": found nothing; allowed: a text" +
                                      (variable.empty() ? "" : ", or the variable " + variable));
        texts[name] = std::move(text);
    }
    return texts;
}

// {{NAME}} becomes the option's text. `whole`: none of them was empty.
std::string filled(const std::string& text, const Texts& texts, bool& whole) {
    std::string out;
    size_t from = 0;
    for (size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", from)) {
        const size_t close = text.find("}}", open);
        const auto found = texts.find(text.substr(open + 2, close - open - 2));
        const std::string value = found == texts.end() ? "" : found->second;
        whole &= !value.empty();
        out += text.substr(from, open - from) + value;
        from = close + 2;
    }
    return out + text.substr(from);
}

bool hasControls(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Two keys at one place are two accounts; the configured one may change its key, and what waits for it goes
// on waiting for it.
std::shared_ptr<const Destination> destinationOf(const json& vendor, Texts texts, bool configured) {
    const auto base = texts.find("base_url");
    if (base != texts.end()) base->second = exporters::baseUrlOf(base->second, "base_url");
    auto to = std::make_shared<Destination>();
    bool whole = true;
    to->url = filled(vendor.at("url").get<std::string>(), texts, whole);
    std::string account = to->url;
    const json headers = vendor.value("headers", json::object());
    for (const auto& [name, value] : headers.items()) {
        bool all = true;
        const std::string text = filled(value.get<std::string>(), texts, all);
        if (hasControls(text)) throw sluice::ConfigError(name + ": it holds control characters");
        if (all) to->fields.emplace_back(name, text);
        if (!configured) account += "\n" + text;
    }
    for (const auto& [name, option] : vendor.at("options").items()) {
        if (isSecret(option)) continue;
        to->words[name] = texts[name];
        account += "\n" + texts[name];
    }
    to->id = exporters::destinationId(vendor.at("callbacks").at(0).get<std::string>(), account);
    return to;
}

// The configured secrets are for the configured host: whoever names another one brings its own.
std::shared_ptr<const Destination> ownOf(const json& vendor, const json& vars, const Texts& texts,
                                         const json& config) {
    const std::string usual = texts.count("base_url") > 0 ? texts.at("base_url") : "";
    Texts said;
    const json words = vendor.value("callback_vars", json::object());
    for (const auto& [word, name] : words.items()) {
        if (vars.contains(word) && vars[word].is_string())
            said[name.get<std::string>()] = vars[word].get<std::string>();
    }
    if (said.empty()) return nullptr;
    Texts own = texts;
    for (const auto& [name, option] : vendor.at("options").items()) {
        if (isSecret(option) && said.count("base_url") > 0) own[name].clear();
    }
    for (const auto& [name, text] : said) own[name] = text;
    for (const auto& [name, option] : vendor.at("options").items()) {
        if (option.value("required", false) && own[name].empty())
            throw std::invalid_argument("there is no " + name + " in it");
    }
    try {
        const std::string base =
            own.count("base_url") > 0 ? exporters::baseUrlOf(own["base_url"], "base_url") : std::string();
        if (!base.empty()) exporters::checkOwnHost(base, usual, config);
        return destinationOf(vendor, std::move(own), false);
    } catch (const sluice::ConfigError& fault) {
        throw std::invalid_argument(fault.message());
    }
}

}  // namespace

exporters::Setup vendorSetup(const json& vendor, const json& config, const sluice::Host& host) {
    const Texts texts = textsOf(vendor, config, host);
    Options options;
    options.format = vendor.value("format", "json_array") == "single" ? Format::Single : Format::JsonArray;
    options.payload.emplace(vendor.at("template"), "template");
    if (vendor.contains("envelope")) readEnvelope(vendor["envelope"], options);
    options.items_max = vendor.value("items_max", SIZE_MAX);
    options.own = [vendor, config, texts](const json& vars) { return ownOf(vendor, vars, texts, config); };
    exporters::Setup setup;
    setup.names = vendor.at("callbacks").get<std::vector<std::string>>();
    setup.usual = destinationOf(vendor, texts, true);
    setup.sink = std::make_unique<HttpSink>(std::move(options), [host] { return host.wallMs(); });
    return setup;
}

}  // namespace callback_http

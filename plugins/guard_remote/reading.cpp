#include "reading.h"

#include <algorithm>

namespace guard_remote {

std::string textOf(const sluice::ConfigObject& config, std::initializer_list<std::string_view> keys,
                   std::string otherwise) {
    for (const auto key : keys) {
        if (!config.has(key)) continue;
        config.read(key, otherwise);
        return otherwise;
    }
    return otherwise;
}

std::string textOrVariable(const sluice::ConfigObject& config, const sluice::Host& host, std::string_view key,
                           std::string_view variable, std::string otherwise) {
    if (config.has(key)) return textOf(config, {key});
    const auto value = host.reveal(variable);
    return value && !value->empty() ? std::string(*value) : otherwise;
}

std::string urlOf(std::string url, std::string_view key) {
    const size_t scheme = url.rfind("http://", 0) == 0 ? 7 : url.rfind("https://", 0) == 0 ? 8 : 0;
    if (scheme == 0 || url.size() == scheme)
        throw sluice::ConfigError(std::string(key) + ": found " + (url.empty() ? "nothing" : "another text") +
                                  "; allowed: a URL with http:// or https://");
    while (url.size() > scheme && url.back() == '/') url.pop_back();
    return headerValue(std::move(url), key);
}

std::string headerValue(std::string value, std::string_view key) {
    const bool control = std::any_of(
        value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (control)
        throw sluice::ConfigError(std::string(key) + ": found control characters; allowed: text of one line");
    return value;
}

std::string headerName(std::string name, std::string_view key) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    constexpr std::string_view kOwn[] = {"connection", "content-length",   "content-type", "host",
                                         "te",         "transfer-encoding"};
    bool fits = !name.empty();
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
        fits &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    }
    if (!fits || std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn))
        throw sluice::ConfigError(std::string(key) +
                                  ": found a name that is none, or one of the gateway's own; allowed: a "
                                  "field of a request");
    return name;
}

std::map<std::string, bool> actionsOf(const sluice::ConfigObject& config, std::string_view key) {
    std::map<std::string, bool> actions;
    const auto object = config.object(key);
    if (!object) return actions;
    for (const auto entity : object->keys()) {
        std::string action;
        object->read(entity, action, {"MASK", "BLOCK"});
        actions[std::string(entity)] = action == "BLOCK";
    }
    return actions;
}

std::map<std::string, double> numbersOf(const sluice::ConfigObject& config, std::string_view key) {
    std::map<std::string, double> numbers;
    const auto object = config.object(key);
    if (!object) return numbers;
    for (const auto name : object->keys()) {
        double number = 0;
        object->read(name, number);
        numbers[std::string(name)] = number;
    }
    return numbers;
}

}  // namespace guard_remote

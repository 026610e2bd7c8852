// Reading a plugin's configuration, key by key, with faults that say where, what was found and what is
// allowed.
//
// Most plugins do not write this: sluice_add_plugin(NAME source… MANIFEST manifest.json) writes
// NAME_manifest.hpp from the manifest's config_schema, with a struct NAME::Config whose members are typed and
// have the schema's defaults, and its Config::read(json).
//
//   HttpEnricher(std::string_view config, sluice::Host host)
//       : config_(http_enricher::Config::read(config, host)) {}   // config_.url, config_.timeout_ms
//
// A text may be a secret, {"$secret":"HANDLE"}: with the host it is revealed, without it is HANDLE, for
// host.reveal(). Texts are never quoted in a fault: they may be secrets that stand in the wrong place.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <locale>
#include <sstream>

#include <sluice/host.hpp>
#include <sluice/json.hpp>

namespace sluice {

/// One object of a configuration. read() leaves alone what is not there; need() throws. null is not there.
/// Everything throws ConfigError.
class ConfigObject {
public:
    explicit ConfigObject(std::string_view json, const Host* host = nullptr, std::string path = {})
        : object_(json), host_(host), path_(std::move(path)) {
        if (!object_.object()) fail(path_.empty() ? "the configuration" : path_, kindOf(json), "an object");
    }

    /// Its keys, in the order of the text.
    std::vector<std::string_view> keys() const { return object_.names(); }
    bool has(std::string_view key) const { return valueOf(key).has_value(); }
    /// The path of a key, for faults: "limits.max".
    std::string pathOf(std::string_view key) const {
        return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    }

    void read(std::string_view key, std::string& out) const {
        if (const auto json = valueOf(key)) out = textOf(*json, pathOf(key));
    }
    void read(std::string_view key, bool& out) const {
        const auto json = valueOf(key);
        if (!json) return;
        if (*json != "true" && *json != "false") fail(pathOf(key), kindOf(*json), kindAllowed(out));
        out = *json == "true";
    }
    void read(std::string_view key, int64_t& out) const {
        const auto json = valueOf(key);
        if (!json) return;
        const std::string digits(*json);
        char* end = nullptr;
        errno = 0;
        const long long value = std::strtoll(digits.c_str(), &end, 10);
        if (digits[0] == '"' || *end != '\0' || end == digits.c_str() || errno == ERANGE)
            fail(pathOf(key), kindOf(*json), kindAllowed(out));
        out = value;
    }
    void read(std::string_view key, double& out) const {
        const auto json = valueOf(key);
        if (!json) return;
        std::istringstream in{std::string(*json)};
        in.imbue(std::locale::classic());  // a comma is no point, wherever the gateway runs
        double value = 0;
        if (!isNumber(*json) || !(in >> value)) fail(pathOf(key), kindOf(*json), kindAllowed(out));
        out = value;
    }
    void read(std::string_view key, std::vector<std::string>& out) const {
        const auto json = valueOf(key);
        if (!json) return;
        std::vector<std::string> texts;
        JsonReader reader(*json);
        if (!reader.take('[')) fail(pathOf(key), kindOf(*json), kindAllowed(out));
        for (bool more = !reader.take(']'); more; more = reader.take(',')) {
            const size_t begin = json->find_first_not_of(" \t\r\n", reader.at());
            (void)reader.value();
            texts.push_back(textOf(json->substr(begin, reader.at() - begin),
                                   pathOf(key) + "[" + std::to_string(texts.size()) + "]"));
        }
        out = std::move(texts);
    }
    /// One of these texts.
    void read(std::string_view key, std::string& out, std::initializer_list<std::string_view> allowed) const {
        if (!has(key)) return;
        std::string text;
        read(key, text);
        bool known = false;
        for (const auto one : allowed) known |= text == one;
        if (!known) fail(pathOf(key), "another text", "one of " + joined(allowed));
        out = std::move(text);
    }
    /// Anything, as its JSON text.
    void readJson(std::string_view key, std::string& out) const {
        if (const auto json = valueOf(key)) out = *json;
    }
    std::optional<ConfigObject> object(std::string_view key) const {
        const auto json = valueOf(key);
        return json ? std::optional(ConfigObject(*json, host_, pathOf(key))) : std::nullopt;
    }

    template <class Value>
    void need(std::string_view key, Value& out) const {
        if (!has(key)) missing(key, kindAllowed(out));
        read(key, out);
    }
    void need(std::string_view key, std::string& out, std::initializer_list<std::string_view> allowed) const {
        if (!has(key)) missing(key, "one of " + joined(allowed));
        read(key, out, allowed);
    }
    void needJson(std::string_view key, std::string& out) const {
        if (!object_.member(key)) missing(key, "a value");
        out = *object_.member(key);
    }
    ConfigObject needObject(std::string_view key) const {
        if (!has(key)) missing(key, "an object");
        return *object(key);
    }
    /// No other keys than these.
    void only(std::initializer_list<std::string_view> allowed) const {
        for (const auto key : keys()) {
            bool known = false;
            for (const auto one : allowed) known |= one == key;
            if (!known) fail(pathOf(key), "an unknown key", allowed.size() == 0 ? "none" : joined(allowed));
        }
    }

    [[noreturn]] static void fail(const std::string& path, const std::string& found,
                                  const std::string& allowed) {
        throw ConfigError(path + ": found " + found + "; allowed: " + allowed);
    }
    /// A value in a few words. The text of a text is not among them.
    static std::string kindOf(std::string_view json) {
        if (json.empty() || !isJson(json)) return "no JSON";
        if (json[0] == '{') return "an object";
        if (json[0] == '[') return "a list";
        return json[0] == '"' ? "a text" : std::string(json.substr(0, 40));
    }

private:
    static const char* kindAllowed(const std::string&) { return "a text"; }
    static const char* kindAllowed(const bool&) { return "true or false"; }
    static const char* kindAllowed(const int64_t&) { return "a whole number of 64 bits"; }
    static const char* kindAllowed(const double&) { return "a number"; }
    static const char* kindAllowed(const std::vector<std::string>&) { return "a list of texts"; }
    static bool isNumber(std::string_view json) {
        return json[0] == '-' || (json[0] >= '0' && json[0] <= '9');
    }
    static std::string joined(std::initializer_list<std::string_view> texts) {
        std::string all;
        for (const auto text : texts) all += (all.empty() ? "" : ", ") + std::string(text);
        return all;
    }

    std::optional<std::string_view> valueOf(std::string_view key) const {
        const auto json = object_.member(key);
        return json == "null" ? std::nullopt : json;
    }
    [[noreturn]] void missing(std::string_view key, const std::string& allowed) const {
        fail(pathOf(key), object_.member(key) ? "null" : "nothing", allowed);
    }
    // A text, or the handle of a secret one.
    std::string textOf(std::string_view json, const std::string& path) const {
        std::string text;
        if (json[0] == '"' && JsonReader(json).string(&text)) return text;
        const JsonObject secret(json);
        const auto handle = secret.member("$secret");
        if (!handle || secret.names().size() != 1 || !JsonReader(*handle).string(&text)) {
            const bool number = isNumber(json);  // which one is not said: it may be somebody's key
            fail(path, number ? "a number" : kindOf(json), "a text");
        }
        if (!host_) return text;
        const auto revealed = host_->reveal(text);
        if (!revealed) fail(path, "a secret that the host does not know", "a text");
        return std::string(*revealed);
    }

    JsonObject object_;
    const Host* host_;  // the caller's; outlives the reading
    std::string path_;
};

}  // namespace sluice

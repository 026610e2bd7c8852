#include "options.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

namespace lua_policy {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
    throw sluice::ConfigError(where + ": " + what);
}

std::string textAt(const json& object, const char* key, const std::string& where,
                   std::string otherwise = {}) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return otherwise;
    if (!found->is_string())
        refuse(where + "." + key, std::string("found ") + found->type_name() + "; allowed: a text");
    return found->get<std::string>();
}

bool flagAt(const json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return false;
    if (!found->is_boolean())
        refuse(where + "." + key, std::string("found ") + found->type_name() + "; allowed: true or false");
    return found->get<bool>();
}

uint64_t numberAt(const json& object, const char* key, const std::string& where, uint64_t otherwise,
                  uint64_t min, uint64_t max) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return otherwise;
    const bool good = found->is_number_integer() &&
                      (found->is_number_unsigned() || found->get<int64_t>() >= 0) &&
                      found->get<uint64_t>() >= min && found->get<uint64_t>() <= max;
    if (!good)
        refuse(where + "." + key, "found " + found->dump() + "; allowed: a whole number, " +
                                      std::to_string(min) + " to " + std::to_string(max));
    return found->get<uint64_t>();
}

// A text or a list of texts.
std::vector<std::string> textsOf(const json& value, const std::string& where) {
    std::vector<std::string> all;
    for (const auto& one : value.is_array() ? value : json::array({value})) {
        if (!one.is_string() || one.get_ref<const std::string&>().empty())
            refuse(where, "allowed: a text, or a list of texts");
        all.push_back(one.get<std::string>());
    }
    return all;
}

Binding readBinding(const json& policy, const std::string& where) {
    Binding binding;
    const auto found = policy.find("bind");
    if (found == policy.end() || found->is_null()) return binding;
    if (!found->is_object()) refuse(where + ".bind", "allowed: an object");
    for (const auto& [key, value] : found->items()) {
        const auto who = std::find_if(kWhoNames.begin(), kWhoNames.end(),
                                      [&key = key](const char* name) { return key == name; });
        if (who == kWhoNames.end())
            refuse(where + ".bind." + key,
                   "not known; allowed: key, team, organization, customer, tag, route, model, tenant");
        binding.allowed[static_cast<size_t>(who - kWhoNames.begin())] =
            textsOf(value, where + ".bind." + key);
    }
    return binding;
}

bool blocks(const json& policy, const char* key, const std::string& where, bool otherwise) {
    const std::string word = textAt(policy, key, where, otherwise ? "block" : "allow");
    if (word != "block" && word != "allow")
        refuse(where + "." + key, "found \"" + word + "\"; allowed: block, allow");
    return word == "block";
}

Mode readMode(const json& policy, const std::string& where) {
    const std::string word = textAt(policy, "mode", where, "enforce");
    if (word == "enforce") return Mode::Enforce;
    if (word == "shadow") return Mode::Shadow;
    if (word == "off") return Mode::Off;
    refuse(where + ".mode", "found \"" + word + "\"; allowed: enforce, shadow, off");
}

void readSource(const json& policy, const std::string& where, PolicyOptions& out) {
    const std::string path = textAt(policy, "script", where), code = textAt(policy, "code", where);
    if (path.empty() == code.empty())
        refuse(where, "one of script (a path) and code (the text) must be given");
    out.source = code;
    out.chunk = path.empty() ? out.name : path.substr(path.find_last_of('/') + 1);
    if (path.empty()) return;
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    if (!file || !(all << file.rdbuf())) refuse(where + ".script", "the file " + path + " cannot be read");
    out.source = all.str();
}

std::string headerValue(const json& value, const sluice::Host& host, const std::string& where) {
    if (value.is_string()) return value.get<std::string>();
    const auto secret = value.is_object() ? value.find("$secret") : value.end();
    if (!value.is_object() || secret == value.end() || !secret->is_string()) refuse(where, "allowed: a text");
    const auto text = host.reveal(secret->get<std::string>());
    if (!text) refuse(where, "this secret is not known");
    return std::string(*text);
}

void readUrls(const json& policy, const sluice::Host& host, const std::string& where, PolicyOptions& out) {
    const auto found = policy.find("urls");
    if (found == policy.end() || found->is_null()) return;
    for (const auto& [name, value] : found->items()) {
        const std::string at = where + ".urls." + name;
        NamedUrl url;
        url.url = value.is_string() ? value.get<std::string>() : textAt(value, "url", at);
        if (url.url.rfind("http://", 0) != 0 && url.url.rfind("https://", 0) != 0)
            refuse(at, "allowed: a URL with http:// or https://");
        if (value.is_object()) {
            url.timeout_ms = static_cast<uint32_t>(numberAt(value, "timeout_ms", at, 1000, 1, 60'000));
            const json headers = value.value("headers", json::object());
            for (const auto& [field, text] : headers.items())
                url.headers.emplace_back(field, headerValue(text, host, at + ".headers." + field));
        }
        out.urls.emplace(name, std::move(url));
    }
}

void readStream(const json& policy, const std::string& where, StreamOptions& out) {
    const auto found = policy.find("stream");
    if (found == policy.end() || found->is_null()) return;
    const std::string at = where + ".stream";
    if (const std::string grain = textAt(*found, "granularity", at); !grain.empty()) out.granularity = grain;
    if (found->contains("lanes")) out.lanes = textsOf(found->at("lanes"), at + ".lanes");
    if (found->contains("window_bytes"))
        out.window_bytes = static_cast<uint32_t>(numberAt(*found, "window_bytes", at, 0, 16, 65536));
    if (found->contains("overlap_bytes"))
        out.overlap_bytes = static_cast<uint32_t>(numberAt(*found, "overlap_bytes", at, 0, 0, 16384));
}

PolicyOptions readPolicy(const json& policy, const sluice::Host& host, const std::string& where) {
    if (!policy.is_object()) refuse(where, "allowed: an object");
    PolicyOptions out;
    out.name = textAt(policy, "name", where);
    if (out.name.empty() || out.name.size() > 64)
        refuse(where + ".name", "required: a text of 1 to 64 bytes");
    if (std::any_of(out.name.begin(), out.name.end(), [](unsigned char c) { return c < 0x20; }))
        refuse(where + ".name", "control characters are not allowed");
    out.mode = readMode(policy, where);
    out.mandatory = flagAt(policy, "mandatory", where);
    out.bind = readBinding(policy, where);
    out.block_on_error = blocks(policy, "on_error", where, true);
    out.block_on_timeout = blocks(policy, "on_timeout", where, out.block_on_error);
    const json budget = policy.value("budget", json::object());
    out.limits.steps =
        numberAt(budget, "instructions", where + ".budget", out.limits.steps, 1000, 1'000'000'000);
    out.limits.time =
        std::chrono::milliseconds(numberAt(budget, "time_ms", where + ".budget", 20, 1, 10'000));
    out.limits.memory_bytes = numberAt(budget, "memory_bytes", where + ".budget", out.limits.memory_bytes,
                                       256 * 1024, 256 * 1024 * 1024);
    if (policy.contains("params")) out.params = policy.at("params").dump();
    readSource(policy, where, out);
    readUrls(policy, host, where, out);
    readStream(policy, where, out.stream);
    return out;
}

}  // namespace

Options readOptions(std::string_view text, const sluice::Host& host) {
    const json config = json::parse(text, nullptr, false);
    if (!config.is_object()) throw sluice::ConfigError("config: allowed: an object");
    Options options;
    options.idle_states_max =
        numberAt(config, "idle_states_max", "config", options.idle_states_max, 1, 1'000'000);
    const json scanners = config.value("scanners", json::object());
    if (!scanners.is_object()) refuse("scanners", "allowed: an object, name to guardrail");
    for (const auto& [name, id] : scanners.items())
        options.scanners[name] = textAt(scanners, name.c_str(), "scanners");
    const json list = config.value("policies", json::array());
    if (!list.is_array()) refuse("policies", "allowed: a list");
    std::set<std::string> names;
    for (size_t i = 0; i < list.size(); ++i) {
        const std::string where = "policies[" + std::to_string(i) + "]";
        PolicyOptions one = readPolicy(list[i], host, where);
        if (!names.insert(one.name).second) refuse(where + ".name", "\"" + one.name + "\" is there twice");
        options.policies.push_back(std::move(one));
    }
    std::stable_partition(options.policies.begin(), options.policies.end(),
                          [](const PolicyOptions& one) { return one.mandatory; });
    return options;
}

}  // namespace lua_policy

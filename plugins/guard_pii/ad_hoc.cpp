#include "ad_hoc.h"

#include <fstream>
#include <sstream>

#include <sluice/json.hpp>

namespace pii {
namespace {

using sluice::ConfigObject;

constexpr size_t kFileMax = 1 << 20;

// The elements of a JSON list, as JSON.
std::vector<std::string> elements(std::string_view json, const std::string& path) {
    std::vector<std::string> all;
    sluice::JsonReader reader(json);
    if (!sluice::isJson(json) || !reader.take('['))
        ConfigObject::fail(path, ConfigObject::kindOf(json), "a list of recognisers");
    for (bool more = !reader.take(']'); more; more = reader.take(',')) {
        const size_t begin = json.find_first_not_of(" \t\r\n", reader.at());
        (void)reader.value();
        all.emplace_back(json.substr(begin, reader.at() - begin));
    }
    return all;
}

std::string fileText(const std::string& file, const std::string& path) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        ConfigObject::fail(path, "a file that cannot be read: " + file, "a JSON file");
    if (text.str().size() > kFileMax) ConfigObject::fail(path, "a file of more than 1 MB", "up to 1 MB");
    return text.str();
}

void readPattern(const ConfigObject& from, const std::vector<std::string>& context, const std::string& entity,
                 std::vector<OwnPattern>& patterns) {
    OwnPattern pattern;
    pattern.entity = entity;
    pattern.context = context;
    double score = pattern.score;
    from.need("regex", pattern.regex);
    from.read("score", score);
    if (score < 0 || score > 1) ConfigObject::fail(from.pathOf("score"), std::to_string(score), "0 to 1");
    pattern.score = static_cast<float>(score);
    patterns.push_back(std::move(pattern));
}

void readRecogniser(const ConfigObject& from, std::vector<OwnPattern>& patterns,
                    std::map<std::string, std::vector<std::string>>& deny) {
    std::string entity;
    from.need("supported_entity", entity);
    if (entity.empty() ||
        entity.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos)
        ConfigObject::fail(from.pathOf("supported_entity"), "\"" + entity.substr(0, 60) + "\"",
                           "capitals, digits and \"_\"");
    std::vector<std::string> context;
    std::vector<std::string> words;
    from.read("context", context);
    from.read("deny_list", words);
    std::string list;
    from.readJson("patterns", list);
    if (list.empty() && words.empty())
        ConfigObject::fail(from.pathOf("patterns"), "nothing", "patterns, a deny_list, or both");
    if (!words.empty()) {
        auto& all = deny[entity];
        all.insert(all.end(), words.begin(), words.end());
    }
    if (list.empty()) return;
    size_t i = 0;
    for (const auto& json : elements(list, from.pathOf("patterns")))
        readPattern(ConfigObject(json, nullptr, from.pathOf("patterns") + "[" + std::to_string(i++) + "]"),
                    context, entity, patterns);
}

}  // namespace

std::vector<OwnPattern> readAdHoc(const ConfigObject& config, std::string_view key,
                                  std::map<std::string, std::vector<std::string>>& deny) {
    std::vector<OwnPattern> patterns;
    std::string json;
    config.readJson(key, json);
    if (json.empty()) return patterns;
    const auto path = config.pathOf(key);
    if (json[0] == '"') {
        std::string file;
        config.read(key, file);
        json = fileText(file, path);
    }
    size_t i = 0;
    for (const auto& one : elements(json, path))
        readRecogniser(ConfigObject(one, nullptr, path + "[" + std::to_string(i++) + "]"), patterns, deny);
    return patterns;
}

}  // namespace pii

#include "yaml_json.h"

#include <stdexcept>

#include <yaml-cpp/yaml.h>

namespace lua_policy::tool {
namespace {

using nlohmann::json;

// A plain scalar is what it looks like; a quoted one is a text.
json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;
    if (text == "true" || text == "false") return text == "true";
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    const json number = json::parse(text, nullptr, false);
    return number.is_number() ? number : json(text);
}

json convert(const YAML::Node& node) {
    if (node.IsMap()) {
        json out = json::object();
        for (const auto& pair : node) out[pair.first.Scalar()] = convert(pair.second);
        return out;
    }
    if (node.IsSequence()) {
        json out = json::array();
        for (const auto& one : node) out.push_back(convert(one));
        return out;
    }
    return node.IsScalar() ? scalar(node) : json();
}

}  // namespace

json readYaml(const std::string& path) {
    try {
        return convert(YAML::LoadFile(path));
    } catch (const YAML::Exception& e) {
        throw std::runtime_error(path + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg);
    }
}

}  // namespace lua_policy::tool

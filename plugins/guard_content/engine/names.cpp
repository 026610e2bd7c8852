#include "names.h"

#include <nlohmann/json.hpp>
#include <sluice/glob.hpp>

#include <algorithm>

namespace guard_content {

namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 64;

// A tool has a name in itself (Anthropic, responses) or in `function` (chat); types of built-in tools, such
// as web_search, are names, too.
void addTool(const Json& tool, std::vector<std::string>& names) {
    if (!tool.is_object()) return;
    const auto function = tool.find("function");
    const Json& named = function != tool.end() && function->is_object() ? *function : tool;
    const auto name = named.find("name");
    const auto type = tool.find("type");
    if (name != named.end() && name->is_string())
        names.push_back(name->get<std::string>());
    else if (type != tool.end() && type->is_string())
        names.push_back(type->get<std::string>());
}

bool isCall(const Json& object) {
    const auto type = object.find("type");
    if (type == object.end() || !type->is_string()) return false;
    const auto& text = type->get_ref<const std::string&>();
    return text == "tool_use" || text == "function_call" || text == "server_tool_use" || text == "mcp_call" ||
           text == "custom_tool_call";
}

void collect(const Json& value, int depth, std::vector<std::string>& names) {
    if (depth > kDepthMax || !(value.is_object() || value.is_array())) return;
    if (value.is_array()) {
        for (const auto& one : value) collect(one, depth + 1, names);
        return;
    }
    if (isCall(value)) addTool(value, names);
    for (const auto& [key, member] : value.items()) {
        if ((key == "tools" || key == "functions" || key == "tool_calls") && member.is_array()) {
            for (const auto& tool : member) addTool(tool, names);
        } else if (key == "function_call") {
            addTool(member, names);
        } else if (key != "arguments" && key != "input_schema" && key != "parameters") {
            collect(member, depth + 1, names);
        }
    }
}

}  // namespace

bool NameList::allows(std::string_view name) const {
    const auto matches = [name](const std::string& pattern) { return sluice::matchesGlob(pattern, name); };
    if (std::any_of(denied.begin(), denied.end(), matches)) return false;
    return allowed.empty() || std::any_of(allowed.begin(), allowed.end(), matches);
}

std::vector<std::string> toolNames(std::string_view json) {
    std::vector<std::string> names;
    // Nothing is read unless a tool can be in it, also under a name with escapes: most requests have none.
    const auto says = [json](std::string_view word) { return json.find(word) != std::string_view::npos; };
    if (!says("tool") && !says("function") && !says("mcp_call") && !says("\\u")) return names;
    const Json document = Json::parse(json, nullptr, false);
    if (!document.is_discarded()) collect(document, 0, names);
    return names;
}

}  // namespace guard_content

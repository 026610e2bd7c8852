#include "options.h"

#include <sluice/plugin.hpp>

#include "json.h"

namespace provider_echo {
namespace {

using sluice::ConfigError;

constexpr uint32_t kPaceMsMax = 60'000;
constexpr uint32_t kFirstTokenMsMax = 600'000;
constexpr uint32_t kWordsMax = 1'000'000;

uint32_t number(const Json& value, const std::string& name, uint32_t most) {
    if (!value.is_number_integer() || value < 0 || value > most) {
        throw ConfigError("echo." + name + ": must be a whole number from 0 to " + std::to_string(most));
    }
    return value.get<uint32_t>();
}

ToolCall toolCall(const Json& value) {
    const Json& name = member(value, "name");
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) {
        throw ConfigError("echo.tool_call.name: the name of a tool is required");
    }
    const Json& arguments = member(value, "arguments");
    if (arguments.is_string()) return {name.get<std::string>(), arguments.get<std::string>()};
    if (arguments.is_object() || arguments.is_null()) {
        return {name.get<std::string>(), arguments.is_null() ? "{}" : text(arguments)};
    }
    throw ConfigError("echo.tool_call.arguments: must be a mapping, or JSON as a text");
}

void readOption(const std::string& name, const Json& value, Options& options) {
    if (name == "pace_ms") {
        options.pace_ms = number(value, name, kPaceMsMax);
    } else if (name == "first_token_ms") {
        options.first_token_ms = number(value, name, kFirstTokenMsMax);
    } else if (name == "words") {
        options.words = number(value, name, kWordsMax);
    } else if (name == "text") {
        if (!value.is_string()) throw ConfigError("echo.text: must be a text");
        options.text = value.get<std::string>();
    } else if (name == "tool_call") {
        options.tool_call = toolCall(value);
    } else {
        throw ConfigError("echo." + name +
                          ": unknown key; there are pace_ms, first_token_ms, text, words, tool_call");
    }
}

}  // namespace

Options readOptions(std::string_view litellm_params) {
    const Json params = Json::parse(litellm_params);
    const Json& echo = member(params, "echo");
    Options options;
    if (echo.is_null()) return options;
    if (!echo.is_object()) throw ConfigError("echo: must be a mapping");
    for (const auto& [name, value] : echo.items()) readOption(name, value, options);
    return options;
}

}  // namespace provider_echo

#include "openapi.h"

#include <algorithm>
#include <cctype>

namespace admin_api {
namespace {

constexpr std::pair<const char*, const char*> kRefusals[]{
    {"400", "The body is no JSON object, or does not fit what is there"},
    {"401", "The key is not known, blocked or expired"},
    {"403", "Not allowed, or somebody else's"},
    {"404", "Not there"},
    {"409", "It has been changed meanwhile, or is there already"},
    {"413", "The body is too long"},
    {"415", "The body is compressed"},
    {"422", "A member or a parameter is not known or of the wrong type"},
    {"501", "It is changed or handed over in the configuration file"},
    {"503", "The store cannot be read or written"}};

Json errorSchema() {
    return {{"type", "object"},
            {"required", {"error"}},
            {"properties",
             {{"error",
               {{"type", "object"},
                {"required", {"message", "type", "param", "code"}},
                {"properties",
                 {{"message", {{"type", "string"}}},
                  {"type", {{"type", "string"}}},
                  {"param", {{"type", Json::array({"string", "null"})}}},
                  {"code", {{"type", "string"}}}}}}}}}};
}

std::string idOf(const Route& route) {
    std::string id;
    for (const char c : std::string(route.method) + route.path)
        id += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '_';
    return id;
}

Json parameterOf(const std::string& name, const char* in, Json schema) {
    Json parameter{{"name", name}, {"in", in}};
    if (std::string_view(in) == "path") parameter["required"] = true;
    parameter["schema"] = std::move(schema);
    return parameter;
}

// A parameter of a query is never null.
Json queryParameter(const Field& field) {
    Json schema = schemaOf(field.type);
    if (schema.contains("type") && schema["type"].is_array()) schema["type"] = schema["type"][0];
    return parameterOf(field.name, "query", std::move(schema));
}

Json operationOf(const Route& route) {
    Json operation{
        {"operationId", idOf(route)},
        {"summary", route.summary},
        {"tags",
         Json::array(
             {std::string(nameOf(route.access)).substr(0, std::string(nameOf(route.access)).find('.'))})},
        {"x-sluice-access", nameOf(route.access)}};
    Json parameters = Json::array();
    for (const auto& name : namesIn(route.path))
        parameters.push_back(parameterOf(name, "path", {{"type", "string"}}));
    for (const Field& field : route.query) parameters.push_back(queryParameter(field));
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (route.takesBody())
        operation["requestBody"] = {{"content", {{"application/json", {{"schema", schemaOf(route.body)}}}}}};
    Json responses{
        {"200",
         {{"description", "Done"}, {"content", {{"application/json", {{"schema", Json::object()}}}}}}}};
    for (const auto& [status, words] : kRefusals) {
        responses[status] = {
            {"description", words},
            {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
    }
    operation["responses"] = std::move(responses);
    return operation;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::vector<std::string> namesIn(const std::string& path) {
    std::vector<std::string> names;
    for (size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
        names.push_back(path.substr(open + 1, path.find('}', open) - open - 1));
    return names;
}

Json openApiOf(const Routes& routes) {
    Json paths = Json::object();
    for (const Route& route : routes) paths[route.path][lower(route.method)] = operationOf(route);
    return {{"openapi", "3.1.0"},
            {"info", {{"title", "Sluice: administration"}, {"version", "0.1.0"}}},
            {"security", Json::array({Json{{"key", Json::array()}}})},
            {"paths", std::move(paths)},
            {"components",
             {{"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}},
              {"schemas", {{"Error", errorSchema()}}}}}};
}

Json listOf(const Routes& routes) {
    std::map<std::string, Json> methods;
    std::vector<std::string> order;
    for (const Route& route : routes) {
        if (methods.count(route.path) == 0) order.push_back(route.path);
        methods[route.path].push_back(route.method);
    }
    Json all = Json::array();
    for (const auto& path : order) all.push_back({{"path", path}, {"methods", methods[path]}});
    return {{"routes", std::move(all)}};
}

}  // namespace admin_api

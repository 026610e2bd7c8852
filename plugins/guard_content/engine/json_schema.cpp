#include "json_schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

#include "schema_check.h"

namespace guard_content {

namespace {

// Everything that could be wrong with a schema is found when the configuration is read.
void inspect(const Json& schema, const std::string& at, int depth, SchemaTree& tree) {
    const auto fail = [&](const std::string& what) { throw std::invalid_argument(at + ": " + what); };
    if (depth > JsonSchema::kDepthMax) fail("found a schema that is nested too deeply; allowed: 64 levels");
    if (schema.is_boolean()) return;
    if (!schema.is_object()) fail("found no schema; allowed: an object, true or false");
    const auto sub = [&](const char* key) {
        if (schema.contains(key)) inspect(schema[key], at + "/" + key, depth + 1, tree);
    };
    for (const char* key : {"additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"})
        sub(key);
    if (schema.contains("items") && !schema["items"].is_array()) sub("items");
    for (const char* key : {"anyOf", "oneOf", "allOf", "prefixItems"}) {
        if (!schema.contains(key)) continue;
        if (!schema[key].is_array()) fail(std::string(key) + ": found no list; allowed: a list of schemas");
        for (size_t i = 0; i < schema[key].size(); ++i)
            inspect(schema[key][i], at + "/" + key + "/" + std::to_string(i), depth + 1, tree);
    }
    for (const char* key : {"properties", "patternProperties", "$defs", "definitions"}) {
        if (!schema.contains(key)) continue;
        if (!schema[key].is_object()) fail(std::string(key) + ": found no object; allowed: schemas by name");
        for (const auto& [name, one] : schema[key].items()) {
            inspect(one, at + "/" + key + "/" + name, depth + 1, tree);
            if (std::string_view(key) == "patternProperties") tree.compile(name, at + "/" + key);
        }
    }
    if (schema.contains("pattern")) {
        if (!schema["pattern"].is_string()) fail("pattern: found no text; allowed: a regular expression");
        tree.compile(schema["pattern"].get<std::string>(), at + "/pattern");
    }
    if (schema.contains("$ref"))
        if (const Json* target = tree.resolve(schema["$ref"], at + "/$ref"))
            inspect(*target, at + "/$ref", depth + 1, tree);
    if (schema.contains("type")) checkType(schema["type"], at + "/type");
    for (const char* key : {"required", "enum"})
        if (schema.contains(key) && !schema[key].is_array()) fail(std::string(key) + ": found no list");
    for (const char* key :
         {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
          "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
        if (schema.contains(key) && !schema[key].is_number()) fail(std::string(key) + ": found no number");
}

}  // namespace

struct JsonSchema::Tree : SchemaTree {
    using SchemaTree::SchemaTree;
};

JsonSchema::JsonSchema(std::string_view schema) {
    Json document = Json::parse(schema, nullptr, false);
    if (document.is_discarded()) throw std::invalid_argument("found no JSON; allowed: a JSON Schema");
    tree_ = std::make_unique<Tree>(std::move(document));
    inspect(tree_->root, "#", 0, *tree_);
}
JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;

std::string JsonSchema::fault(std::string_view text) const {
    int deepest = 0;
    const auto depth = [&deepest](int level, Json::parse_event_t, Json&) {
        deepest = std::max(deepest, level);
        return level <= kDepthMax;  // what is deeper is left out, and the document refused
    };
    const Json document = Json::parse(withoutFence(text), depth, false);
    if (document.is_discarded() && deepest <= kDepthMax)
        return "$: found no JSON; allowed: one JSON document";
    if (deepest > kDepthMax) return "$: found a document that is nested too deeply; allowed: 64 levels";
    SchemaCheck check(*tree_, kStepsMax, kDepthMax);
    std::string why;
    const bool fits = check.fits(document, tree_->root, "$", 0, &why);
    if (check.exhausted()) return "$: this document takes too long to check";
    return fits ? std::string() : why;
}

std::string_view withoutFence(std::string_view text) {
    constexpr std::string_view kWhite = " \t\r\n", kFence = "```";
    const auto trim = [&] {
        const size_t begin = std::min(text.find_first_not_of(kWhite), text.size());
        const size_t end = text.find_last_not_of(kWhite) + 1;
        text = begin < end ? text.substr(begin, end - begin) : std::string_view();
    };
    trim();
    if (text.size() > 2 * kFence.size() && text.substr(0, 3) == kFence &&
        text.substr(text.size() - 3) == kFence) {
        const size_t line = text.find('\n');
        if (line == std::string_view::npos) return text;
        text = text.substr(line + 1, text.size() - 3 - std::min(line + 1, text.size() - 3));
        trim();
    }
    return text;
}

}  // namespace guard_content

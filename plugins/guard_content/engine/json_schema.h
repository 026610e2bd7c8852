// Is a text the JSON that somebody wants? A schema of JSON Schema 2020-12's common keywords: type, enum,
// const, required, properties, additionalProperties, patternProperties, propertyNames, minProperties,
// maxProperties, items, prefixItems, contains, minItems, maxItems, uniqueItems, minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, maxLength, pattern (RE2), anyOf, oneOf, allOf,
// not, if, then, else, $ref to places of the same schema. Others ($schema, title, format, …) say nothing.
// Debian has no library for it in C++.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace guard_content {

class JsonSchema {
public:
    static constexpr int kDepthMax = 64;  // of a document, and of references that lead to each other
    static constexpr size_t kStepsMax = 1'000'000;  // subschemas tried for one document

    /// Throws std::invalid_argument: what was found, where in the schema, what is allowed. [control]
    explicit JsonSchema(std::string_view schema);
    ~JsonSchema();
    JsonSchema(JsonSchema&&) noexcept;

    /// Empty if the text is one document that fits; else what is wrong, and where: "$.items[2].price: found a
    /// text; allowed: number". Says names and kinds, never a text of the document's. [any]
    std::string fault(std::string_view text) const;

private:
    struct Tree;
    std::unique_ptr<Tree> tree_;
};

/// The JSON in an answer of a model: without white space and a Markdown fence (```json … ```) around it.
std::string_view withoutFence(std::string_view text);

}  // namespace guard_content

// The inside of JsonSchema: a document against a schema, step by step.
#pragma once

#include <re2/re2.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>

namespace guard_content {

using Json = nlohmann::json;

/// A schema with its expressions compiled and its references found. Read by any number of threads.
struct SchemaTree {
    explicit SchemaTree(Json schema) : root(std::move(schema)) {}

    /// Both throw std::invalid_argument.
    void compile(const std::string& pattern, const std::string& at);
    /// What it refers to, if that has not been asked for before; else null.
    const Json* resolve(const Json& reference, const std::string& at);

    Json root;
    std::map<std::string, std::unique_ptr<re2::RE2>> patterns;
    std::map<std::string, const Json*> references;
};

/// Throws std::invalid_argument if it is no type, or no list of types.
void checkType(const Json& type, const std::string& at);

/// One document. Bounded: what takes too many steps does not fit.
class SchemaCheck {
public:
    SchemaCheck(const SchemaTree& tree, size_t steps_max, int depth_max)
        : tree_(tree), steps_(steps_max), depth_max_(depth_max) {}

    /// `why` may be null; it says the first thing that is wrong.
    bool fits(const Json& value, const Json& schema, const std::string& at, int depth, std::string* why);
    /// A bound was reached: whatever the result says, nothing is known.
    bool exhausted() const { return exhausted_; }

private:
    bool kind(const Json& value, const Json& schema, const std::string& at, std::string* why);
    bool number(const Json& value, const Json& schema, const std::string& at, std::string* why);
    bool text(const Json& value, const Json& schema, const std::string& at, std::string* why);
    bool list(const Json& value, const Json& schema, const std::string& at, int depth, std::string* why);
    bool object(const Json& value, const Json& schema, const std::string& at, int depth, std::string* why);
    bool member(const std::string& name, const Json& value, const Json& schema, const std::string& at,
                int depth, std::string* why);
    bool combined(const Json& value, const Json& schema, const std::string& at, int depth, std::string* why);

    const SchemaTree& tree_;
    size_t steps_;
    bool exhausted_ = false;
    int depth_max_;
};

}  // namespace guard_content

#include "config/schema.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace sluice::config {
namespace {

bool isOfType(const Json& value, std::string_view type) {
    if (type == "string") return value.is_string() || Secrets::handleOf(value);
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object() && !Secrets::handleOf(value);
    return type == "null" && value.is_null();
}

std::vector<std::string> typesOf(const Json& schema) {
    std::vector<std::string> types;
    const auto found = schema.find("type");
    if (found == schema.end()) return types;
    if (found->is_string()) types.push_back(found->get<std::string>());
    if (found->is_array()) types = found->get<std::vector<std::string>>();
    return types;
}

class Checker {
public:
    Checker(const Tree& tree, Faults& faults) : tree_(tree), faults_(faults) {}

    void check(const Json& schema, Json& value, const std::string& path) {
        const auto types = typesOf(schema);
        if (!types.empty() &&
            std::none_of(types.begin(), types.end(), [&](const auto& t) { return isOfType(value, t); })) {
            fail(path, describe(value), fmt::format("{}", fmt::join(types, " or ")));
            return;
        }
        checkEnum(schema, value, path);
        checkRange(schema, value, path);
        if (value.is_object() && !Secrets::handleOf(value)) checkObject(schema, value, path);
        if (value.is_array() && schema.contains("items")) {
            for (size_t i = 0; i < value.size(); ++i) check(schema["items"], value[i], childPath(path, i));
        }
    }

private:
    void fail(const std::string& path, std::string found, std::string allowed, std::string hint = {}) {
        faults_.error(tree_.place(path), path, std::move(found), std::move(allowed), std::move(hint));
    }

    void checkEnum(const Json& schema, const Json& value, const std::string& path) {
        const auto choices = schema.find("enum");
        if (choices == schema.end() || std::find(choices->begin(), choices->end(), value) != choices->end())
            return;
        fail(path, describe(value), "one of " + choices->dump());
    }

    void checkRange(const Json& schema, const Json& value, const std::string& path) {
        if (value.is_number()) {
            if (schema.contains("minimum") && value < schema["minimum"])
                fail(path, describe(value), "at least " + schema["minimum"].dump());
            if (schema.contains("maximum") && value > schema["maximum"])
                fail(path, describe(value), "at most " + schema["maximum"].dump());
        }
        if (value.is_string() && schema.contains("minLength") &&
            value.get_ref<const std::string&>().size() < schema["minLength"].get<size_t>()) {
            fail(path, describe(value), "at least " + schema["minLength"].dump() + " characters");
        }
    }

    void checkObject(const Json& schema, Json& value, const std::string& path) {
        const Json properties = schema.value("properties", Json::object());
        for (const auto& name : schema.value("required", std::vector<std::string>())) {
            if (!value.contains(name))
                fail(childPath(path, name), "nothing",
                     properties.value(name, Json::object()).value("description", "a value"));
        }
        const bool closed =
            schema.contains("additionalProperties") && schema["additionalProperties"] == false;
        for (auto& [key, member] : value.items()) {
            if (properties.contains(key)) {
                check(properties[key], member, childPath(path, key));
            } else if (closed) {
                unknown(properties, key, path);
            }
        }
        for (const auto& [name, property] : properties.items()) {
            if (!value.contains(name) && property.contains("default")) value[name] = property["default"];
        }
    }

    void unknown(const Json& properties, const std::string& key, const std::string& path) {
        std::vector<std::string_view> names;
        for (const auto& [name, property] : properties.items()) names.push_back(name);
        const auto near = base::nearest(key, names);
        fail(childPath(path, key), "unknown key", fmt::format("{}", fmt::join(names, ", ")),
             near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
    }

    const Tree& tree_;
    Faults& faults_;
};

}  // namespace

void applySchema(const Json& schema, Json& value, const std::string& path, const Tree& tree, Faults& faults) {
    try {
        if (schema.is_object()) Checker(tree, faults).check(schema, value, path);
    } catch (const nlohmann::json::exception& e) {
        faults.error(tree.place(path), path, std::string("the plugin's own schema is broken: ") + e.what());
    }
}

}  // namespace sluice::config

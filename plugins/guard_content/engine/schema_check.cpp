#include "schema_check.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "size_limits.h"

namespace guard_content {

namespace {

bool wrong(std::string* why, const std::string& at, const std::string& what) {
    if (why) *why = at + ": " + what;
    return false;
}

const char* kindOf(const Json& value) {
    if (value.is_null()) return "null";
    if (value.is_boolean()) return "a boolean";
    if (value.is_number()) return "a number";
    if (value.is_string()) return "a text";
    return value.is_array() ? "a list" : "an object";
}

bool whole(const Json& value) {
    if (value.is_number_integer()) return true;
    return value.is_number_float() && std::floor(value.get<double>()) == value.get<double>();
}

bool isType(const Json& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "number") return value.is_number();
    if (type == "integer") return whole(value);
    if (type == "string") return value.is_string();
    return type == "array" ? value.is_array() : value.is_object();
}

const Json* at(const Json& schema, const char* key) {
    const auto found = schema.find(key);
    return found == schema.end() ? nullptr : &*found;
}

bool matches(const re2::RE2& pattern, const std::string& text) {
    return re2::RE2::PartialMatch(text, pattern);
}

// Sorted neighbours: n log n for lists that a model has written.
bool unique(const Json& list) {
    std::vector<const Json*> all;
    for (const auto& one : list) all.push_back(&one);
    std::sort(all.begin(), all.end(), [](const Json* a, const Json* b) { return *a < *b; });
    return std::adjacent_find(all.begin(), all.end(),
                              [](const Json* a, const Json* b) { return *a == *b; }) == all.end();
}

bool within(const Json& schema, size_t count, const char* least, const char* most) {
    const Json* min = at(schema, least);
    const Json* max = at(schema, most);
    const auto found = static_cast<double>(count);
    return (!min || found >= min->get<double>()) && (!max || found <= max->get<double>());
}

// "$.name" and "$[\"odd name\"]"; long names are cut: they are the document's.
std::string path(const std::string& at, const std::string& name) {
    return at + "." + (name.size() > 64 ? name.substr(0, 64) + "…" : name);
}

}  // namespace

void SchemaTree::compile(const std::string& pattern, const std::string& where) {
    if (patterns.count(pattern)) return;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(2 << 20);
    auto compiled = std::make_unique<re2::RE2>(pattern, options);
    if (!compiled->ok())
        throw std::invalid_argument(where +
                                    ": found an expression that RE2 does not take: " + compiled->error());
    patterns.emplace(pattern, std::move(compiled));
}

const Json* SchemaTree::resolve(const Json& reference, const std::string& where) {
    const std::string text = reference.is_string() ? reference.get<std::string>() : "";
    if (text.empty() || text[0] != '#')
        throw std::invalid_argument(where + ": allowed: a place of this schema, \"#/$defs/name\"");
    if (references.count(text)) return nullptr;
    try {
        return references[text] = &root.at(Json::json_pointer(text.substr(1)));
    } catch (const Json::exception&) {
        throw std::invalid_argument(where + ": found " + text + ", which is no place of this schema");
    }
}

void checkType(const Json& type, const std::string& where) {
    const auto one = [&](const Json& name) {
        for (const char* known : {"null", "boolean", "number", "integer", "string", "array", "object"})
            if (name == known) return;
        throw std::invalid_argument(where +
                                    ": allowed: null, boolean, number, integer, string, array, object");
    };
    if (!type.is_array()) return one(type);
    for (const auto& name : type) one(name);
}

bool SchemaCheck::fits(const Json& value, const Json& schema, const std::string& where, int depth,
                       std::string* why) {
    exhausted_ |= steps_ == 0 || depth > 2 * depth_max_;  // a reference is a level of its own
    if (exhausted_) return wrong(why, where, "this document takes too long to check");
    --steps_;
    if (schema.is_boolean()) return schema.get<bool>() || wrong(why, where, "nothing is allowed here");
    if (const Json* reference = at(schema, "$ref")) {
        if (!fits(value, *tree_.references.at(reference->get<std::string>()), where, depth + 1, why))
            return false;
    }
    if (!kind(value, schema, where, why)) return false;
    if (value.is_number() && !number(value, schema, where, why)) return false;
    if (value.is_string() && !text(value, schema, where, why)) return false;
    if (value.is_array() && !list(value, schema, where, depth, why)) return false;
    if (value.is_object() && !object(value, schema, where, depth, why)) return false;
    return combined(value, schema, where, depth, why);
}

bool SchemaCheck::kind(const Json& value, const Json& schema, const std::string& where, std::string* why) {
    if (const Json* type = at(schema, "type")) {
        const auto is = [&](const Json& name) { return isType(value, name.get_ref<const std::string&>()); };
        const bool right = type->is_array() ? std::any_of(type->begin(), type->end(), is) : is(*type);
        if (!right)
            return wrong(why, where, std::string("found ") + kindOf(value) + "; allowed: " + type->dump());
    }
    if (const Json* one = at(schema, "const"); one && value != *one)
        return wrong(why, where, "allowed: " + one->dump());
    if (const Json* some = at(schema, "enum");
        some && std::find(some->begin(), some->end(), value) == some->end())
        return wrong(why, where, "allowed: one of " + some->dump());
    return true;
}

bool SchemaCheck::number(const Json& value, const Json& schema, const std::string& where, std::string* why) {
    const auto found = value.get<double>();
    const auto bound = [&](const char* key, auto right) {
        const Json* limit = at(schema, key);
        return !limit || right(found, limit->get<double>()) ||
               wrong(why, where, std::string(key) + " is " + limit->dump());
    };
    return bound("minimum", std::greater_equal<>()) && bound("maximum", std::less_equal<>()) &&
           bound("exclusiveMinimum", std::greater<>()) && bound("exclusiveMaximum", std::less<>()) &&
           bound("multipleOf", [](double v, double of) {
               return of > 0 && std::abs(std::remainder(v, of)) <= 1e-9 * std::max(1.0, std::abs(v));
           });
}

bool SchemaCheck::text(const Json& value, const Json& schema, const std::string& where, std::string* why) {
    const auto& found = value.get_ref<const std::string&>();
    if (at(schema, "minLength") || at(schema, "maxLength")) {
        if (!within(schema, characters(found), "minLength", "maxLength"))
            return wrong(why, where, "the text is too short or too long");
    }
    const Json* pattern = at(schema, "pattern");
    if (pattern && !matches(*tree_.patterns.at(pattern->get<std::string>()), found))
        return wrong(why, where, "the text does not match " + pattern->get<std::string>());
    return true;
}

bool SchemaCheck::list(const Json& value, const Json& schema, const std::string& where, int depth,
                       std::string* why) {
    if (!within(schema, value.size(), "minItems", "maxItems"))
        return wrong(why, where, "the list is too short or too long");
    const Json* first = at(schema, "prefixItems");
    const Json* items = at(schema, "items");
    if (items && items->is_array()) std::swap(first, items);  // as drafts before 2020-12 had it
    const size_t fixed = first && first->is_array() ? first->size() : 0;
    for (size_t i = 0; i < value.size(); ++i) {
        const Json* expected = i < fixed ? &(*first)[i] : items;
        const bool right = !expected || expected->is_array() ||
                           fits(value[i], *expected, where + "[" + std::to_string(i) + "]", depth + 1, why);
        if (!right) return false;
    }
    if (const Json* wanted = at(schema, "contains")) {
        const auto has = [&](const Json& one) { return fits(one, *wanted, where, depth + 1, nullptr); };
        if (!std::any_of(value.begin(), value.end(), has))
            return wrong(why, where, "the list lacks what it must contain");
    }
    const Json* once = at(schema, "uniqueItems");
    return !once || *once != true || unique(value) || wrong(why, where, "the list has something twice");
}

bool SchemaCheck::object(const Json& value, const Json& schema, const std::string& where, int depth,
                         std::string* why) {
    if (!within(schema, value.size(), "minProperties", "maxProperties"))
        return wrong(why, where, "too few or too many members");
    if (const Json* required = at(schema, "required")) {
        for (const auto& name : *required)
            if (name.is_string() && !value.contains(name.get_ref<const std::string&>()))
                return wrong(why, where, "lacks the member " + name.get<std::string>());
    }
    for (const auto& [name, one] : value.items())
        if (!member(name, one, schema, where, depth, why)) return false;
    return true;
}

bool SchemaCheck::member(const std::string& name, const Json& value, const Json& schema,
                         const std::string& where, int depth, std::string* why) {
    const std::string below = path(where, name);
    bool known = false;
    if (const Json* properties = at(schema, "properties")) {
        if (const auto found = properties->find(name); found != properties->end()) {
            known = true;
            if (!fits(value, *found, below, depth + 1, why)) return false;
        }
    }
    if (const Json* some = at(schema, "patternProperties")) {
        for (const auto& [pattern, expected] : some->items()) {
            if (!matches(*tree_.patterns.at(pattern), name)) continue;
            known = true;
            if (!fits(value, expected, below, depth + 1, why)) return false;
        }
    }
    if (const Json* names = at(schema, "propertyNames");
        names && !fits(Json(name), *names, where, depth + 1, nullptr))
        return wrong(why, where, "has a member whose name is not allowed");
    const Json* others = at(schema, "additionalProperties");
    if (known || !others) return true;
    if (others->is_boolean() && !others->get<bool>()) return wrong(why, below, "this member is not allowed");
    return fits(value, *others, below, depth + 1, why);
}

bool SchemaCheck::combined(const Json& value, const Json& schema, const std::string& where, int depth,
                           std::string* why) {
    const auto right = [&](const Json& one) { return fits(value, one, where, depth + 1, nullptr); };
    if (const Json* all = at(schema, "allOf"))
        for (const auto& one : *all)
            if (!fits(value, one, where, depth + 1, why)) return false;
    if (const Json* any = at(schema, "anyOf"); any && std::none_of(any->begin(), any->end(), right))
        return wrong(why, where, "fits none of anyOf");
    if (const Json* some = at(schema, "oneOf")) {
        const auto count = std::count_if(some->begin(), some->end(), right);
        if (count != 1) return wrong(why, where, "fits " + std::to_string(count) + " of oneOf; allowed: one");
    }
    if (const Json* no = at(schema, "not"); no && right(*no))
        return wrong(why, where, "is what it must not be");
    if (const Json* condition = at(schema, "if")) {
        const Json* then = at(schema, right(*condition) ? "then" : "else");
        if (then && !fits(value, *then, where, depth + 1, why)) return false;
    }
    return true;
}

}  // namespace guard_content

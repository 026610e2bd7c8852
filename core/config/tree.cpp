#include "config/tree.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"

namespace sluice::config {
namespace {

constexpr size_t kIncludeDepthMax = 8;
constexpr size_t kNestingMax = 64;
constexpr size_t kNodesMax = 200'000;
constexpr std::string_view kEnvPrefix = "os.environ/";

// Types of plain scalars as PyYAML (YAML 1.1) reads them, because that is what reads LiteLLM's files.
Json plainScalar(const std::string& text) {
    const std::string word = base::lowered(text);
    if (word.empty() || word == "~" || word == "null") return nullptr;
    if (word == "true" || word == "yes" || word == "on") return true;
    if (word == "false" || word == "no" || word == "off") return false;
    int64_t whole = 0;
    const char* end = text.data() + text.size();
    const char* begin = text.front() == '+' ? text.data() + 1 : text.data();
    const bool two_signs = text.substr(0, 2) == "+-";
    if (auto r = std::from_chars(begin, end, whole); !two_signs && r.ec == std::errc() && r.ptr == end)
        return whole;
    double real = 0;
    const bool looks_real = text.find_first_not_of("0123456789.eE+-") == std::string::npos &&
                            text.find_first_of("0123456789") != std::string::npos && !two_signs;
    if (looks_real) {
        if (auto r = std::from_chars(begin, end, real); r.ec == std::errc() && r.ptr == end) return real;
    }
    return text;
}

class Reader {
public:
    Reader(Tree& tree, const Environment& environment, Faults& faults)
        : tree_(tree), environment_(environment), faults_(faults) {}

    void readFile(const std::string& file) {
        std::error_code loop;
        const auto canonical = std::filesystem::weakly_canonical(file, loop).string();
        if (stack_.size() >= kIncludeDepthMax || stack_.count(canonical)) {
            faults_.error({file, 0}, "include", "the file is included in a circle or too deep",
                          "at most 8 levels");
            return;
        }
        std::ifstream in(file);
        if (loop || !in || std::filesystem::is_directory(file, loop)) {
            faults_.error({file, 0}, "", "the file cannot be read", "",
                          "give the path of a config.yaml with -c");
            return;
        }
        std::stringstream text;
        text << in.rdbuf();
        stack_.insert(canonical);
        readText(text.str(), file);
        stack_.erase(canonical);
    }

    void readText(const std::string& text, const std::string& file) {
        YAML::Node node;
        try {
            node = YAML::Load(text);
        } catch (const YAML::Exception& e) {
            faults_.error({file, e.mark.line + 1}, "", "not valid YAML: " + e.msg);
            return;
        }
        if (node.IsNull()) return;
        if (!node.IsMap()) {
            faults_.error({file, 1}, "", "the file is not a mapping of sections",
                          "model_list, general_settings, plugins, listen, …");
            return;
        }
        const std::string before = file_;
        file_ = file;
        if (node["environment_variables"] && node["environment_variables"].IsMap())
            readVariables(node["environment_variables"]);
        Json here = convert(node, "", 0);
        const Json includes = here.contains("include") ? here["include"] : Json();
        merge(std::move(here));
        readIncludes(includes, file);
        file_ = before;
    }

private:
    void readVariables(const YAML::Node& map) {
        for (const auto& entry : map) {
            if (entry.second.IsScalar()) tree_.environment[entry.first.Scalar()] = entry.second.Scalar();
        }
    }

    void readIncludes(const Json& includes, const std::string& file) {
        if (includes.is_null()) return;
        if (!includes.is_array()) {
            faults_.error(tree_.place("include"), "include", describe(includes), "a list of file names");
            return;
        }
        for (const auto& name : includes) {
            if (!name.is_string()) {
                faults_.error(tree_.place("include"), "include", describe(name), "file names");
                continue;
            }
            readFile((std::filesystem::path(file).parent_path() / name.get<std::string>()).string());
        }
    }

    // Lists grow, everything else is replaced, as LiteLLM does it.
    void merge(Json here) {
        for (auto& [key, value] : here.items()) {
            if (key == "include") continue;
            Json& there = tree_.root[key];
            if (there.is_array() && value.is_array()) {
                for (auto& element : value) there.push_back(element);
            } else {
                there = value;
            }
        }
    }

    // Aliases let a small file stand for a huge or an endless tree.
    bool mayGoOn(const std::string& path, size_t depth) {
        if (++nodes_ == kNodesMax) {
            faults_.error(tree_.place(path), path, "aliases unfold to too many values", "at most 200,000");
        }
        if (nodes_ >= kNodesMax) return false;
        if (depth > kNestingMax)
            faults_.error(tree_.place(path), path, "nested too deeply", "at most 64 levels");
        return depth <= kNestingMax;
    }

    Json convert(const YAML::Node& node, const std::string& path, size_t depth) {
        if (!path.empty()) tree_.places[path] = {file_, node.Mark().line + 1};
        if (!mayGoOn(path, depth)) return nullptr;
        if (node.IsScalar()) return scalar(node, path);
        if (node.IsSequence()) {
            // Elements of a list that an include extends keep counting, so that paths stay unique.
            const size_t base = depth == 1 && tree_.root.contains(path) && tree_.root[path].is_array()
                                    ? tree_.root[path].size()
                                    : 0;
            Json list = Json::array();
            for (size_t i = 0; i < node.size(); ++i)
                list.push_back(convert(node[i], childPath(path, base + i), depth + 1));
            return list;
        }
        if (node.IsMap()) return mapping(node, path, depth);
        return nullptr;
    }

    Json mapping(const YAML::Node& node, const std::string& path, size_t depth) {
        Json object = Json::object();
        for (const auto& entry : node) {
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
            if (key == "<<") continue;
            if (!base::isUtf8(key)) {
                faults_.error({file_, entry.first.Mark().line + 1}, path, "a key that is no valid UTF-8",
                              "UTF-8");
                continue;
            }
            const std::string child = childPath(path, key);
            if (object.contains(key)) {
                faults_.error({file_, entry.first.Mark().line + 1}, child,
                              "the key stands twice in one mapping", "", "remove one of them");
            }
            object[key] = convert(entry.second, child, depth + 1);
            tree_.places[child] = {file_, entry.first.Mark().line + 1};
            hide(object[key], key, child);
        }
        if (const auto merged = node["<<"]) mergeKey(merged, object, path, depth + 1);
        return object;
    }

    // A secret may be of any type: a number without quotes, a mapping with a service account.
    void hide(Json& value, const std::string& key, const std::string& path) {
        const bool variable = path.compare(0, 22, "environment_variables.") == 0;
        if (value.is_null() || (!isSecretKey(key) && !variable) || Secrets::handleOf(value)) return;
        const bool structured = value.is_structured();
        value =
            tree_.secrets.keep(path, value.is_string() ? value.get<std::string>() : value.dump(), structured);
    }

    // `<<: *anchor`: what the mapping does not say itself (yaml.org/type/merge.html).
    void mergeKey(const YAML::Node& from, Json& object, const std::string& path, size_t depth) {
        if (!mayGoOn(path, depth)) return;
        if (from.IsSequence()) {
            for (const auto& one : from) mergeKey(one, object, path, depth + 1);
        } else if (from.IsMap()) {
            const Json merged = mapping(from, path, depth);
            for (const auto& [key, value] : merged.items()) {
                if (!object.contains(key)) object[key] = value;
            }
        }
    }

    Json scalar(const YAML::Node& node, const std::string& path) {
        const std::string& text = node.Scalar();
        if (!base::isUtf8(text)) return notUtf8(path);
        if (text.compare(0, kEnvPrefix.size(), kEnvPrefix) == 0)
            return variable(text.substr(kEnvPrefix.size()), path);
        if (node.Tag() == "!") return text;  // quoted
        return plainScalar(text);
    }

    Json notUtf8(const std::string& path) {
        faults_.error(tree_.place(path), path, "bytes that are not UTF-8", "text in UTF-8");
        return "";
    }

    // A value of environment_variables may in turn name a variable of the process.
    std::optional<std::string> lookUp(const std::string& name) const {
        const auto set = tree_.environment.find(name);
        if (set == tree_.environment.end()) return environment_(name);
        if (set->second.compare(0, kEnvPrefix.size(), kEnvPrefix) != 0) return set->second;
        return environment_(set->second.substr(kEnvPrefix.size()));
    }

    Json variable(const std::string& name, const std::string& path) {
        if (const auto value = lookUp(name)) return base::isUtf8(*value) ? Json(*value) : notUtf8(path);
        const bool needed = path == "general_settings.master_key";
        const std::string found = "the environment variable " + name + " is not set";
        if (needed) {
            faults_.error(tree_.place(path), path, found, "",
                          "set it, or remove the key to run without authentication");
        } else {
            faults_.warning(tree_.place(path), path, found, "", "the key counts as missing");
        }
        return nullptr;
    }

    Tree& tree_;
    const Environment& environment_;
    Faults& faults_;
    std::string file_;
    std::set<std::string> stack_;
    size_t nodes_ = 0;
};

}  // namespace

Environment processEnvironment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (!value) return std::nullopt;
        return std::string(value);
    };
}

Place Tree::place(const std::string& path) const {
    std::string at = path;
    for (;;) {
        if (const auto found = places.find(at); found != places.end()) return found->second;
        const size_t cut = at.find_last_of(".[");
        if (cut == std::string::npos) break;
        at.resize(cut);
    }
    const auto root = places.find("");
    return root == places.end() ? Place{} : root->second;
}

Tree readTree(const std::string& file, const Environment& environment, Faults& faults) {
    Tree tree;
    tree.places[""] = {file, 0};
    Reader(tree, environment, faults).readFile(file);
    return tree;
}

Tree parseTree(const std::string& text, const std::string& name, const Environment& environment,
               Faults& faults) {
    Tree tree;
    tree.places[""] = {name, 0};
    Reader(tree, environment, faults).readText(text, name);
    return tree;
}

void appendText(Tree& tree, const std::string& text, const std::string& name, const Environment& environment,
                Faults& faults) {
    Reader(tree, environment, faults).readText(text, name);
}

std::string childPath(const std::string& parent, const std::string& key) {
    return parent.empty() ? key : parent + "." + key;
}
std::string childPath(const std::string& parent, size_t index) {
    return fmt::format("{}[{}]", parent, index);
}

std::string describe(const Json& value) {
    if (Secrets::handleOf(value)) return "a secret";
    switch (value.type()) {
        case Json::value_t::null:
            return "nothing";
        case Json::value_t::boolean:
            return value.get<bool>() ? "the boolean true" : "the boolean false";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float:
            return "the number " + value.dump();
        case Json::value_t::string:
            return "the text " + base::jsonQuoted(value.get<std::string>());
        case Json::value_t::array:
            return "a list";
        case Json::value_t::object:
            return "a mapping";
        case Json::value_t::binary:
        case Json::value_t::discarded:
            break;
    }
    return "something else";
}

}  // namespace sluice::config

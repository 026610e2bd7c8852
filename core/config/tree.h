// A configuration file as JSON that remembers where each value stood. Includes are merged, os.environ/NAME is
// resolved at any depth, secrets are replaced by handles.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "config/fault.h"
#include "config/secrets.h"

namespace sluice::config {

using Json = nlohmann::ordered_json;

/// Reads an environment variable; nothing if it is not set. A seam: tests script it.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
Environment processEnvironment();

struct Tree {
    Json root = Json::object();
    Secrets secrets;
    std::unordered_map<std::string, Place> places;  // by path: "listen.port", "model_list[0].model_name"
    std::unordered_map<std::string, std::string> environment;  // of the section environment_variables

    /// Of the value at `path`, or of its nearest parent that has one.
    Place place(const std::string& path) const;
};

/// Reads `file` and what it includes. Faults of syntax and of files go to `faults`; the tree holds what could
/// be read.
Tree readTree(const std::string& file, const Environment& environment, Faults& faults);
/// The same from text, for tests; `name` stands for the file.
Tree parseTree(const std::string& text, const std::string& name, const Environment& environment,
               Faults& faults);

/// Adds the text to a tree as an include would: its lists go behind those that are there. `name` stands for
/// the file.
void appendText(Tree& tree, const std::string& text, const std::string& name, const Environment& environment,
                Faults& faults);

std::string childPath(const std::string& parent, const std::string& key);
std::string childPath(const std::string& parent, size_t index);

/// "the text \"x\"", "the number 3", "a list": never the value of a secret.
std::string describe(const Json& value);

}  // namespace sluice::config

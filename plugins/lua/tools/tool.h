// What the commands of sluice-policy share.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/testing/fake_host.hpp>

#include "plugin.h"

namespace lua_policy::tool {

using nlohmann::json;

/// Exit status: all is well; something was found; the command could not be carried out.
inline constexpr int kGood = 0, kFound = 1, kUnusable = 2;

void print(const std::string& text);
/// The whole file. Throws std::runtime_error.
std::string readFile(const std::string& path);
/// The configuration of the plugin with that one policy, taken from its file.
json configOf(const std::string& script, const json& more = json::object());
/// What the policies said of a request: the attribute lua.verdicts.
json verdictsOf(const sluice::testing::FakeRequest& request);

struct CheckOptions {
    std::vector<std::string> scripts;
    std::string params = "{}";
    bool as_json = false;
};
int check(const CheckOptions& options);

struct TestOptions {
    std::vector<std::string> files;  // *.yaml, or directories with such
    uint32_t cuts = 20;              // ways to cut a stream
    uint64_t seed = 1;
    bool as_json = false;
};
int test(const TestOptions& options);

struct ReplayOptions {
    std::string script, old_script, records, params = "{}", name;
    bool as_json = false, all = false;
};
int replay(const ReplayOptions& options);

struct ExplainOptions {
    std::string id, records;
    bool as_json = false;
};
int explain(const ExplainOptions& options);

int repl(const std::string& script);

}  // namespace lua_policy::tool

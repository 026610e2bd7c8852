#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>

#include "sandbox/alarm.h"
#include "tool.h"

namespace lua_policy::tool {

void print(const std::string& text) { (void)std::fwrite(text.data(), 1, text.size(), stdout); }

std::string readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    if (!file || !(all << file.rdbuf())) throw std::runtime_error(path + ": the file cannot be read");
    return all.str();
}

json configOf(const std::string& script, const json& more) {
    std::string name = script.substr(script.find_last_of('/') + 1);
    name = name.substr(0, name.rfind(".lua"));
    json policy = {{"name", name.empty() ? "policy" : name}, {"script", script}};
    policy.update(more);
    return {{"policies", {policy}}};
}

json verdictsOf(const sluice::testing::FakeRequest& request) {
    const auto text = request.attribute("lua.verdicts");
    json all = text ? json::parse(*text, nullptr, false) : json::array();
    return all.is_array() ? all : json::array();
}

}  // namespace lua_policy::tool

int main(int argc, char** argv) {
    using namespace lua_policy::tool;
    lua_policy::Alarm::disable(true);  // instructions are counted: figures are the same everywhere
    CLI::App app{"Checks, tests and replays policies for the plugin lua"};
    app.require_subcommand(1);
    CheckOptions check_options;
    TestOptions test_options;
    ReplayOptions replay_options;
    ExplainOptions explain_options;
    std::string repl_script;
    int status = kGood;

    auto* one =
        app.add_subcommand("check", "Syntax, unknown globals, expressions, hooks, and what a call costs");
    one->add_option("SCRIPT", check_options.scripts, "the policies")->required()->check(CLI::ExistingFile);
    one->add_option("--params", check_options.params, "JSON for on_load");
    one->add_flag("--json", check_options.as_json);
    one->callback([&] { status = check(check_options); });

    one = app.add_subcommand("test", "Runs the cases of YAML files; streams are cut at random");
    one->add_option("FILE", test_options.files, "*.yaml, or directories")
        ->required()
        ->check(CLI::ExistingPath);
    one->add_option("--cuts", test_options.cuts, "ways to cut each stream")->check(CLI::Range(1u, 10000u));
    one->add_option("--seed", test_options.seed, "of the first cut");
    one->add_flag("--json", test_options.as_json);
    one->callback([&] { status = test(test_options); });

    one =
        app.add_subcommand("replay", "What a policy would say of recorded requests, and what was said then");
    one->add_option("SCRIPT", replay_options.script)->required()->check(CLI::ExistingFile);
    one->add_option("--from", replay_options.records, "records, one JSON a line")
        ->required()
        ->check(CLI::ExistingFile);
    one->add_option("--old", replay_options.old_script,
                    "compare with that script instead of the recorded verdicts")
        ->check(CLI::ExistingFile);
    one->add_option("--name", replay_options.name, "its name in the records; default: its file's");
    one->add_option("--params", replay_options.params, "JSON for on_load");
    one->add_flag("--all", replay_options.all, "list equal verdicts, too");
    one->add_flag("--json", replay_options.as_json);
    one->callback([&] { status = replay(replay_options); });

    one = app.add_subcommand("explain", "What the policies said of one request");
    one->add_option("REQUEST_ID", explain_options.id, "its call id, or the id of its record")->required();
    one->add_option("--from", explain_options.records, "records, one JSON a line")
        ->required()
        ->check(CLI::ExistingFile);
    one->add_flag("--json", explain_options.as_json);
    one->callback([&] { status = explain(explain_options); });

    one = app.add_subcommand("repl", "Lua with the API at hand, on a sample request");
    one->add_option("SCRIPT", repl_script, "runs first")->check(CLI::ExistingFile);
    one->callback([&] { status = repl(repl_script); });

    try {
        app.parse(argc, argv);
        return status;
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kGood : kUnusable;
    } catch (const std::exception& e) {
        (void)std::fwrite(e.what(), 1, std::char_traits<char>::length(e.what()), stderr);
        (void)std::fputc('\n', stderr);
        return kUnusable;
    }
}

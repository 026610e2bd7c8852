#include "app/cli.h"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include "app/check.h"
#include "app/key_command.h"
#include "app/plugin_tools.h"
#include "app/policy_command.h"
#include "app/serve.h"
#include "gateway/gateway.h"

namespace sluice::app {
namespace {

// The commands. Each says what it needs and leaves its exit code.
class Commands {
public:
    Commands() {
        cli_.require_subcommand(1);
        cli_.footer("Start with: sluice serve -c examples/quickstart.yaml");
        addServe();
        addCheck();
        addChain();
        addPlugin();
        addKey();
        addPolicy();
        cli_.add_subcommand("version", "Print the version")->callback([] {
            fmt::print("sluice {}\n", gateway::kVersion);
        });
    }

    int run(int argc, char** argv) {
        try {
            cli_.parse(argc, argv);
        } catch (const CLI::ParseError& e) {
            return cli_.exit(e) == 0 ? 0 : 2;
        }
        return code_;
    }

private:
    void takesConfig(CLI::App* command, const char* help) {
        command->add_option("-c,--config", options_.config, help)->required();
    }
    void takesPlugins(CLI::App* command) {
        command->add_option(
            "--plugin-dir", options_.plugin_dirs,
            "Where plugins are looked for (default: ../lib/sluice/plugins beside the program)");
    }

    void addServe() {
        auto* command = cli_.add_subcommand("serve", "Run the gateway");
        takesConfig(command, "The configuration: LiteLLM's config.yaml with Sluice's sections");
        command->add_option("--listen", options_.listen,
                            "ADDRESS:PORT, instead of what the configuration says (default 127.0.0.1:4000)");
        takesPlugins(command);
        command->callback([this] { code_ = serve(options_); });
    }

    void addPolicy() {
        auto* command = cli_.add_subcommand("policy", "Policies in Lua: check, test, replay, explain, repl");
        command->prefix_command();
        command->set_help_flag();  // it is the other program's
        command->callback([this, command] { code_ = policyCommand(command->remaining()); });
    }

    void addCheck() {
        auto* command = cli_.add_subcommand(
            "check", "Validate a configuration: every fault with file, line, key and a hint");
        takesConfig(command, "The configuration");
        command->add_flag("--load", load_,
                          "Also load the plugins and create their instances, as serve would");
        takesPlugins(command);
        command->callback([this] { code_ = check(options_.config, options_.plugin_dirs, load_); });
    }

    void addChain() {
        auto* command =
            cli_.add_subcommand("chain", "Which hooks run for a tenant and a route, in which order");
        takesConfig(command, "The configuration");
        command->add_option("--tenant", tenant_, "The tenant (default: whoever no scope names)");
        command->add_option("--route", route_, "chat, completions, embeddings, responses, messages, …");
        takesPlugins(command);
        command->callback(
            [this] { code_ = printChain(options_.config, options_.plugin_dirs, tenant_, route_); });
    }

    void addPlugin() {
        auto* plugin = cli_.add_subcommand("plugin", "Look at plugins, and test them");
        plugin->require_subcommand(1);
        auto* list = plugin->add_subcommand("list", "The plugins that can be loaded");
        takesPlugins(list);
        list->callback([this] { code_ = listPlugins(options_.plugin_dirs); });

        auto* inspect =
            plugin->add_subcommand("inspect", "What a plugin says about itself; none of its code runs");
        inspect->add_option("file", tests_.path, "The plugin, a .so")->required();
        inspect->add_flag("--json", tests_.json, "As JSON");
        inspect->callback([this] { code_ = inspectPlugin(tests_.path, tests_.json); });
        addValidator(plugin);
        addNew(plugin);
    }

    void addNew(CLI::App* plugin) {
        auto* command =
            plugin->add_subcommand("new", "Write a project that builds and passes its own test at once");
        command->add_option("--id", project_.id, "The plugin's id: length_guard, or com.acme.length_guard")
            ->required();
        command->add_option("--hooks", project_.hooks, "The hooks it begins with: pre_call,on_stream")
            ->required()
            ->delimiter(',');
        command->add_option("--lang", project_.language, "cpp, c or rust (default cpp)")
            ->check(CLI::IsMember({"cpp", "c", "rust"}));
        command->add_option("--into", project_.folder, "The folder (default: the id's last word)");
        command->add_option(
            "--templates", project_.templates,
            "Where the templates are (default: ../share/sluice/templates beside the program)");
        command->callback([this] { code_ = newPlugin(project_); });
    }

    void addValidator(CLI::App* plugin) {
        auto* command = plugin->add_subcommand("check", "The validator: does a plugin keep the contract?");
        command->add_option("file", tests_.path, "The plugin, a .so")->required();
        command->add_option(
            "--config", tests_.config,
            "A configuration to test with, JSON or @FILE (default: the first example of its schema)");
        command->add_option("--only", tests_.groups,
                            "Groups (static scan config hooks roles stream contract load reload) or tests");
        command->add_flag("--json", tests_.json, "As JSON");
        command->add_option("--timeout", tests_.seconds, "Seconds that one test may take (default 20)")
            ->check(CLI::Range(1, 3600));
        command->add_option("--one", tests_.one, "Run one test in this process, for a debugger");
        command->callback([this] { code_ = checkPlugin(tests_); });
    }

    void addKey() {
        auto* key =
            cli_.add_subcommand("key", "Virtual keys of a gateway that runs (plugins auth_keys, admin_api)");
        key->require_subcommand(1);
        addKeyAction(key, "generate", "Make a key; it is shown this once", false, true);
        addKeyAction(key, "list", "The keys, or those of --team, --user or --alias", false, false);
        addKeyAction(key, "info", "What is known of a key", true, false);
        addKeyAction(key, "update", "Change what a key may do", true, true);
        addKeyAction(key, "regenerate", "A new key in the place of an old one", true, true);
        addKeyAction(key, "block", "Let a key open nothing until it is unblocked", true, false);
        addKeyAction(key, "unblock", "Let it open again", true, false);
        addKeyAction(key, "delete", "Forget a key", true, false);
    }

    void addKeyAction(CLI::App* parent, const std::string& action, const char* help, bool of_key,
                      bool wishes) {
        auto* command = parent->add_subcommand(action, help);
        command->add_option("--url", key_.url,
                            "The gateway (default: SLUICE_URL, else http://127.0.0.1:4000)");
        command->add_option("--master-key-env", key_.master_key_variable,
                            "The environment variable that holds the master key (default SLUICE_MASTER_KEY)");
        command->add_flag("--json", key_.json, "The gateway's answer as it is");
        if (of_key)
            command->add_option("key", key_.key, "sk-…, its SHA-256, or - for the standard input")
                ->required();
        if (wishes || action == "list") {
            command->add_option("--alias", key_.alias, "Its name");
            command->add_option("--team", key_.team, "The team's id");
            command->add_option("--user", key_.user, "The user's id");
        }
        if (wishes) addWishes(command);
        command->callback([this, action] { code_ = keyCommand(action, key_); });
    }

    void addWishes(CLI::App* command) {
        command->add_option("--models", key_.models, "Models it may use: gpt-4o,openai/*")->delimiter(',');
        command->add_option("--duration", key_.duration, "How long it is good for: 12h, 30d");
        command->add_option("--max-budget", key_.max_budget, "USD");
        command->add_option("--budget-duration", key_.budget_duration,
                            "After which the budget begins anew: 1d, 30d");
        command->add_option("--rpm", key_.rpm, "Requests a minute");
        command->add_option("--tpm", key_.tpm, "Tokens a minute");
        command->add_option("--parallel", key_.parallel, "Requests at the same time");
        command->add_option("--set", key_.more, "Further members of the request, a JSON object");
    }

    CLI::App cli_{"Sluice: an LLM gateway. One URL in front of every model provider."};
    ServeOptions options_;
    CheckOptions tests_;
    NewOptions project_;
    KeyOptions key_;
    std::string tenant_, route_ = "chat";
    bool load_ = false;
    int code_ = 0;
};

}  // namespace

int run(int argc, char** argv) { return Commands().run(argc, argv); }

}  // namespace sluice::app

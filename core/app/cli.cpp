#include "app/cli.h"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include "app/check.h"
#include "app/serve.h"
#include "gateway/gateway.h"

namespace sluice::app {

int run(int argc, char** argv) {
    CLI::App cli{"Sluice: an LLM gateway. One URL in front of every model provider."};
    cli.require_subcommand(1);
    cli.footer("Start with: sluice serve -c examples/quickstart.yaml");
    ServeOptions options;
    const auto plugins = [&](CLI::App* command) {
        command->add_option(
            "--plugin-dir", options.plugin_dirs,
            "Where plugins are looked for (default: ../lib/sluice/plugins beside the program)");
    };

    auto* serve_command = cli.add_subcommand("serve", "Run the gateway");
    serve_command
        ->add_option("-c,--config", options.config,
                     "The configuration: LiteLLM's config.yaml with Sluice's sections")
        ->required();
    serve_command->add_option(
        "--listen", options.listen,
        "ADDRESS:PORT, instead of what the configuration says (default 127.0.0.1:4000)");
    plugins(serve_command);

    auto* check_command =
        cli.add_subcommand("check", "Validate a configuration: every fault with file, line, key and a hint");
    check_command->add_option("-c,--config", options.config, "The configuration")->required();
    bool load = false;
    check_command->add_flag("--load", load,
                            "Also load the plugins and create their instances, as serve would");
    plugins(check_command);

    auto* plugin_command = cli.add_subcommand("plugin", "Look at plugins");
    plugin_command->require_subcommand(1);
    auto* list_command = plugin_command->add_subcommand("list", "The plugins that can be loaded");
    plugins(list_command);

    auto* version_command = cli.add_subcommand("version", "Print the version");

    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return cli.exit(e) == 0 ? 0 : 2;
    }
    if (*serve_command) return serve(options);
    if (*check_command) return check(options.config, options.plugin_dirs, load);
    if (*list_command) return listPlugins(options.plugin_dirs);
    if (*version_command) fmt::print("sluice {}\n", gateway::kVersion);
    return 0;
}

}  // namespace sluice::app

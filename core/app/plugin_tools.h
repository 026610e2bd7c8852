// `sluice plugin new`, `sluice plugin inspect`, `sluice plugin check` and `sluice chain`.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

/// Prints what the file says about itself; none of its code runs.
int inspectPlugin(const std::string& path, bool json);

struct CheckOptions {
    std::string path;
    std::string config;               // JSON, or @FILE; empty: the first example of the manifest's schema
    std::vector<std::string> groups;  // empty: all
    bool json = false;
    uint32_t seconds = 60;  // that one test may take
    std::string one;        // internal: run this test here and now
};
/// Runs the validator: each test in a child process. 0 if all have passed, 1 otherwise.
int checkPlugin(const CheckOptions& options);

struct NewOptions {
    std::string id;                  // "com.acme.length_guard"
    std::vector<std::string> hooks;  // of sluice_hooks
    std::string language = "cpp";    // or c, rust
    std::string folder;              // empty: the id's last word, here
    std::string templates;           // empty: ../share/sluice/templates beside the program
};
/// Writes a project that builds and passes its own test at once. Nothing that is there is overwritten.
int newPlugin(const NewOptions& options);

/// Prints which hooks run for a tenant and a route, phase by phase. Loads the plugins.
int printChain(const std::string& config, const std::vector<std::string>& plugin_dirs,
               const std::string& tenant, const std::string& route);

}  // namespace sluice::app

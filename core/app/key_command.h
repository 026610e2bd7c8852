// `sluice key …`: virtual keys from the command line, over the admin routes of a gateway that runs
// (docs/keys.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::app {

struct KeyOptions {
    std::string url;                                        // empty: SLUICE_URL, else http://127.0.0.1:4000
    std::string master_key_variable = "SLUICE_MASTER_KEY";  // of the environment: no secret on a command line
    bool json = false;                                      // the answer as it came

    std::string key;  // sk-…, its hash, or "-": read from the standard input
    std::string alias, team, user, duration, budget_duration;
    std::vector<std::string> models;
    std::optional<double> max_budget;  // USD
    std::optional<int64_t> rpm, tpm, parallel;
    std::string more;  // further members, a JSON object
};

/// `action`: generate, update, info, list, delete, block, unblock, regenerate. Exit status: 0 done, 1 the
/// gateway refuses or cannot be reached, 2 the options are wrong.
int keyCommand(const std::string& action, const KeyOptions& options);

}  // namespace sluice::app

// What is wrong with a configuration: always where, what was found, what is allowed, and what was probably
// meant.
#pragma once

#include <string>
#include <vector>

namespace sluice::config {

struct Place {
    std::string file;
    int line = 0;  // from 1; 0 if unknown
};

struct Fault {
    enum class Severity { Warning, Error } severity = Severity::Error;
    Place place;
    std::string path;     // "model_list[0].litellm_params.timeout"
    std::string found;    // "the text \"soon\""
    std::string allowed;  // "a number of seconds"; may be empty
    std::string hint;     // "did you mean \"timeout\"?"; may be empty

    /// One line: "config.yaml:12: error: model_list[0].x: found …; allowed: …; hint".
    std::string text() const;
};

class Faults {
public:
    void error(Place place, std::string path, std::string found, std::string allowed = {},
               std::string hint = {});
    void warning(Place place, std::string path, std::string found, std::string allowed = {},
                 std::string hint = {});

    bool hasErrors() const { return errors_ > 0; }
    size_t errors() const { return errors_; }
    const std::vector<Fault>& all() const { return all_; }

private:
    std::vector<Fault> all_;
    size_t errors_ = 0;
};

}  // namespace sluice::config

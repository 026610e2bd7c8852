// What is wrong with a configuration: always where, what was found, what is allowed, and what was probably
// meant.
#pragma once

#include <string>
#include <string_view>
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
    bool unread = false;  // about a key that nobody has read so far

    /// One line: "config.yaml:12: error: model_list[0].x: found …; allowed: …; hint".
    std::string text() const;
};

class Faults {
public:
    void error(Place place, std::string path, std::string found, std::string allowed = {},
               std::string hint = {});
    void warning(Place place, std::string path, std::string found, std::string allowed = {},
                 std::string hint = {});
    /// A key that nobody has read so far: somebody may yet, see read().
    void unread(Place place, std::string path, std::string found, std::string hint = {});
    /// Takes that back for what stands at "litellm_settings.callbacks" or below; "model_list[].x": of every
    /// entry.
    void read(std::string_view path);

    bool hasErrors() const { return errors_ > 0; }
    size_t errors() const { return errors_; }
    const std::vector<Fault>& all() const { return all_; }

private:
    std::vector<Fault> all_;
    size_t errors_ = 0;
};

}  // namespace sluice::config

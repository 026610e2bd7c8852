#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "app/child.h"
#include "app/plugin_tools.h"
#include "base/log.h"
#include "validator/case.h"

namespace sluice::app {

using validator::Case;

namespace {

constexpr int kSkipped = 77;  // the exit code that test harnesses use for it

struct Result {
    const Case* test;
    const char* word;  // "pass", "fail", "skip"
    std::string text;
};

std::string configText(const std::string& option) {
    if (option.empty() || option[0] != '@') return option;
    std::ifstream in(option.substr(1));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// Where a plugin under test may write what it likes.
class Sandbox {
public:
    Sandbox() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sluice_trial_XXXXXX").string();
        if (::mkdtemp(pattern.data())) folder_ = pattern;
        std::error_code ignored;
        std::filesystem::current_path(folder_, ignored);
    }
    ~Sandbox() {
        std::error_code ignored;
        std::filesystem::current_path("/", ignored);
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }

private:
    std::filesystem::path folder_;
};

// In the child: the outcome is the exit code, and the last line of what is printed says why.
int runHere(const Case& test, const CheckOptions& options) {
    base::log::init(base::log::Level::Warn, false);
    try {
        const validator::Subject subject{std::filesystem::absolute(options.path).string(),
                                         configText(options.config)};
        const Sandbox sandbox;
        validator::Trial trial(subject);
        test.run(trial);
        return 0;
    } catch (const validator::Failure& failure) {
        fmt::print("{}\n", failure.text);
        return 1;
    } catch (const validator::Skip& skip) {
        fmt::print("{}\n", skip.why);
        return kSkipped;
    } catch (const std::exception& e) {
        fmt::print("the test threw: {}\n", e.what());
        return 1;
    }
}

std::string lastLine(const std::string& output) {
    const size_t end = output.find_last_not_of('\n');
    if (end == std::string::npos) return {};
    const size_t begin = output.rfind('\n', end);
    return output.substr(begin == std::string::npos ? 0 : begin + 1,
                         end - (begin == std::string::npos ? -1 : begin));
}

Result runInChild(const Case& test, const CheckOptions& options) {
    std::vector<std::string> arguments{"plugin", "check", options.path, "--one", test.name};
    if (!options.config.empty()) arguments.insert(arguments.end(), {"--config", options.config});
    const auto child = runSelf(std::move(arguments), base::milliseconds(1000) * options.seconds);
    if (!child.started) return {&test, "fail", "no process could be started for it"};
    if (!child.in_time)
        return {&test, "fail",
                fmt::format("it did not end within {} s: a lock, or a loop without an end", options.seconds)};
    if (!child.signal.empty()) return {&test, "fail", "it crashed (" + child.signal + ")"};
    if (child.code == 0) return {&test, "pass", {}};
    return {&test, child.code == kSkipped ? "skip" : "fail", lastLine(child.output)};
}

bool wanted(const Case& test, const CheckOptions& options) {
    if (options.groups.empty()) return true;
    for (const auto& group : options.groups) {
        if (group == test.group() || group == test.name) return true;
    }
    return false;
}

// Without these there is nothing that the others could look at.
bool isFoundation(const Case& test) {
    for (const char* name :
         {"static.file", "static.manifest", "scan.load", "config.schema", "config.create"}) {
        if (test.name == name) return true;
    }
    return false;
}

void printResult(const Result& result) {
    fmt::print("{:<5} {:<20} {}\n", result.word, result.test->name,
               result.text.empty() ? result.test->promise : result.text);
    std::fflush(stdout);
}

}  // namespace

int checkPlugin(const CheckOptions& options) {
    size_t counts[3] = {};  // pass, fail, skip
    std::string missing;    // the foundation that failed
    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    for (const Case& test : validator::allCases()) {
        if (!options.one.empty()) {
            if (options.one == test.name) return runHere(test, options);
            continue;
        }
        if (!wanted(test, options)) continue;
        const Result result = missing.empty() ? runInChild(test, options)
                                              : Result{&test, "skip", missing + " has to pass first"};
        if (result.word[0] == 'f' && isFoundation(test)) missing = test.name;
        ++counts[result.word[0] == 'p' ? 0 : result.word[0] == 'f' ? 1 : 2];
        if (options.json) {
            results.push_back({{"test", test.name},
                               {"result", result.word},
                               {"promise", test.promise},
                               {"text", result.text}});
        } else {
            printResult(result);
        }
    }
    if (options.json) {
        fmt::print("{}\n", nlohmann::ordered_json{{"plugin", options.path},
                                                  {"passed", counts[0]},
                                                  {"failed", counts[1]},
                                                  {"skipped", counts[2]},
                                                  {"results", results}}
                               .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    } else {
        fmt::print("{} passed, {} failed, {} skipped\n", counts[0], counts[1], counts[2]);
    }
    return counts[1] == 0 && counts[0] > 0 ? 0 : 1;
}

}  // namespace sluice::app

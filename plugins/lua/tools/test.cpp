#include <algorithm>
#include <filesystem>

#include "tool.h"
#include "world.h"
#include "yaml_json.h"

namespace lua_policy::tool {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> filesOf(const std::vector<std::string>& given) {
    std::vector<std::string> files;
    for (const auto& one : given) {
        if (!fs::is_directory(one)) {
            files.push_back(one);
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(one)) {
            if (entry.path().extension() == ".yaml" || entry.path().extension() == ".yml")
                files.push_back(entry.path().string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

// The plugin's configuration for a file's policies: one script with its settings, or a list of them. Paths
// are relative to the file.
json settingsOf(const json& file, const std::string& path) {
    const fs::path directory = fs::path(path).parent_path();
    json settings = {{"policies", json::array()}};
    json list = file.contains("policies") ? file["policies"] : json::array({file});
    for (auto one : list) {
        for (const char* own : {"cases", "http", "policies", "description"}) one.erase(own);
        if (!one.contains("script")) throw std::runtime_error(path + ": script: required, the policy's file");
        const fs::path script = directory / one["script"].get<std::string>();
        one["script"] = script.lexically_normal().string();
        if (!one.contains("name")) one["name"] = script.stem().string();
        settings["policies"].push_back(one);
    }
    return settings;
}

}  // namespace

int test(const TestOptions& options) {
    size_t passed = 0, failed = 0;
    json report = json::array();
    for (const auto& path : filesOf(options.files)) {
        const json file = readYaml(path);
        if (!file.is_object() || !file.contains("cases") || !file["cases"].is_array())
            throw std::runtime_error(path + ": cases: required, a list");
        const json settings = settingsOf(file, path);
        for (const auto& one : file["cases"]) {
            const std::string name = one.value("name", "case");
            std::vector<std::string> faults;
            try {
                faults =
                    runCase(settings, one, file.value("http", json::object()), {options.cuts, options.seed});
            } catch (const std::exception& e) {
                faults = {e.what()};
            }
            (faults.empty() ? passed : failed) += 1;
            if (options.as_json) {
                report.push_back(
                    {{"file", path}, {"case", name}, {"ok", faults.empty()}, {"faults", faults}});
                continue;
            }
            if (!faults.empty()) print("FAILED " + path + ": " + name + "\n");
            for (const auto& fault : faults) print("       " + fault + "\n");
        }
    }
    if (options.as_json)
        print(json{{"passed", passed}, {"failed", failed}, {"cases", report}}.dump(2) + "\n");
    else
        print(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n");
    if (passed + failed == 0) throw std::runtime_error("there is no case");
    return failed > 0 ? kFound : kGood;
}

}  // namespace lua_policy::tool

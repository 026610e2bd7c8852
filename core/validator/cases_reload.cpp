// A new copy of the plugin beside the old one.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::Operation;

// A copy of the file that differs at its end, as a new build would.
class Copy {
public:
    explicit Copy(Trial& trial) {
        std::string pattern = (std::filesystem::temp_directory_path() / "sluice_check_XXXXXX").string();
        require(::mkdtemp(pattern.data()) != nullptr, "no folder for a copy can be made");
        folder_ = pattern;
        path = folder_ / std::filesystem::path(trial.path()).filename();
        std::ofstream(path, std::ios::binary) << trial.image() << "\n";
        std::filesystem::permissions(path, std::filesystem::perms(0644));
    }
    ~Copy() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    std::filesystem::path path;

private:
    std::filesystem::path folder_;
};

host::Library loadCopy(Trial& trial, const Copy& copy) {
    auto loaded = trial.libraries().load("copy", copy.path.string());
    if (!loaded) throw Failure{"a second copy: " + loaded.error().message};
    return std::move(*loaded);
}

std::unique_ptr<host::Instance> create(Trial& trial, const host::Library& library) {
    auto made = host::Instance::create(library, trial.settings(), trial.services(), 0);
    if (!made) throw Failure{"a second copy: " + made.error().message};
    return std::move(*made);
}

void request(Trial& trial, host::Instance& instance) {
    trial.onLoop([&](base::Loop&) {
        Call call(instance, Operation::Chat, sampleBodies(Operation::Chat, false)[0]);
        if (call.before()) call.after("{}");
        const auto failure = call.failure();
        require(failure.empty(), failure);
    });
}

void beside(Trial& trial) {
    const Copy copy(trial);
    const auto before = trial.instance();
    request(trial, *before);
    const auto library = loadCopy(trial, copy);
    require(library.entry != trial.library().entry, "the loader took the new file for the old one");
    auto after = create(trial, library);
    request(trial, *after);
    request(trial, *before);
    after.reset();
    request(trial, *before);
}

void state(Trial& trial) {
    const Copy copy(trial);
    const auto before = trial.instance();
    if (!trial.library().entry->get_interface(host::str(SLUICE_STATE_ID)))
        throw Skip{"it keeps no state over reloads"};
    const auto library = loadCopy(trial, copy);
    const auto after = create(trial, library);
    const auto taken = after->inherit(*before);
    require(taken.has_value(), taken ? "" : taken.error().message);
}

void unload(Trial& trial) {
    if (!trial.manifest().unloadable) throw Skip{"the manifest does not say \"unloadable\""};
    const Copy copy(trial);
    const size_t images = trial.libraries().mapped().images;
    {
        const auto library = loadCopy(trial, copy);
        const auto instance = create(trial, library);
        request(trial, *instance);
    }
    require(trial.libraries().mapped().images == images, "it is still mapped");
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        require(line.find("memfd:copy") == std::string::npos,
                "the loader keeps it mapped: thread-local objects, or a library that it brought along");
}

}  // namespace

std::vector<Case> reloadCases() {
    return {{"reload.beside", "a new copy serves beside the old one", beside},
            {"reload.state", "state is handed over", state},
            {"reload.unload", "it is unmapped, as its manifest promises", unload}};
}

}  // namespace sluice::validator

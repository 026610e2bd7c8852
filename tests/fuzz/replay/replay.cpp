// Runs a fuzz target over its seeds and over every file of a folder: sluice_fuzz_replay TARGET [FOLDER]. A
// target that finds a fault aborts; the input that it was given is named then.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "seeds.h"

#define FUZZ_TARGET(name) extern "C" int name(const uint8_t* data, size_t size);
#include "targets.inc"
#undef FUZZ_TARGET

namespace {

using Target = int (*)(const uint8_t*, size_t);
using Inputs = std::vector<std::pair<std::string, std::string>>;  // name, bytes

const std::pair<std::string, Target> kTargets[] = {
#define FUZZ_TARGET(name) {#name, &name},
#include "targets.inc"
#undef FUZZ_TARGET
};

char at_hand[256] = "none";

void onFault(int number) {
    for (const char* word : {"the fault is in: ", static_cast<const char*>(at_hand), "\n"})
        (void)!::write(STDERR_FILENO, word, std::strlen(word));
    ::signal(number, SIG_DFL);
    ::raise(number);
}

Inputs inputsOf(const std::string& target, const char* folder) {
    Inputs inputs;
    auto seeds = sluice::fuzz::allSeeds();
    for (const auto& seed : seeds[target]) inputs.emplace_back("seed " + std::to_string(inputs.size()), seed);
    if (!folder || !std::filesystem::is_directory(folder)) return inputs;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::stringstream text;
        text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        inputs.emplace_back(entry.path().filename().string(), text.str());
    }
    return inputs;
}

}  // namespace

int main(int argc, char** argv) {
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::signal(number, onFault);
    for (const auto& [name, target] : kTargets) {
        if (argc < 2 || name != argv[1]) continue;
        const auto inputs = inputsOf(name, argc > 2 ? argv[2] : nullptr);
        if (inputs.empty()) break;
        for (const auto& [title, bytes] : inputs) {
            std::snprintf(at_hand, sizeof at_hand, "%s", title.c_str());
            target(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
        }
        std::printf("%s: %zu inputs\n", name.c_str(), inputs.size());
        return 0;
    }
    std::fprintf(stderr, "usage: sluice_fuzz_replay TARGET [FOLDER]; TARGET: one with seeds, of\n");
    for (const auto& [name, target] : kTargets) std::fprintf(stderr, "  %s\n", name.c_str());
    return 2;
}

// Writes the seeds of each fuzz target into DIRECTORY/TARGET, for libFuzzer to start from.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "seeds.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: sluice_fuzz_seeds DIRECTORY\n");
        return 2;
    }
    for (const auto& [target, seeds] : sluice::fuzz::allSeeds()) {
        const auto folder = std::filesystem::path(argv[1]) / target;
        std::filesystem::create_directories(folder);
        for (size_t i = 0; i < seeds.size(); ++i)
            std::ofstream(folder / ("seed_" + std::to_string(i)), std::ios::binary) << seeds[i];
    }
    return 0;
}

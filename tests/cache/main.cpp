// The tests, and, as "sluice_cache_tests --write DIRECTORY", the process that kill_test.cpp kills.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "disk.h"

int main(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "--write") return cache_tests::writeUntilKilled(argv[2]);
    return Catch::Session().run(argc, argv);
}

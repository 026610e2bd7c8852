#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>

#include "server.h"

int main(int argc, char** argv) {
    if (!store_tests::Server::installed()) {
        std::printf("skipped: there is no PostgreSQL in /usr/lib/postgresql; package postgresql\n");
        return 0;
    }
    return Catch::Session().run(argc, argv);
}

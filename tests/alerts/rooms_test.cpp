// Connections and descriptors, as the gateway counts them.
#include <catch2/catch.hpp>

#include "figures.h"
#include "support.h"

using namespace alerts;
using namespace testing;

TEST_CASE("connections and descriptors that run out are told of, and when there is room again") {
    Figures figures(600'000);
    Raised raised;
    const auto look = [&](int connections, int descriptors) {
        raised.all.clear();
        figures.take("process_open_fds " + std::to_string(descriptors) +
                         "\nprocess_max_fds 1000\nsluice_client_connections " + std::to_string(connections) +
                         "\nsluice_client_connections_max 200\n",
                     raised.raise());
    };
    look(179, 899);
    CHECK(raised.all.empty());
    look(10, 950);
    REQUIRE(raised.count("connections_exhausted") == 1);
    CHECK(raised.all[0].line() == "Connections run out: File descriptors");
    CHECK(fact(raised.all[0], "In use") == "950 of 1,000 (95.0 %)");
    look(180, 850);  // of the one there are still few
    REQUIRE(raised.count("connections_exhausted") == 1);
    CHECK(raised.all[0].who == "Connections of clients");
    CHECK_FALSE(raised.all[0].resolves);
    look(180, 799);
    REQUIRE(raised.count("connections_exhausted") == 1);
    CHECK(raised.all[0].line() == "There is room for connections again: File descriptors");
    CHECK(raised.all[0].resolves);
    // Older gateways do not say how many there may be.
    raised.all.clear();
    figures.take("process_open_fds 5000\nsluice_client_connections 9\n", raised.raise());
    CHECK(raised.all.empty());
}

#include "base/json_writer.h"

#include <catch2/catch.hpp>

using sluice::base::JsonWriter;

TEST_CASE("decimals are written exactly and as short as they are", "[base]") {
    const auto written = [](uint64_t value, size_t places) {
        std::string out;
        JsonWriter(out).decimal(value, places);
        return out;
    };
    CHECK(written(0, 12) == "0.0");
    CHECK(written(1, 12) == "0.000000000001");
    CHECK(written(1'500'000'000'000, 12) == "1.5");
    CHECK(written(37'500, 12) == "0.0000000375");
    CHECK(written(12'000'000'000'000, 12) == "12.0");
    CHECK(written(1'234, 3) == "1.234");
    CHECK(written(9'223'372'036'854'775'807, 12) == "9223372.036854775807");
}

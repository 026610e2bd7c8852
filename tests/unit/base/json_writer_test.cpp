#include "base/json_writer.h"

#include <limits>

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

TEST_CASE("commas, keys and texts come out as JSON, whatever is in them", "[base]") {
    std::string out;
    JsonWriter w(out);
    w.beginObject().key("a").text("x").key("b").null().key("c").beginArray();
    w.number(uint64_t{0}).number(int64_t{-1}).boolean(true).text("").raw("{}").null().endArray();
    w.foreignKey("d\"").text(std::string(100, 'y')).key("e").text("\"\\\n\x7f\xff").endObject();
    CHECK(out == R"({"a":"x","b":null,"c":[0,-1,true,"",{},null],"d\"":")" + std::string(100, 'y') +
                     R"(","e":"\"\\\n\u007f\ufffd"})");
}

TEST_CASE("real numbers have six decimals at most", "[base]") {
    const auto written = [](double value) {
        std::string out;
        JsonWriter(out).real(value);
        return out;
    };
    CHECK(written(0) == "0");
    CHECK(written(5) == "5");
    CHECK(written(0.25) == "0.25");
    CHECK(written(-0.25) == "-0.25");
    CHECK(written(1700000000.123) == "1700000000.123");
    CHECK(written(0.1234567) == "0.123457");
    CHECK(written(1e-9) == "0");
    CHECK(written(1e300) == "1e+300");
    CHECK(written(std::numeric_limits<double>::infinity()) == "null");
}

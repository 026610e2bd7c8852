// Decimal numbers: exact, rounded half to even, bounded.
#include "decimal.h"

#include <catch2/catch.hpp>

#include "money.h"

using namespace pricing;

TEST_CASE("decimals are read without a double") {
    struct Case {
        const char* text;
        int64_t femto;
    };
    for (const auto& [text, femto] :
         {Case{"0", 0}, Case{"0.0", 0}, Case{"0e9", 0}, Case{"2.5e-06", 2'500'000'000},
          Case{"7.5e-8", 75'000'000}, Case{"0.000000075", 75'000'000}, Case{"1", 1'000'000'000'000'000},
          Case{"9223.372036854775807", INT64_MAX}, Case{"1E-15", 1}, Case{"0.4e-15", 0},
          Case{"0.5e-15", 0},                          // half: to the even one
          Case{"1.5e-15", 2},                          // half: to the even one
          Case{"2.5e-15", 2},                          //
          Case{"2.5000000000000000000000001e-15", 3},  // more than half
          Case{"0.50000000000000000000000000000000000000000000001e-15", 1}, Case{"1e-400", 0},
          Case{"15e-16", 2}}) {
        CAPTURE(text);
        CHECK(scaled(text, 15) == femto);
    }
}

TEST_CASE("what is no price is none") {
    for (const char* text :
         {"", "-1", "-0.1", "+1", ".5", "1.", "1e", "1e+", "1e5x", "abc", "null", "\"1\"", "1,5", " 1",
          "9223.372036854775808", "1e300", "99999999999999999999999999999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(scaled(text, 15));
    }
}

TEST_CASE("a quotient is rounded half to even and does not run over") {
    CHECK(divided(5, 2) == 2);
    CHECK(divided(7, 2) == 4);
    CHECK(divided(8, 3) == 3);
    CHECK(divided(7, 3) == 2);
    CHECK(divided(0, 1000) == 0);
    CHECK(divided(static_cast<Wide>(INT64_MAX) * 5000, 1000) == INT64_MAX);
}

TEST_CASE("money has all its digits and no exponent") {
    CHECK(usdText(0) == "0.0");
    CHECK(usdText(1) == "0.000000000001");
    CHECK(usdText(42'500'000) == "0.0000425");
    CHECK(usdText(1'000'000'000'000) == "1.0");
    CHECK(usdText(12'345'678'900'000) == "12.3456789");
    CHECK(usdText(INT64_MAX) == "9223372.036854775807");
    CHECK(usdText(static_cast<Wide>(INT64_MAX) + 1) == "9223372.036854775808");
    CHECK(usdText(static_cast<Wide>(INT64_MAX) * 1'000'000'000) == "9223372036854775.807");
    CHECK(decimalText(1, 40) == "0." + std::string(39, '0') + "1");
    CHECK(decimalText(50, 1) == "5.0");
}

#include "base/status.h"

#include <set>

#include "base/clock.h"

using namespace sluice::base;

TEST_CASE("a status is fine or an error", "[base]") {
    const Status fine;
    CHECK(fine);
    const Status bad = upstreamError(Code::Unavailable, "nobody there", Retry::Safe);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Code::Unavailable);
    CHECK(bad.error().origin == Origin::Upstream);
    CHECK(bad.error().retry == Retry::Safe);
    CHECK(bad.error().message == "nobody there");
}

TEST_CASE("a result holds a value or an error", "[base]") {
    Result<std::string> good = std::string("text");
    REQUIRE(good);
    CHECK(*good == "text");
    CHECK(good->size() == 4);
    const Result<std::string> bad = pluginError(Code::Internal, "fault");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().origin == Origin::Plugin);
    CHECK(bad.error().retry == Retry::Unsafe);
}

TEST_CASE("each helper names who caused the error", "[base]") {
    CHECK(clientError(Code::Malformed, "").origin == Origin::Client);
    CHECK(gatewayError(Code::Malformed, "").origin == Origin::Gateway);
    CHECK(upstreamError(Code::Malformed, "").origin == Origin::Upstream);
    CHECK(upstreamError(Code::Malformed, "").retry == Retry::Unsafe);
}

TEST_CASE("every code and origin has a name of its own", "[base]") {
    std::set<std::string> codes;
    for (int i = 0; i <= static_cast<int>(Code::Internal); ++i) codes.insert(name(static_cast<Code>(i)));
    CHECK(codes.size() == static_cast<size_t>(Code::Internal) + 1);
    CHECK(codes.count("deadline_exceeded") == 1);
    CHECK(std::string(name(Origin::Client)) == "client");
    CHECK(std::string(name(Origin::Gateway)) == "gateway");
    CHECK(std::string(name(Origin::Plugin)) == "plugin");
    CHECK(std::string(name(Origin::Upstream)) == "upstream");
}

TEST_CASE("no timeout means no deadline", "[base]") {
    const auto now = Clock::now();
    CHECK(deadlineAfter(now, milliseconds(0)) == kNever);
    CHECK(deadlineAfter(now, milliseconds(-5)) == kNever);
    CHECK(deadlineAfter(now, milliseconds(5)) == now + milliseconds(5));
}

#include "route/failure.h"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace sluice::route;

TEST_CASE("an answer's status says what has failed", "[route]") {
    CHECK(classify(401, "") == FailureClass::Authentication);
    CHECK(classify(402, "") == FailureClass::Payment);
    CHECK(classify(403, "") == FailureClass::Authentication);
    CHECK(classify(404, "") == FailureClass::NotFound);
    CHECK(classify(408, "") == FailureClass::Timeout);
    CHECK(classify(429, "") == FailureClass::RateLimit);
    CHECK(classify(500, "") == FailureClass::ServerError);
    CHECK(classify(529, "") == FailureClass::ServerError);
    CHECK(classify(400, "") == FailureClass::BadRequest);
    CHECK(classify(422, "") == FailureClass::BadRequest);
    CHECK(classify(302, "") == FailureClass::Malformed);
}

TEST_CASE("of a refusal the codes count, then the words", "[route]") {
    const auto of = [](const char* body) { return classify(400, body); };
    CHECK(of(R"({"error":{"code":"context_length_exceeded","message":"x"}})") == FailureClass::ContextWindow);
    CHECK(of(R"({"error":{"message":"This model's maximum context length is 8192 tokens"}})") ==
          FailureClass::ContextWindow);
    CHECK(
        of(R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8"}})") ==
        FailureClass::ContextWindow);
    CHECK(of(R"({"error":{"code":"content_filter"}})") == FailureClass::ContentPolicy);
    CHECK(of(R"({"error":{"innererror":{"code":"ResponsibleAIPolicyViolation"}}})") ==
          FailureClass::ContentPolicy);
    CHECK(of(R"({"error":{"message":"rejected by our content policy"}})") == FailureClass::ContentPolicy);
    // The code goes before the words.
    CHECK(of(R"({"error":{"code":"content_filter","message":"reduce the length of the messages"}})") ==
          FailureClass::ContentPolicy);
    for (const char* body : {R"({"error":{"message":"temperature is too high"}})", R"({"error":"x"})", "[]",
                             "", "<html>", R"({"error":{"code":5}})", "\xff{"})
        CHECK(of(body) == FailureClass::BadRequest);
    // A 403 may be about the content, too.
    CHECK(classify(403, R"({"error":{"code":"content_policy_violation"}})") == FailureClass::ContentPolicy);
}

TEST_CASE("only the deployment's own faults are blamed on it", "[route]") {
    for (const auto kind : {FailureClass::BadRequest, FailureClass::ContextWindow,
                            FailureClass::ContentPolicy, FailureClass::Unsupported})
        CHECK_FALSE(blames(kind));
    for (const auto kind : {FailureClass::Authentication, FailureClass::Timeout, FailureClass::RateLimit,
                            FailureClass::ServerError, FailureClass::Connection, FailureClass::Malformed})
        CHECK(blames(kind));
}

TEST_CASE("Retry-After in each of its forms", "[route]") {
    using base::milliseconds;
    constexpr int64_t kNow = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT
    CHECK(retryAfter("7", std::nullopt, kNow) == milliseconds(7000));
    CHECK(retryAfter("1.5", std::nullopt, kNow) == milliseconds(1000));
    CHECK(retryAfter("7", "250.9", kNow) == milliseconds(250));
    CHECK(retryAfter("Sun, 06 Nov 1994 08:49:40 GMT", std::nullopt, kNow) == milliseconds(3000));
    CHECK(retryAfter("Sun, 06 Nov 1994 08:00:00 GMT", std::nullopt, kNow) == milliseconds(0));
    CHECK(retryAfter("99999999999", std::nullopt, kNow) == milliseconds(24 * 3600 * 1000));
    for (const char* text : {"", "soon", "-1", "7 minutes", "Sun, 06 Nov"})
        CHECK_FALSE(retryAfter(text, std::nullopt, kNow).has_value());
}

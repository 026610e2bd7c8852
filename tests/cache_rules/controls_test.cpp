#include <string>

#include <catch2/catch.hpp>

#include "controls.h"

using cache::Controls;

TEST_CASE("LiteLLM's controls are read") {
    std::string refused;
    const auto c = Controls::read(
        R"({"ttl":60,"s-maxage":1.5,"no-cache":true,"no-store":false,"use-cache":true,"namespace":"team:a"})",
        "", refused);
    CHECK(refused.empty());
    CHECK(c.ttl_ms == 60'000);
    CHECK(c.max_age_ms == 1500);
    CHECK((c.no_cache && !c.no_store && c.use_cache));
    CHECK(c.name_space == "team:a");
    CHECK_FALSE(Controls::read("null", "", refused).no_cache);
    CHECK(refused.empty());
}

TEST_CASE("what is no control, or of a wrong type, is refused in words") {
    for (const char* json : {R"({"tll":1})", R"({"ttl":"soon"})", R"({"ttl":-1})", R"({"no-cache":"yes"})",
                             R"({"namespace":"a b"})", "[]", "true", R"({"namespace":""})"}) {
        std::string refused;
        (void)Controls::read(json, "", refused);
        INFO(json);
        CHECK((refused.substr(0, 5) == "cache") == (std::string(json) != R"({"namespace":""})"));
    }
}

TEST_CASE("a key may be held to some of them") {
    std::string refused;
    (void)Controls::read(R"({"ttl":60})", R"(["no-cache"])", refused);
    CHECK(refused ==
          R"(cache.ttl: this key may not use it; allowed_cache_controls of the key: ["no-cache"])");
    refused.clear();
    CHECK(Controls::read(R"({"no-cache":true})", R"(["no-cache"])", refused).no_cache);
    CHECK(refused.empty());
}

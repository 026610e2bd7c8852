// What an answer costs, by a table made by hand. USD in comments, 1e-12 USD in figures.
#include "prices.h"

#include <catch2/catch.hpp>

#include <sluice/types.hpp>

#include "adjust.h"

using namespace pricing;

namespace {

int64_t cost(const Members& members, Usage usage) { return costOf(Prices(members, "m"), usage); }

Usage tokens(int64_t prompt, int64_t completion) {
    Usage usage;
    usage.prompt = prompt;
    usage.completion = completion;
    return usage;
}

const Members kPlain{{"input_cost_per_token", "2.5e-06"}, {"output_cost_per_token", "1e-05"}};

std::string faultOf(const Members& members) {
    try {
        Prices{members, "models.m"};
        return "";
    } catch (const sluice::ConfigError& error) {
        return error.message();
    }
}

}  // namespace

TEST_CASE("input and output") {
    CHECK(cost(kPlain, tokens(1000, 500)) == 7'500'000'000);  // 0.0025 + 0.005
    CHECK(cost(kPlain, tokens(0, 0)) == 0);
    CHECK(cost({{"input_cost_per_token", "2e-8"}}, tokens(8, 5)) == 160'000);  // an embedding: no output
}

TEST_CASE("what has a price of its own is taken from the rest") {
    Members members = kPlain;
    Usage usage = tokens(1000, 500);
    usage.cached = 600;
    CHECK(cost(members, usage) == 7'500'000'000);  // no price of its own: as input
    members["cache_read_input_token_cost"] = "1.25e-06";
    CHECK(cost(members, usage) == 400 * 2'500'000LL + 600 * 1'250'000LL + 500 * 10'000'000LL);
    usage.reasoning = 200;
    CHECK(cost(members, usage) == 6'750'000'000);  // reasoning: as output
    members["output_cost_per_reasoning_token"] = "2e-05";
    CHECK(cost(members, usage) == 6'750'000'000 + 200 * 10'000'000LL);
    usage.audio_prompt = 100;
    usage.audio_completion = 50;
    members["input_cost_per_audio_token"] = "4e-05";
    members["output_cost_per_audio_token"] = "8e-05";
    CHECK(cost(members, usage) == 300 * 2'500'000LL + 600 * 1'250'000LL + 100 * 40'000'000LL +
                                      250 * 10'000'000LL + 200 * 20'000'000LL + 50 * 80'000'000LL);
    usage.image_prompt = 300;
    members["input_cost_per_image_token"] = "1e-05";
    CHECK(cost(members, usage) == 600 * 1'250'000LL + 100 * 40'000'000LL + 300 * 10'000'000LL +
                                      250 * 10'000'000LL + 200 * 20'000'000LL + 50 * 80'000'000LL);
}

TEST_CASE("cache writes for five minutes and for an hour") {
    Members members{{"input_cost_per_token", "3e-06"},
                    {"output_cost_per_token", "1.5e-05"},
                    {"cache_read_input_token_cost", "3e-07"},
                    {"cache_creation_input_token_cost", "3.75e-06"}};
    Usage usage = tokens(1700, 10);
    usage.cached = 1000;
    usage.cache_write = 500;
    usage.cache_write_1h = 200;
    const int64_t rest = 200 * 3'000'000LL + 1000 * 300'000LL + 10 * 15'000'000LL;
    CHECK(cost(members, usage) == rest + 500 * 3'750'000LL);
    members["cache_creation_input_token_cost_above_1hr"] = "6e-06";
    CHECK(cost(members, usage) == rest + 300 * 3'750'000LL + 200 * 6'000'000LL);
}

TEST_CASE("long prompts and service tiers") {
    Members members{{"input_cost_per_token", "1e-06"},
                    {"output_cost_per_token", "2e-06"},
                    {"cache_read_input_token_cost", "1e-07"},
                    {"input_cost_per_token_above_200k_tokens", "3e-06"},
                    {"output_cost_per_token_above_200k_tokens", "4e-06"},
                    {"input_cost_per_token_above_500k_tokens", "5e-06"},
                    {"input_cost_per_token_flex", "5e-07"},
                    {"input_cost_per_token_above_200k_tokens_flex", "7e-07"}};
    CHECK(cost(members, tokens(200'000, 1)) == 200'000 * 1'000'000LL + 2'000'000);
    CHECK(cost(members, tokens(200'001, 1)) == 200'001 * 3'000'000LL + 4'000'000);
    CHECK(cost(members, tokens(500'001, 1)) == 500'001 * 5'000'000LL + 4'000'000);
    Usage usage = tokens(200'001, 0);
    usage.cached = 1;  // no price for long prompts: the usual one
    CHECK(cost(members, usage) == 200'000 * 3'000'000LL + 100'000);
    usage = tokens(10, 1);
    usage.service = "flex";
    CHECK(cost(members, usage) == 10 * 500'000LL + 2'000'000);
    usage.prompt = 200'001;
    CHECK(cost(members, usage) == 200'001 * 700'000LL + 4'000'000);
    usage.service = "priority";  // not known: the usual ones
    CHECK(cost(members, usage) == 200'001 * 3'000'000LL + 4'000'000);
}

TEST_CASE("it is rounded once, half to even, and never runs over") {
    const Members tiny{{"input_cost_per_token", "5e-13"}};  // half a 1e-12 USD
    CHECK(cost(tiny, tokens(1, 0)) == 0);
    CHECK(cost(tiny, tokens(2, 0)) == 1);
    CHECK(cost(tiny, tokens(3, 0)) == 2);
    CHECK(cost(tiny, tokens(5, 0)) == 2);
    const Members huge{{"input_cost_per_token", "9000"}, {"output_cost_per_token", "9000"}};
    CHECK(cost(huge, tokens(INT64_MAX, INT64_MAX)) == INT64_MAX);
    // A provider whose parts are more than the whole: the parts are paid for.
    Usage odd = tokens(10, 5);
    odd.cached = 20;
    odd.reasoning = 9;
    CHECK(cost(kPlain, odd) == 20 * 2'500'000LL + 9 * 10'000'000LL);
}

TEST_CASE("a model that only makes pictures has the price of their tokens") {
    CHECK(cost({{"input_cost_per_token", "5e-06"}, {"output_cost_per_image_token", "4e-05"}},
               tokens(10, 100)) == 10 * 5'000'000LL + 100 * 40'000'000LL);
    CHECK_FALSE(Prices({{"output_cost_per_image", "0.04"}}, "m").known());
    CHECK(Prices({{"input_cost_per_token", "0"}}, "m").known());
}

TEST_CASE("faults name the member, what was found and what is allowed") {
    CHECK(faultOf({{"input_cost_per_token", "\"cheap\""}}) ==
          "models.m.input_cost_per_token: found \"cheap\"; allowed: USD a token, a number from 0 to 9223");
    CHECK(faultOf({{"output_cost_per_token_above_200k_tokens", "-1"}}).find("above_200k_tokens: found -1") !=
          std::string::npos);
    CHECK(faultOf({{"input_cost_per_token", "null"}, {"mode", "\"chat\""}}).empty());
    CHECK(isMember("cache_creation_input_token_cost_above_1hr_above_200k_tokens"));
    CHECK(isMember("supports_vision"));
    CHECK_FALSE(isMember("input_cost_per_tokn"));
    CHECK_FALSE(isTokenPrice("input_cost_per_token_above_k_tokens"));
    CHECK_FALSE(isTokenPrice("input_cost_per_token_above_99999999k_tokens"));
}

TEST_CASE("discounts, then margins") {
    const Adjustments some(R"({"azure":0.05,"free":1})",
                           R"({"openai":0.1,"global":{"percentage":0.02,"fixed_amount":0.001}})");
    CHECK(some.apply("openai", 1'000'000) == 1'100'000);
    CHECK(some.apply("azure", 1'000'000) == 950'000 + 19'000 + 1'000'000'000);
    CHECK(some.apply("free", 1'000'000) == 1'000'000'000);
    CHECK(some.apply("other", 3) == 3 + 1'000'000'000);
    CHECK(Adjustments().apply("openai", 7) == 7);
    for (const auto& [discounts, margins] : {std::pair{R"({"a":1.1})", ""},
                                             {R"({"a":-1})", ""},
                                             {R"({"a":"x"})", ""},
                                             {"[]", ""},
                                             {"", R"({"a":{"percent":1}})"},
                                             {"", R"({"a":{"fixed_amount":-1}})"}}) {
        CAPTURE(discounts, margins);
        CHECK_THROWS_AS(Adjustments(discounts, margins), sluice::ConfigError);
    }
}

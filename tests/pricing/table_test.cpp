// The table that comes with Sluice, how models are found in it, and what changes it.
#include "table.h"

#include <catch2/catch.hpp>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

#include "book.h"
#include "embedded.h"
#include "names.h"

using namespace pricing;

namespace {

int64_t inputOf(const Table& table, const char* provider, const char* model) {
    const Prices* prices = table.find(provider, model);
    return prices ? prices->ratesFor(0, "")[kInput] : -1;
}

std::string faultOf(const char* json) {
    try {
        (void)Table(readEntries(json, "models", true));
        return "";
    } catch (const sluice::ConfigError& error) {
        return error.message();
    }
}

}  // namespace

TEST_CASE("the table that comes with Sluice is whole") {
    const auto table = Book("", {}).table();
    CHECK(table->entries().size() > 200);
    for (const auto& [name, members] : table->entries()) {
        CAPTURE(name);
        CHECK(members.count("source") == 1);
        CHECK(members.count("as_of") == 1);
        CHECK(members.count("mode") == 1);
        bool priced = false;
        for (const auto& [member, json] : members) priced |= member.find("cost") != std::string::npos;
        CHECK(priced);
        const Prices prices(members, name);
        if (!prices.known()) continue;
        const Rates rates = prices.ratesFor(0, "");
        CHECK(rates[kInput] < 200'000'000'000);  // 200 USD for a million tokens
        CHECK(rates[kCacheRead] <= rates[kInput]);
        CHECK(prices.ratesFor(0, "batches")[kInput] <= rates[kInput]);
        CHECK(prices.ratesFor(10'000'000, "")[kInput] >= rates[kInput]);
    }
    for (const char* provider :
         {"openai", "anthropic", "gemini", "mistral", "cohere", "deepinfra", "azure"}) {
        const auto first = table->entries().lower_bound(provider);
        CHECK(first->first.rfind(std::string(provider) + "/", 0) == 0);
    }
    CHECK(sluice::isJson(table->json()));
    for (const auto text : embeddedPrices()) CHECK_FALSE(sluice::JsonObject(text).textOf("version").empty());
}

TEST_CASE("figures that everybody knows") {
    const auto table = Book("", {}).table();
    CHECK(inputOf(*table, "openai", "gpt-4o") == 2'500'000'000);
    CHECK(inputOf(*table, "openai", "gpt-4o-mini") == 150'000'000);
    CHECK(inputOf(*table, "anthropic", "claude-sonnet-4-5") == 3'000'000'000);
    CHECK(inputOf(*table, "gemini", "gemini-2.5-flash") == 300'000'000);
    CHECK(inputOf(*table, "openai", "text-embedding-3-small") == 20'000'000);
    const Rates haiku = table->find("anthropic", "claude-3-haiku-20240307")->ratesFor(0, "");
    CHECK(haiku[kCacheWrite] == 300'000'000);
    CHECK(haiku[kCacheWrite1h] == 500'000'000);
    CHECK(haiku[kCacheRead] == 30'000'000);
}

TEST_CASE("names: dates, regions, owners, resellers") {
    const Table table(readEntries(
        R"({"openai/gpt-4o":{"input_cost_per_token":1},"openai/gpt-4o-2024-05-13":{"input_cost_per_token":2},
        "openai/ft:gpt-4o":{"input_cost_per_token":3},"anthropic/claude-3-5-haiku":{"input_cost_per_token":4},
        "azure/gpt-4o":{"input_cost_per_token":5},"gemini/gemini-2.0-flash":{"input_cost_per_token":6},
        "openai/o1":{"input_cost_per_token":8},"mine":{"input_cost_per_token":7}})",
        "", true));
    const auto usd = [&](const char* provider, const char* model) {
        const int64_t input = inputOf(table, provider, model);
        return input < 0 ? -1 : input / 1'000'000'000'000'000;
    };
    CHECK(usd("openai", "gpt-4o") == 1);
    CHECK(usd("openai", "gpt-4o-2024-08-06") == 1);
    CHECK(usd("openai", "gpt-4o-latest") == 1);
    CHECK(usd("openai", "gpt-4o-2024-05-13") == 2);
    CHECK(usd("openai", "ft:gpt-4o-2024-08-06:acme::id") == 3);
    CHECK(usd("anthropic", "claude-3-5-haiku-20241022") == 4);
    CHECK(usd("vertex_ai", "claude-3-5-haiku@20241022") == 4);
    CHECK(usd("bedrock", "us.anthropic.claude-3-5-haiku-20241022-v1:0") == 4);
    CHECK(usd("azure", "gpt-4o-2024-08-06") == 5);
    CHECK(usd("azure", "o1") == 8);
    CHECK(usd("vertex_ai", "models/gemini-2.0-flash-001") == 6);
    CHECK(usd("hosted_vllm", "mine") == 7);
    CHECK(usd("hosted_vllm", "gpt-4o") == -1);
    CHECK(usd("openai", "gpt-4o-x") == -1);
    CHECK(usd("openai", "") == -1);
    CHECK(namesOf("-2024-08-06").size() == 1);
}

TEST_CASE("changes go over what there is, member by member") {
    Entries entries = readEntries(R"({"provider":"openai","source":"s","as_of":"d","models":{"gpt-4o":
        {"input_cost_per_token":1,"cache_read_input_token_cost":0.5}}})",
                                  "", true);
    CHECK(entries.at("openai/gpt-4o").at("source") == "\"s\"");
    merge(
        entries,
        readEntries(
            R"({"gpt-4o":{"input_cost_per_token":2,"cache_read_input_token_cost":null},"new":{"input_cost_per_token":3}})",
            "", true));
    CHECK(entries.size() == 2);
    const Table table(entries);
    CHECK(inputOf(table, "openai", "gpt-4o") == 2'000'000'000'000'000);
    CHECK(table.find("openai", "gpt-4o")->ratesFor(0, "")[kCacheRead] == 2'000'000'000'000'000);
    CHECK(inputOf(table, "anything", "new") == 3'000'000'000'000'000);
}

TEST_CASE("LiteLLM's file is one") {
    const auto entries =
        readEntries(R"({"sample_spec":{"input_cost_per_token":"a text"},"gpt-4o":{"litellm_provider":"openai",
        "input_cost_per_token":2.5e-06,"some_day":true},"azure/x":{"input_cost_per_token":0}})",
                    "file", false);
    CHECK(entries.size() == 2);
    CHECK(inputOf(Table(entries), "azure", "x") == 0);
}

TEST_CASE("wrong tables say what is wrong") {
    CHECK(faultOf("[]") == "models: found no JSON object of models");
    CHECK(faultOf(R"({"m":1})") == "models.m: found 1; allowed: an object with prices");
    CHECK(faultOf(R"({"m":{"input_cost_per_tokn":1}})")
              .find("models.m.input_cost_per_tokn: there is no such price") == 0);
    CHECK(faultOf(R"({"m":{"input_cost_per_token":"1"}})")
              .find("m.input_cost_per_token: found \"1\"; allowed: USD a token") == 0);
    CHECK(faultOf(R"({"m":{"input_cost_per_token":1e6}})")
              .find("allowed: USD a token, a number from 0 to 9223") != std::string::npos);
}

TEST_CASE("changes at run time: over everything else, back again, and never half") {
    Book book("", readEntries(R"({"gpt-4o":{"input_cost_per_token":1}})", "", true));
    const auto before = book.table();
    book.change(R"({"gpt-4o":{"input_cost_per_token":2},"new":{"input_cost_per_token":3}})");
    CHECK(inputOf(*book.table(), "openai", "gpt-4o") == 2'000'000'000'000'000);
    CHECK(inputOf(*before, "openai", "gpt-4o") == 1'000'000'000'000'000);
    CHECK_THROWS_AS(book.change(R"({"new":{"input_cost_per_token":-3}})"), sluice::ConfigError);
    CHECK_THROWS_AS(book.change("nonsense"), sluice::ConfigError);
    CHECK(inputOf(*book.table(), "any", "new") == 3'000'000'000'000'000);
    Book next("", {});
    next.change(book.changes());
    CHECK(inputOf(*next.table(), "openai", "gpt-4o") == 2'000'000'000'000'000);
    book.change(R"({"gpt-4o":null})");
    CHECK(inputOf(*book.table(), "openai", "gpt-4o") == 1'000'000'000'000'000);
}

TEST_CASE("a file that is not there") {
    CHECK_THROWS_AS(Book("/nonexistent/prices.json", {}), sluice::ConfigError);
}

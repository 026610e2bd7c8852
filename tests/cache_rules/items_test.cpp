// Embeddings text by text: keys, what an answer is taken apart into, and put together from.
#include <set>

#include <catch2/catch.hpp>

#include "items.h"

using namespace cache;

namespace {

std::vector<Item> itemsFor(const std::string& body, std::string_view owner = "key:a") {
    return itemsIn({"embeddings", "e", owner, "", body}, kItemsMax);
}
std::string keyFor(const std::string& body, std::string_view owner = "key:a") {
    const auto items = itemsFor(body, owner);
    return items.size() == 1 ? items[0].key : "none";
}

const std::string kAnswer = R"({"object":"list","data":[
  {"object":"embedding","index":1,"embedding":[ 1e-05 ,2]},
  {"embedding":"AAAA","object":"embedding","index":0}],"model":"m","usage":{"prompt_tokens":10}})";

}  // namespace

TEST_CASE("each text has its own key, in which everything else counts") {
    const auto items = itemsFor(R"({"input":["a","b","a"],"dimensions":7})");
    REQUIRE(items.size() == 3);
    CHECK(items[0].key == items[2].key);
    CHECK(items[0].key == keyFor(R"({"dimensions":7,"user":"u","input":"a"})"));
    const std::set<std::string> keys{
        items[0].key,
        items[1].key,
        keyFor(R"({"input":"a"})"),
        keyFor(R"({"input":"a","dimensions":8})"),
        keyFor(R"({"input":"a","dimensions":7,"encoding_format":"base64"})"),
        keyFor(R"({"input":"a","dimensions":7})", "key:b"),
        keyFor(R"({"input":[1,2],"dimensions":7})"),
        keyFor(R"({"input":[[1,2,3]],"dimensions":7})"),
        keyFor(R"({"input":"a","dimensions":7,"metadata":{"tags":["t"]}})"),
        *keyOf({"embeddings", "e", "key:a", "", R"({"input":"a","dimensions":7})"})};
    CHECK(keys.size() == 10);
    CHECK(keyFor(R"({"input":[1,2]})") == keyFor(R"({"input":[[1,2]]})"));
    for (const char* body : {R"({"input":[]})", R"({"input":[1,"a"]})", R"({"input":["a",null]})",
                             R"({"input":{}})", R"({"input":[[]]})", R"({"input":[[1,"a"]]})", R"({})", "[]",
                             "nonsense", R"({"input":7})", R"({"input":[-1]})"})
        CHECK(itemsFor(body).empty());
    std::string many = R"({"input":["a")";
    for (size_t i = 0; i < kItemsMax; ++i) many += ",\"a\"";
    CHECK(itemsFor(many + "]}").empty());
}

TEST_CASE("an answer is taken apart by its indices, and put together in any order") {
    const std::vector<Item> items{{"k0", 3}, {"k1", 4}};
    const auto entries = itemsOf(kAnswer, items, 10, 1001);
    REQUIRE(entries);
    CHECK((*entries)[0].prompt_tokens + (*entries)[1].prompt_tokens == 10);
    CHECK((*entries)[0].prompt_tokens == 4);
    CHECK((*entries)[0].cost_pico_usd + (*entries)[1].cost_pico_usd == 1001);
    const std::string_view zero = (*entries)[0].bytes, one = (*entries)[1].bytes;
    CHECK(
        answerOf({one, zero, one}, 7) ==
        R"({"object":"list","data":[{"index":0,"object":"embedding","embedding":[ 1e-05 ,2]},{"index":1,"embedding":"AAAA","object":"embedding"},)"
        R"({"index":2,"object":"embedding","embedding":[ 1e-05 ,2]}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}})");
    const auto unpriced = itemsOf(kAnswer, items, 0, -1);
    CHECK((unpriced && (*unpriced)[1].cost_pico_usd == -1));
}

TEST_CASE("what is no such answer is left alone") {
    const std::vector<Item> items{{"k0", 1}, {"k1", 1}};
    const std::vector<std::string> broken{
        "",
        "[]",
        "{}",
        kAnswer.substr(0, kAnswer.size() - 3),
        kAnswer.substr(0, 60),
        R"({"data":[{"index":0,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1}]})",
        R"({"data":[{"index":0,"embedding":[1]},7]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1],"a\"b":1}]})"};
    for (const auto& answer : broken) {
        INFO(answer);
        CHECK_FALSE(itemsOf(answer, items, 1, 1));
    }
    CHECK_FALSE(itemsOf(kAnswer, {}, 1, 1));
    CHECK_FALSE(answerOf({}, 1));
    CHECK_FALSE(answerOf({"rubbish"}, 1));
    CHECK_FALSE(answerOf({"\"m\"\n,\"embedding\":[1]", "\"n\"\n,\"embedding\":[1]"}, 1));
}

// What is said to vector search and what is made of its answers, without a server.
#include <random>

#include <catch2/catch.hpp>

#include "cache_redis/slots.h"
#include "semantic/redis_words.h"

using namespace cache;
using Catch::Matchers::Contains;

namespace {

cache_redis::Reply replyOf(const std::string& resp) {
    const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(),
                                                                          redisReaderFree);
    redisReaderFeed(reader.get(), resp.data(), resp.size());
    void* reply = nullptr;
    REQUIRE(redisReaderGetReply(reader.get(), &reply) == REDIS_OK);
    REQUIRE(reply);
    return cache_redis::Reply(static_cast<redisReply*>(reply));
}

std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}
std::string list(const std::vector<std::string>& items) {
    std::string out = "*" + std::to_string(items.size()) + "\r\n";
    for (const auto& item : items) out += item;
    return out;
}
std::string texts(const std::vector<std::string>& words) {
    std::vector<std::string> items;
    for (const auto& word : words) items.push_back(bulk(word));
    return list(items);
}

std::string hit(const std::string& key, const std::string& distance, const std::string& scope = "s",
                const std::string& expires = "2000") {
    return texts({"scope", scope, "key", key, "expires_ms", expires, "distance", distance});
}

std::string found(const std::vector<std::string>& hits) {
    std::vector<std::string> items{":" + std::to_string(hits.size()) + "\r\n"};
    for (const auto& one : hits) {
        items.push_back(bulk("{i}:x"));
        items.push_back(one);
    }
    return list(items);
}

std::string info(const std::string& prefix = "{i}:", const std::string& dimensions = "4",
                 const std::string& metric = "COSINE", const std::string& tag = "scope") {
    return list(
        {bulk("index_name"), bulk("i"), bulk("index_definition"),
         list({bulk("key_type"), bulk("HASH"), bulk("prefixes"), texts({prefix})}), bulk("attributes"),
         list({texts({"identifier", tag, "attribute", tag, "type", "TAG", "SEPARATOR", ","}),
               texts({"identifier", "vector", "attribute", "vector", "type", "VECTOR", "algorithm", "HNSW",
                      "data_type", "FLOAT32", "dim", dimensions, "distance_metric", metric})})});
}

}  // namespace

TEST_CASE("a tag is what it was, and nothing in it is an operator") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 40, ' ');
        for (char& c : text) c = static_cast<char>(random());
        const auto literal = tagLiteral(text);
        std::string read;
        for (size_t i = 0; i < literal.size(); ++i) {
            const auto c = static_cast<unsigned char>(literal[i]);
            const bool plain = c == '_' || c >= 0x80 || (std::isalnum(c) != 0);
            if (c == '\\') {
                REQUIRE(++i < literal.size());
            } else {
                REQUIRE(plain);
            }
            read += literal[i];
        }
        CHECK(read == text);
    }
    CHECK(tagLiteral("a}|{b") == "a\\}\\|\\{b");
}

TEST_CASE("a search as it is documented") {
    const RedisNames names("my-index");
    const auto words = searchWords(names, std::string(64, 'a'), {1, 0, 0, 0}, 4, 20);
    CHECK(words[2] == "(@scope:{" + std::string(64, 'a') + "})=>[KNN 4 @vector $v AS distance]");
    CHECK(words.back() == "2");
    CHECK(words[words.size() - 2] == "DIALECT");
    CHECK(words[words.size() - 3].size() == 16);
    CHECK(createWords(names, 4)[6] == "{my-index}:");
    // One slot for all of them, whatever they are called.
    CHECK(cache_redis::slotOf(names.hashOf("s", "k")) == cache_redis::slotOf(names.prefix));
    CHECK(names.hashOf("s", "k") != names.hashOf("sk", ""));
    CHECK(names.hashOf("s", "k") != names.hashOf("s", "k2"));
}

TEST_CASE("the nearest of the answer, if it is of that scope and not over") {
    const auto nearest = [](const std::vector<std::string>& hits) {
        const auto one = nearestIn(*replyOf(found(hits)), "s", 1000);
        return one ? one->key + " " + std::to_string(one->similarity).substr(0, 4) : "none";
    };
    CHECK(nearest({}) == "none");
    CHECK(nearest({hit("a", "0.25"), hit("b", "0.1"), hit("c", "0.5")}) == "b 0.90");
    CHECK(nearest({hit("a", "0.25"), hit("b", "0.1", "t")}) == "a 0.75");
    CHECK(nearest({hit("a", "0.25"), hit("b", "0.1", "s", "1000")}) == "a 0.75");
    CHECK(nearest({hit("a", "0.25"), hit("", "0")}) == "a 0.75");
    for (const char* distance : {"", "nan", "inf", "0.1x", "x"})
        CHECK(nearest({hit("a", distance)}) == "none");
    CHECK(nearest({hit("a", "-1e-08")}) == "a 1.00");
    CHECK(nearest({"*-1\r\n"}) == "none");  // it expired while it was looked for
    CHECK(nearest({"$-1\r\n"}) == "none");
    for (const char* reply : {":0\r\n", "$1\r\nx\r\n", "*0\r\n", "*1\r\n:7\r\n", "*2\r\n:1\r\n$1\r\nk\r\n"})
        CHECK_FALSE(nearestIn(*replyOf(reply), "s", 0));
}

TEST_CASE("errors, as several servers word them") {
    CHECK(faultOf("ERR unknown command 'FT.SEARCH', with args beginning with: 'x'") == RedisFault::NoModule);
    CHECK(faultOf("i: no such index") == RedisFault::NoIndex);
    CHECK(faultOf("Unknown index name (or name is an alias itself)") == RedisFault::NoIndex);
    CHECK(faultOf("SEARCH_INDEX_NOT_FOUND Index not found: i") == RedisFault::NoIndex);
    CHECK(faultOf("Index with name 'i' not found") == RedisFault::NoIndex);
    CHECK(faultOf("Index already exists") == RedisFault::IsThere);
    CHECK(faultOf("Error parsing vector similarity query: query vector blob size (8) does not match index's "
                  "expected size (16).") == RedisFault::OtherSize);
    CHECK(faultOf("OOM command not allowed") == RedisFault::Other);
}

TEST_CASE("is it an index as it is made here?") {
    const RedisNames names("i");
    CHECK(misfit(*replyOf(info()), names, 4).empty());
    CHECK_THAT(misfit(*replyOf(info("{i}:", "8")), names, 4), Contains("have 8 dimensions") && Contains("4"));
    CHECK_THAT(misfit(*replyOf(info("{i}:", "4", "L2")), names, 4), Contains("l2"));
    CHECK_THAT(misfit(*replyOf(info("docs:")), names, 4), Contains("{i}:*"));
    CHECK_THAT(misfit(*replyOf(info("{i}:", "4", "COSINE", "owner")), names, 4), Contains("something else"));
    CHECK_THAT(misfit(*replyOf("*0\r\n"), names, 4), Contains("something else"));
    CHECK_THAT(misfit(*replyOf(":1\r\n"), names, 4), Contains("something else"));
    // valkey-search says it one level further down.
    const auto nested =
        list({bulk("attributes"),
              list({texts({"identifier", "scope", "attribute", "scope", "type", "TAG"}),
                    list({bulk("identifier"), bulk("vector"), bulk("type"), bulk("VECTOR"), bulk("index"),
                          list({bulk("dimensions"), ":8\r\n", bulk("distance_metric"), bulk("COSINE")})})})});
    CHECK_THAT(misfit(*replyOf(nested), names, 4), Contains("have 8 dimensions"));
    CHECK(misfit(*replyOf(nested), names, 8).empty());
}

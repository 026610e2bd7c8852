#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "entry.h"

using cache::decode;
using cache::encode;
using cache::Entry;

TEST_CASE("what comes out is what went in, byte for byte") {
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
        std::string type(random() % 40, 'x'), body(random() % 3000, '\0');
        for (auto& c : type) c = static_cast<char>(random());
        for (auto& c : body) c = static_cast<char>(random());
        Entry e;
        e.stored_ms = static_cast<int64_t>(random());
        e.status = 200 + random() % 100;
        e.stream = random() % 2 == 0;
        e.prompt_tokens = random();
        e.completion_tokens = random();
        e.cost_pico_usd = static_cast<int64_t>(random()) - 1;
        e.content_type = type;
        e.body = body;
        const auto bytes = encode(e);
        const auto got = decode(bytes);
        REQUIRE(got);
        CHECK((got->content_type == type && got->body == body && got->stored_ms == e.stored_ms &&
               got->status == e.status && got->stream == e.stream && got->prompt_tokens == e.prompt_tokens &&
               got->completion_tokens == e.completion_tokens && got->cost_pico_usd == e.cost_pico_usd));
    }
}

TEST_CASE("what is cut, longer, or another's is not read") {
    Entry e;
    e.content_type = "application/json";
    e.body = "{\"a\":1}";
    const auto bytes = encode(e);
    for (size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(decode(bytes + "x"));
    CHECK_FALSE(decode(std::string(200, 'x')));
    auto other = bytes;
    other[7] = '2';  // of another version
    CHECK_FALSE(decode(other));
    e.status = 500;
    CHECK_FALSE(decode(encode(e)));
}

// Nearly the same question: what has to be equal is, the index finds what is near, the file gives back what
// was written.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "semantic/journal.h"
#include "semantic/local_embedding.h"
#include "semantic/question.h"
#include "semantic/vectors.h"

using namespace cache;

namespace {

std::optional<Question> chat(const std::string& text, const std::string& more = "",
                             std::string_view owner = "key:a") {
    return questionOf({"chat", "gpt", owner, "",
                       R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":")" + text +
                           "\"}]" + more + "}"});
}

float likeness(std::string_view a, std::string_view b) {
    const auto x = localEmbedding(a), y = localEmbedding(b);
    float sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum;
}

std::vector<float> randomVector(std::mt19937& random, size_t size = 32) {
    std::normal_distribution<float> normal;
    std::vector<float> v(size);
    for (auto& x : v) x = normal(random);
    (void)normalise(v);
    return v;
}

}  // namespace

TEST_CASE("the text of the last question is compared, everything else has to be equal") {
    const auto one = chat("how do I boil an egg?");
    REQUIRE(one);
    CHECK(one->text == "how do I boil an egg?");
    CHECK(chat("how can I boil eggs?")->scope == one->scope);
    CHECK(chat("x", R"(,"temperature":1)")->scope != one->scope);
    CHECK(chat("x", R"(,"tools":[])")->scope != one->scope);
    CHECK(chat("x", "", "key:b")->scope != one->scope);
    const auto scope = [](const char* body, const char* route = "chat") {
        const auto q = questionOf({route, "gpt", "key:a", "", body});
        return q ? q->scope : "none";
    };
    std::set<std::string> scopes{
        one->scope,
        scope(R"({"messages":[{"role":"system","content":"t"},{"role":"user","content":"x"}]})"),
        scope(R"({"messages":[{"role":"user","content":"x"}]})"),
        scope(
            R"({"messages":[{"role":"user","content":"earlier"},{"role":"assistant","content":"a"},{"role":"user","content":"x"}]})"),
        scope(
            R"({"messages":[{"role":"user","content":"earlier"},{"role":"assistant","content":"b"},{"role":"user","content":"x"}]})"),
        scope(R"({"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]})"),
        scope(
            R"({"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"a"}}]}]})"),
        scope(
            R"({"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"b"}}]}]})"),
        scope(R"({"input":"x"})", "responses"),
        scope(R"({"prompt":"x"})", "completions")};
    CHECK(scopes.size() == 10);
    CHECK(scopes.count("none") == 0);
}

TEST_CASE("numbers are not nearly the same") {
    CHECK(chat("what is 2 + 2?")->scope != chat("what is 2 + 3?")->scope);
    CHECK(chat("flights on 12.05.")->scope != chat("flights on 13.05.")->scope);
    CHECK(chat("2 and 3 eggs")->scope == chat("3 eggs and 2")->scope);
}

TEST_CASE("what asks nothing that can be compared") {
    for (const char* body :
         {R"({"messages":[]})", R"({"messages":[{"role":"assistant","content":"x"}]})",
          R"({"messages":[{"role":"user","content":""}]})", R"({"messages":[{"role":"tool","content":"x"}]})",
          R"({"messages":"x"})", "[]", "{", R"({"messages":[{"role":"user"}]})",
          R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})"})
        CHECK_FALSE(questionOf({"chat", "gpt", "o", "", body}));
    CHECK_FALSE(chat(std::string(40'000, 'x')));
    CHECK_FALSE(questionOf({"embeddings", "gpt", "o", "", R"({"input":"x"})"}));
}

TEST_CASE("the local embedding: the same words are near, others are not") {
    CHECK(likeness("How do I reset my password?", "how can I reset the password") > 0.8f);
    CHECK(likeness("How do I reset my password?", "What is the capital of France?") < 0.3f);
    CHECK(likeness("reset my password", "reset my password") == Approx(1));
    auto empty = localEmbedding("?!");
    CHECK_FALSE(normalise(empty));
}

TEST_CASE("the graph finds what a search one by one finds") {
    std::mt19937 random(3);
    Vectors vectors(5000);
    std::vector<std::vector<float>> all;
    for (int i = 0; i < 2000; ++i) {
        all.push_back(randomVector(random));
        vectors.add({"s", "k" + std::to_string(i), "", all.back(), 1000});
    }
    CHECK(vectors.size() == 2000);
    int found = 0;
    for (int i = 0; i < 200; ++i) {
        const auto asked = randomVector(random);
        float best = -2;
        for (const auto& v : all) {
            float sum = 0;
            for (size_t k = 0; k < v.size(); ++k) sum += v[k] * asked[k];
            best = std::max(best, sum);
        }
        const auto got = vectors.nearest("s", asked, 0);
        REQUIRE(got);
        found += got->similarity > best - 1e-4f ? 1 : 0;
    }
    CHECK(found >= 190);
    CHECK_FALSE(vectors.nearest("other", all[0], 0));
    CHECK_FALSE(vectors.nearest("s", std::vector<float>(16, 0.25f), 0));  // of another model
    CHECK_FALSE(vectors.nearest("s", all[0], 1000));                      // expired
}

TEST_CASE("the index is bounded, and the oldest go first") {
    std::mt19937 random(4);
    Vectors vectors(100);
    for (int i = 0; i < 1000; ++i)
        vectors.add({"s" + std::to_string(i % 3), "k" + std::to_string(i), "", randomVector(random), 1000});
    CHECK(vectors.size() == 100);
    const auto v = randomVector(random);
    for (int round = 0; round < 500; ++round) {  // the same key again and again, and taken away
        vectors.add({"s0", "again", "", v, 1000});
        if (round % 2) vectors.remove("s0", "again");
    }
    CHECK(vectors.size() <= 100);
    vectors.add({"s9", "k", "t", v, 1000});
    const auto got = vectors.nearest("s9", v, 0);
    REQUIRE(got);
    CHECK((got->key == "k" && got->text == "t" && got->similarity == Approx(1)));
    vectors.add(
        {"s9", "k2", "", std::vector<float>(8, 0.35f), 1000});  // vectors of another length: a new beginning
    CHECK_FALSE(vectors.nearest("s9", v, 0));
    vectors.clear();
    CHECK(vectors.size() == 0);
}

TEST_CASE("the file gives back what was written, up to the first record that is not whole") {
    const auto path =
        std::filesystem::temp_directory_path() / ("sluice-journal-" + std::to_string(std::random_device{}()));
    std::mt19937 random(5);
    std::vector<Answered> written;
    for (int i = 0; i < 20; ++i)
        written.push_back({"s", "k" + std::to_string(i), "t", randomVector(random), i < 5 ? 10 : 1000});
    {
        Journal journal(path);
        CHECK(journal.load(0).empty());
        journal.append(written);
    }
    CHECK(std::filesystem::status(path).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    {
        Journal journal(path);
        const auto all = journal.load(500);
        REQUIRE(all.size() == 15);
        CHECK((all[0].key == "k5" && all[0].vector == written[5].vector && all[0].text == "t" &&
               all[0].scope == "s" && all[0].expires_ms == 1000));
    }
    const auto size = std::filesystem::file_size(path);
    for (const uintmax_t cut : {size - 1, size - 40, size / 2, uintmax_t{20}}) {
        std::filesystem::resize_file(path, cut);
        Journal journal(path);
        CHECK(journal.load(500).size() == cut * 15 / size);
    }
    std::filesystem::remove(path);
    CHECK_THROWS(Journal("/nowhere/at/all"));
    std::string bytes = packed(written[0]);
    Answered one;
    size_t used = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        if (i >= 16 && i < 24) continue;  // when it expires
        auto bent = bytes;
        bent[i] = static_cast<char>(bent[i] ^ 1);
        CHECK_FALSE(unpack(bent, one, used));
    }
}

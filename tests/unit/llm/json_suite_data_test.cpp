// data/json/test_suite.jsonl: nst/JSONTestSuite, 318 texts to parse and 22 that parsers read differently.
#include "llm/json_index.h"
#include "llm/json_parser.h"
#include "support/test_data.h"

using namespace sluice;

TEST_CASE("JSONTestSuite: what must be accepted is, and stays as it is", "[llm][data]") {
    const auto rows = test::testData("json/test_suite.jsonl");
    if (!rows) return;
    size_t accepted = 0;
    for (const auto& row : *rows) {
        if (row["expect"] != "accept") continue;
        CAPTURE(row["id"].get<std::string>());
        const std::string text = test::base64Decoded(row["body_b64"].get<std::string>());
        CHECK(llm::isJson(text));
        const auto oracle = nlohmann::json::parse(text);
        const bool duplicates = row["id"].get<std::string>().find("duplicated_key") != std::string::npos;
        if (oracle.is_object()) {
            const auto direct = llm::JsonIndex::read(text);
            CHECK(direct.has_value() == !duplicates);  // legal JSON, but two readers could differ
            if (direct) CHECK(direct->members().size() == oracle.size());
        }
        const std::string wrapped = "{\"x\": " + text + " ,\"y\":1}";
        const auto index = llm::JsonIndex::read(wrapped);
        REQUIRE(index);
        REQUIRE(index->members().size() == 2);
        const auto* x = index->find("x");
        REQUIRE(x);
        CHECK(nlohmann::json::parse(wrapped.substr(x->value_begin, x->value_end - x->value_begin)) == oracle);
        ++accepted;
    }
    CHECK(accepted == 95);
}

TEST_CASE("JSONTestSuite: what must be rejected is", "[llm][data]") {
    const auto rows = test::testData("json/test_suite.jsonl");
    if (!rows) return;
    size_t rejected = 0;
    for (const auto& row : *rows) {
        if (row["expect"] != "reject") continue;
        CAPTURE(row["id"].get<std::string>());
        const std::string text = test::base64Decoded(row["body_b64"].get<std::string>());
        CHECK_FALSE(llm::isJson(text));
        CHECK_FALSE(llm::JsonIndex::read(text));
        CHECK_FALSE(llm::JsonIndex::read("{\"x\": " + text + "}"));
        ++rejected;
    }
    CHECK(rejected == 188);
}

TEST_CASE("JSONTestSuite: what parsers may read as they like is read or refused, never misread",
          "[llm][data]") {
    const auto rows = test::testData("json/test_suite.jsonl");
    if (!rows) return;
    for (const auto& row : *rows) {
        if (row["expect"] == "accept" || row["expect"] == "reject") continue;
        CAPTURE(row["id"].get<std::string>());
        const std::string text = test::base64Decoded(row["body_b64"].get<std::string>());
        for (const std::string& tried : {text, "{\"x\": " + text + "}"}) {
            const auto index = llm::JsonIndex::read(tried);
            if (!index) continue;
            for (const auto& member : index->members()) {
                REQUIRE(member.begin < member.value_begin);
                REQUIRE(member.value_begin < member.value_end);
                REQUIRE(member.value_end < tried.size());
                CHECK(llm::isJson(std::string_view(tried).substr(member.value_begin,
                                                                 member.value_end - member.value_begin)));
            }
        }
    }
}

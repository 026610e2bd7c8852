#include "config/schema.h"

#include "config/loading.h"

using namespace sluice;
using config::Json;

namespace {

struct Applied {
    Json value;
    std::vector<std::string> faults;
};

Applied applySchemaTo(const std::string& schema, const std::string& value) {
    config::Faults faults;
    config::Tree tree;
    tree.places["plugins[0].config"] = {"config.yaml", 7};
    tree.places["plugins[0].config.deep.list[1]"] = {"config.yaml", 9};
    Applied applied{Json::parse(value), {}};
    config::applySchema(Json::parse(schema), applied.value, "plugins[0].config", tree, faults);
    for (const auto& fault : faults.all()) applied.faults.push_back(fault.text());
    return applied;
}

bool fits(const std::string& schema, const std::string& value) {
    return applySchemaTo(schema, value).faults.empty();
}

}  // namespace

TEST_CASE("types", "[config]") {
    struct Case {
        const char* type;
        const char* good;
        const char* bad;
    };
    for (const auto& c : {Case{"string", "\"x\"", "1"},
                          {"boolean", "true", "\"true\""},
                          {"integer", "3", "3.5"},
                          {"number", "3.5", "\"3\""},
                          {"array", "[1]", "{}"},
                          {"object", "{}", "[]"},
                          {"null", "null", "0"},
                          {"string", R"({"$secret":"a#0"})", R"({"x":"a#0"})"},
                          {"object", R"({"a":1})", R"({"$secret":"a#0"})"}}) {
        CAPTURE(c.type, c.good, c.bad);
        const std::string schema = "{\"type\":\"" + std::string(c.type) + "\"}";
        CHECK(fits(schema, c.good));
        CHECK_FALSE(fits(schema, c.bad));
    }
    CHECK(fits(R"({"type":["string","null"]})", "null"));
    CHECK_FALSE(fits(R"({"type":["string","null"]})", "1"));
    CHECK(fits("{}", "[1,{\"a\":null}]"));
}

TEST_CASE("faults name path, place and what is allowed", "[config]") {
    const std::string schema = R"({"type":"object","additionalProperties":false,"required":["url"],
        "properties":{"url":{"type":"string","minLength":3,"description":"where to send it"},"mode":{"enum":["fast","safe"]},"n":{"type":"integer","minimum":1,"maximum":9},
                      "deep":{"type":"object","properties":{"list":{"type":"array","items":{"type":"string"}}}}}})";
    CHECK(applySchemaTo(schema, R"({"url":"abc","mode":"fast","n":5,"deep":{"list":["a"]}})").faults.empty());
    using Texts = std::vector<std::string>;
    CHECK(applySchemaTo(schema, "{}").faults ==
          Texts{"config.yaml:7: error: plugins[0].config.url: nothing; allowed: where to send it"});
    CHECK(
        applySchemaTo(schema, R"({"url":"ab"})").faults ==
        Texts{
            "config.yaml:7: error: plugins[0].config.url: the text \"ab\"; allowed: at least 3 characters"});
    CHECK(applySchemaTo(schema, R"({"url":"abc","mode":"slow"})").faults ==
          Texts{"config.yaml:7: error: plugins[0].config.mode: the text \"slow\"; allowed: one of "
                "[\"fast\",\"safe\"]"});
    CHECK(applySchemaTo(schema, R"({"url":"abc","n":0})").faults ==
          Texts{"config.yaml:7: error: plugins[0].config.n: the number 0; allowed: at least 1"});
    CHECK(applySchemaTo(schema, R"({"url":"abc","n":10})").faults ==
          Texts{"config.yaml:7: error: plugins[0].config.n: the number 10; allowed: at most 9"});
    CHECK(applySchemaTo(schema, R"({"url":"abc","deep":{"list":["a",2]}})").faults ==
          Texts{"config.yaml:9: error: plugins[0].config.deep.list[1]: the number 2; allowed: string"});
    CHECK(applySchemaTo(schema, R"({"url":"abc","mdoe":1})").faults ==
          Texts{"config.yaml:7: error: plugins[0].config.mdoe: unknown key; allowed: url, mode, n, deep; did "
                "you mean \"mode\"?"});
}

TEST_CASE("defaults are filled in, what is there stays", "[config]") {
    const std::string schema =
        R"({"type":"object","properties":{"a":{"type":"integer","default":1},"b":{"default":[1]},"c":{"type":"object","properties":{"d":{"default":true}}},"e":{}}})";
    CHECK(applySchemaTo(schema, "{}").value == Json::parse(R"({"a":1,"b":[1]})"));
    CHECK(applySchemaTo(schema, R"({"a":2,"c":{}})").value ==
          Json::parse(R"({"a":2,"c":{"d":true},"b":[1]})"));
    CHECK(applySchemaTo(schema, R"({"a":null})").faults.size() == 1);
}

TEST_CASE("keys that the schema does not name pass unless it is closed", "[config]") {
    CHECK(fits(R"({"type":"object","properties":{"a":{}}})", R"({"b":1})"));
    CHECK(fits(R"({"type":"object","additionalProperties":true})", R"({"b":1})"));
    CHECK_FALSE(fits(R"({"type":"object","additionalProperties":false})", R"({"b":1})"));
}

// The schema comes from a plugin's manifest: it may be anything.
TEST_CASE("a schema that is none is a fault or ignored, never an exception", "[config]") {
    for (const char* schema : {"true",
                               "[]",
                               "1",
                               "\"x\"",
                               "null",
                               R"({"type":1})",
                               R"({"type":[1]})",
                               R"({"type":"nonsense"})",
                               R"({"properties":1})",
                               R"({"properties":[1]})",
                               R"({"properties":{"a":true}})",
                               R"({"properties":{"a":1}})",
                               R"({"required":1})",
                               R"({"required":[1]})",
                               R"({"required":["zz"],"properties":{"zz":true}})",
                               R"({"items":1})",
                               R"({"enum":1})",
                               R"({"enum":null})",
                               R"({"minimum":"x"})",
                               R"({"maximum":{}})",
                               R"({"minLength":"x"})",
                               R"({"minLength":-1})",
                               R"({"required":["zz"],"properties":{"zz":{"description":1}}})"}) {
        CAPTURE(schema);
        for (const char* value : {R"({"a":1})", "[1]", "\"text\"", "1"})
            CHECK_NOTHROW(applySchemaTo(schema, value));
    }
}

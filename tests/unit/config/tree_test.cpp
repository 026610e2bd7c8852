#include "config/tree.h"

#include "config/loading.h"

using namespace sluice;
using config::Json;

namespace {

struct Parsed {
    config::Faults faults;
    config::Tree tree;
};

Parsed parse(const std::string& text, const test::Variables& variables = {}) {
    Parsed parsed;
    parsed.tree = config::parseTree(text, "config.yaml", test::environment(variables), parsed.faults);
    return parsed;
}

Json scalar(const std::string& text) { return parse("x: " + text + "\n").tree.root["x"]; }

}  // namespace

TEST_CASE("plain scalars have the types that PyYAML gives them", "[config]") {
    for (const char* word : {"true", "True", "TRUE", "yes", "Yes", "on", "ON"}) CHECK(scalar(word) == true);
    for (const char* word : {"false", "False", "no", "NO", "off", "Off"}) CHECK(scalar(word) == false);
    for (const char* word : {"~", "null", "Null", "NULL", ""}) CHECK(scalar(word).is_null());
    for (const char* word : {"y", "n", "Y", "N", "t", "yess", "truee", "none", "None", "nil"})
        CHECK(scalar(word) == word);
    CHECK(scalar("42") == 42);
    CHECK(scalar("-7") == -7);
    CHECK(scalar("+5") == 5);
    CHECK(scalar("1.5") == 1.5);
    CHECK(scalar("1.0e+3") == 1000.0);
    CHECK(scalar("-0.5") == -0.5);
    for (const char* word : {"1.2.3", "1,000", "2024-08-01-preview", "127.0.0.1", "gpt-4", "1st", "0x", "+",
                             ".", "e5", "+-5", "nan(1)", "infinity"}) {
        CAPTURE(word);
        CHECK(scalar(word).is_string());
    }
}

TEST_CASE("quoted scalars are texts", "[config]") {
    for (const char* quoted : {"\"true\"", "'42'", "\"\"", "'null'", "\"1.5\""}) {
        CAPTURE(quoted);
        CHECK(scalar(quoted).is_string());
    }
    CHECK(scalar("|\n  two\n  lines\n").is_string());
}

TEST_CASE("every value knows its line", "[config]") {
    const auto parsed = parse("a: 1\nb:\n  c: [1,\n    2]\n  d:\n    - e: x\n      f: y\n");
    const auto line = [&](const std::string& path) { return parsed.tree.place(path).line; };
    CHECK(line("a") == 1);
    CHECK(line("b") == 2);
    CHECK(line("b.c") == 3);
    CHECK(line("b.c[1]") == 4);
    CHECK(line("b.d[0]") == 6);
    CHECK(line("b.d[0].e") == 6);
    CHECK(line("b.d[0].f") == 7);
    CHECK(line("b.d[0].missing") == 6);  // the nearest parent
    CHECK(line("nothing.like.it") == 0);
    CHECK(parsed.tree.place("b.c").file == "config.yaml");
    CHECK(parsed.tree.place("nothing").file == "config.yaml");
}

TEST_CASE("order is kept, anchors are followed", "[config]") {
    const auto parsed = parse("z: 1\na: &x {k: [1, 2]}\nm: *x\n");
    CHECK(parsed.tree.root.dump() == R"({"z":1,"a":{"k":[1,2]},"m":{"k":[1,2]}})");
}

TEST_CASE("merge keys are merged, as PyYAML does it", "[config]") {
    const auto parsed = parse("base: &base {timeout: 5, rpm: 1}\nmodel:\n  <<: *base\n  rpm: 2\n");
    CHECK(parsed.tree.root["model"].value("timeout", 0) == 5);
    CHECK(parsed.tree.root["model"].value("rpm", 0) == 2);
}

TEST_CASE("the nesting of a configuration has a bound", "[config]") {
    const auto nested = [](size_t depth) {
        return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
    };
    CHECK_FALSE(parse(nested(60)).faults.hasErrors());
    const auto deep = parse(nested(100));
    REQUIRE(deep.faults.hasErrors());
    CHECK(deep.faults.all()[0].text().find("nested too deeply; allowed: at most 64 levels") !=
          std::string::npos);
}

TEST_CASE("os.environ/NAME is resolved at any depth", "[config]") {
    const auto parsed = parse(
        "a: os.environ/ONE\nb: {c: [x, os.environ/TWO]}\nd: \"os.environ/ONE\"\ne: not os.environ/ONE\n",
        {{"ONE", "1"}, {"TWO", "zwei"}});
    CHECK(parsed.faults.all().empty());
    CHECK(parsed.tree.root["a"] == "1");  // a text, whatever it looks like
    CHECK(parsed.tree.root["b"]["c"][1] == "zwei");
    CHECK(parsed.tree.root["d"] == "1");
    CHECK(parsed.tree.root["e"] == "not os.environ/ONE");
}

TEST_CASE("a missing variable is a warning, and the key counts as missing; for the master key it is an error",
          "[config]") {
    const auto parsed = parse("a:\n  b: os.environ/NOPE\n");
    REQUIRE(parsed.faults.all().size() == 1);
    CHECK(parsed.faults.all()[0].text() ==
          "config.yaml:2: warning: a.b: the environment variable NOPE is not set; the key counts as missing");
    CHECK(parsed.tree.root["a"]["b"].is_null());
    const auto master = parse("general_settings:\n  master_key: os.environ/NOPE\n");
    REQUIRE(master.faults.errors() == 1);
    CHECK(master.faults.all()[0].text() ==
          "config.yaml:2: error: general_settings.master_key: the environment variable NOPE is not set; set "
          "it, or remove the key to run without authentication");
}

TEST_CASE("environment_variables come before the environment, wherever they stand", "[config]") {
    const auto parsed =
        parse("a: os.environ/ONE\nb: os.environ/TWO\nenvironment_variables:\n  ONE: from the file\n",
              {{"ONE", "from outside"}, {"TWO", "2"}});
    CHECK(parsed.tree.root["a"] == "from the file");
    CHECK(parsed.tree.root["b"] == "2");
    const auto chained =
        parse("a: os.environ/ONE\nenvironment_variables: {ONE: os.environ/OTHER}\n", {{"OTHER", "other"}});
    CHECK(chained.tree.root["a"] == "other");
}

TEST_CASE("values are described by type, secrets not at all", "[config]") {
    CHECK(config::describe(nullptr) == "nothing");
    CHECK(config::describe(true) == "the boolean true");
    CHECK(config::describe(3) == "the number 3");
    CHECK(config::describe(2.5) == "the number 2.5");
    CHECK(config::describe("x\"y") == "the text \"x\\\"y\"");
    CHECK(config::describe(Json::array()) == "a list");
    CHECK(config::describe(Json::object()) == "a mapping");
    CHECK(config::describe(Json{{"$secret", "a#0"}}) == "a secret");
}

TEST_CASE("keys that are no texts do no harm", "[config]") {
    const auto parsed = parse("? [a, b]\n: 1\n? {c: d}\n: 2\n1: 3\ntrue: 4\n");
    CHECK(parsed.tree.root.is_object());
    CHECK(parsed.tree.root["1"] == 3);
}

TEST_CASE("an alias that contains itself, or a bomb of aliases, does not hang", "[config]") {
    CHECK(parse("a: &x [*x]\n").tree.root.is_object());
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 5; ++i) {
        const std::string before = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
        bomb += name + ": &" + name + " [" + before;
        for (int k = 0; k < 7; ++k) bomb += ", " + before;
        bomb += "]\n";
    }
    CHECK(parse(bomb).tree.root.is_object());  // 8^5 texts: slow would be minutes
}

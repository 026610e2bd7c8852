// Bytes that are no UTF-8, from the file or from the environment.
#include "config/loading.h"

using namespace sluice;
using test::load;

TEST_CASE("invalid UTF-8 is a fault or a text, never an exception", "[config]") {
    const std::string params =
        "model_list:\n- model_name: a\n  litellm_params: {model: openai/x, organization: os.environ/BAD, "
        "api_base: os.environ/URL}\n";
    for (const std::string bad : {"\xff", "a\xc3", "\xed\xa0\x80", "\xf0\x80\x80\x80"}) {
        test::Loaded loaded;
        REQUIRE_NOTHROW(loaded = load(params, {{"BAD", bad}, {"URL", "ftp://" + bad}}));
        for (const auto& text : loaded.texts()) CHECK_NOTHROW(nlohmann::json(text).dump());
        REQUIRE_NOTHROW(load("model_list:\n- model_name: \"" + bad +
                             "\"\n  litellm_params: {model: \"openai/" + bad + "\"}\n"));
        REQUIRE_NOTHROW(load(bad + ": 1\n"));
        REQUIRE_NOTHROW(loaded = load("api_key: {" + bad + ": 1}\n"));  // found by fuzzing
        CHECK(loaded.faults.hasErrors());
        REQUIRE_NOTHROW(load("plugins:\n- plugin: p\n  config: {x: os.environ/BAD}\n", {{"BAD", bad}}));
    }
}

TEST_CASE("control characters and NUL in a file do no harm", "[config]") {
    for (const std::string& text :
         {std::string("a: \0b\n", 6), std::string("\0", 1), std::string("a: \"\\0\"\n"),
          std::string("\x01\x02"), std::string("a: \x7f\n"),
          std::string("\xef\xbb\xbf"
                      "a: 1\n"),
          std::string("a: 1\r\nb: 2\r\n"), std::string("\t: 1\n")}) {
        CHECK_NOTHROW(load(text));
    }
}

TEST_CASE("aliases that go round in circles, or unfold without end, are faults",
          "[config]") {  // found by fuzzing
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 9; ++k) bomb += ", " + before;
        bomb += "]\n";
    }
    for (const std::string& text :
         {std::string("a: &a {<<: *a}\n"), std::string("a: &a {<<: [*a, *a]}\n"), std::string("a: &a [*a]\n"),
          std::string("a: &a {<<: &b [*b]}\n"), bomb}) {
        CAPTURE(text);
        test::Loaded loaded;
        REQUIRE_NOTHROW(loaded = load(text));
        CHECK(loaded.faults.hasErrors());
    }
}

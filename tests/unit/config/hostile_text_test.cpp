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

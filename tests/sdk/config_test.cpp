// A configuration by its schema: manifests/every_type.json has a property of every kind.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>

#include "every_type_manifest.hpp"

#include <clocale>

namespace {

using every_type::Config;

const std::string kNeeded = R"("url":"u","limits":{"max":3},"mode_needed":"a")";

Config read(const std::string& more) { return Config::read("{" + kNeeded + more + "}"); }

// What is wrong with it.
std::string faultOf(std::string_view json) {
    try {
        (void)Config::read(json);
    } catch (const sluice::ConfigError& e) {
        return e.message();
    }
    return "nothing";
}
std::string fault(const std::string& more) { return faultOf("{" + kNeeded + more + "}"); }

}  // namespace

TEST_CASE("the manifest is the file, byte by byte as JSON") {
    const std::string_view manifest = SLUICE_MANIFEST;
    static_assert(sluice::isJson(SLUICE_MANIFEST));
    const sluice::JsonObject object(manifest);
    CHECK(object.textOf("id") == "every_type");
    CHECK(object.textOf("description") ==
          "A \"quoted\" back\\slash; semicolon [bracket] ${VAR} @header@ \t tab \xC3\xA9");
    CHECK(object.member("hooks") == "[]");
}

TEST_CASE("what is not said has the default, or is empty") {
    const Config c = read("");
    CHECK(c.greeting == "say \"hi\";\n\\ @x@ ${y} [a;b] \xC3\xA9\t.");
    CHECK((c.timeout_ms == 1000 && c.least == INT64_MIN && c.most == INT64_MAX && c.max_tokens == 5));
    CHECK((c.ratio == 0.1 && c.whole == 3 && c.tiny == -1.5e-7));
    CHECK((c.on && !c.off));
    CHECK(c.words == std::vector<std::string>{"a;b", "c\"d", ""});
    CHECK(c.none.empty());
    CHECK((c.mode == "slow" && c.mode_needed == "a" && c.extra.unit == "ms" && c.limits.limits.deep));
    CHECK(sluice::isJson(c.numbers));
    CHECK(c.maybe == R"("x\"y")");
    CHECK((c.api_key.empty() && c.count == 0 && c.share == 0 && !c.plain && c.class_.empty()));
    CHECK((c.anything.empty() && c.headers.empty() && c.read_ == 0));
    const Config fresh;  // without reading anything
    CHECK((fresh.timeout_ms == 1000 && fresh.count == 0));
}

TEST_CASE("what is said is read, each in its type") {
    const Config c = read(
        R"(,"greeting":"\u00e4\ud83d\ude00\n\"\\","timeout_ms":-7,"least":-9223372036854775808,"ratio":2.5e3,"whole":1,)"
        R"("on":false,"plain":true,"words":[ "x" , "y,\"]" ],"numbers":[3],"mode":"fast","anything":{"a":[1]},)"
        R"("maybe":null,"class":"c","read":9,"max-tokens":6,"extra":{"unit":"s","other":1},"headers":{"a":"b"})");
    CHECK(c.greeting == "\xC3\xA4\xF0\x9F\x98\x80\n\"\\");
    CHECK((c.timeout_ms == -7 && c.least == INT64_MIN && c.ratio == 2500 && c.whole == 1));
    CHECK((!c.on && c.plain));
    CHECK(c.words == std::vector<std::string>{"x", "y,\"]"});
    CHECK((c.numbers == "[3]" && c.mode == "fast" && c.anything == R"({"a":[1]})"));
    CHECK(c.maybe == R"("x\"y")");  // null is not there
    CHECK((c.class_ == "c" && c.read_ == 9 && c.max_tokens == 6));
    CHECK((c.extra.unit == "s" && c.headers == R"({"a":"b"})"));
    CHECK((c.url == "u" && c.limits.max == 3));
    CHECK(read(R"(,"words":[])").words.empty());
}

TEST_CASE("faults say where, what was found and what is allowed") {
    CHECK(fault(R"(,"timeout_ms":"5")") == "timeout_ms: found a text; allowed: a whole number of 64 bits");
    CHECK(fault(R"(,"timeout_ms":1.5)") == "timeout_ms: found 1.5; allowed: a whole number of 64 bits");
    CHECK(fault(R"(,"timeout_ms":1e3)") == "timeout_ms: found 1e3; allowed: a whole number of 64 bits");
    CHECK(fault(R"(,"timeout_ms":9223372036854775808)") ==
          "timeout_ms: found 9223372036854775808; allowed: a whole number of 64 bits");
    CHECK(fault(R"(,"timeout_ms":true)") == "timeout_ms: found true; allowed: a whole number of 64 bits");
    CHECK(fault(R"(,"ratio":"x")") == "ratio: found a text; allowed: a number");
    CHECK(fault(R"(,"ratio":1e999)") == "ratio: found 1e999; allowed: a number");
    CHECK(fault(R"(,"ratio":[])") == "ratio: found a list; allowed: a number");
    CHECK(fault(R"(,"on":1)") == "on: found 1; allowed: true or false");
    CHECK(fault(R"(,"on":"true")") == "on: found a text; allowed: true or false");
    CHECK(fault(R"(,"greeting":5)") == "greeting: found a number; allowed: a text");
    CHECK(fault(R"(,"greeting":{"x":1})") == "greeting: found an object; allowed: a text");
    CHECK(fault(R"(,"words":"a")") == "words: found a text; allowed: a list of texts");
    CHECK(fault(R"(,"words":["a",["b"]])") == "words[1]: found a list; allowed: a text");
    CHECK(fault(R"(,"mode":"medium")") == "mode: found another text; allowed: one of fast, slow");
    CHECK(fault(R"(,"mode":"")") == "mode: found another text; allowed: one of fast, slow");
    CHECK(fault(R"(,"mode":1)") == "mode: found a number; allowed: a text");
    CHECK(fault(R"(,"extra":[])") == "extra: found a list; allowed: an object");
    CHECK(fault(R"(,"extra":{"unit":1})") == "extra.unit: found a number; allowed: a text");
    CHECK(
        fault(R"(,"timeout":5)").find("timeout: found an unknown key; allowed: anything, api_key, class, ") ==
        0);
    CHECK(fault(R"(,"extra":{"other":5})") == "nothing");  // it is open
}

TEST_CASE("what is required has to be there") {
    CHECK(faultOf(R"({"limits":{"max":3},"mode_needed":"a"})") == "url: found nothing; allowed: a text");
    CHECK(faultOf(R"({"url":null,"limits":{"max":3},"mode_needed":"a"})") ==
          "url: found null; allowed: a text");
    CHECK(faultOf(R"({"url":"u","mode_needed":"a"})") == "limits: found nothing; allowed: an object");
    CHECK(faultOf(R"({"url":"u","limits":{},"mode_needed":"a"})") ==
          "limits.max: found nothing; allowed: a whole number of 64 bits");
    CHECK(faultOf(R"({"url":"u","limits":{"max":1,"maximum":2},"mode_needed":"a"})") ==
          "limits.maximum: found an unknown key; allowed: limits, max");
    CHECK(faultOf(R"({"url":"u","limits":{"max":3}})") == "mode_needed: found nothing; allowed: one of a, b");
}

TEST_CASE("what is no object is no configuration") {
    for (const char* json : {"", "[]", "null", "7", "{", "{\"a\":1", "{\"url\":\"a\",\"url\":\"b\"}"}) {
        INFO(json);
        CHECK(faultOf(json).find("the configuration: found ") == 0);
    }
}

TEST_CASE("a fault never quotes a text") {
    for (const char* more : {R"(,"timeout_ms":"sk-secret")", R"(,"mode":"sk-secret")",
                             R"(,"words":"sk-secret")", R"(,"on":"sk-secret")", R"(,"extra":"sk-secret")"})
        CHECK(fault(more).find("secret") == std::string::npos);
}

TEST_CASE("a locale with a comma changes nothing") {
    const char* set = std::setlocale(LC_ALL, "de_DE.UTF-8");
    CHECK(read(R"(,"ratio":2.5)").ratio == 2.5);
    if (set) std::setlocale(LC_ALL, "C");
}

namespace {

struct Keeps {
    Keeps(std::string_view config, sluice::Host host)
        : handle(Config::read(config)), revealed(Config::read(config, host)) {}
    Config handle, revealed;
};

}  // namespace

TEST_CASE("a secret is its handle, or revealed") {
    sluice::testing::FakeHost host;
    host.secrets["H1"] = "sk-secret";
    const std::string json =
        "{" + kNeeded + R"(,"api_key":{"$secret":"H1"},"words":["plain",{"$secret":"H1"}]})";
    auto plugin = host.load<Keeps>(json);
    CHECK(plugin.as<Keeps>().handle.api_key == "H1");
    CHECK(plugin.as<Keeps>().revealed.api_key == "sk-secret");
    CHECK(plugin.as<Keeps>().revealed.words == std::vector<std::string>{"plain", "sk-secret"});
    CHECK(host.refusal<Keeps>("{" + kNeeded + R"(,"api_key":{"$secret":"H2"}})") ==
          "api_key: found a secret that the host does not know; allowed: a text");
    CHECK(host.refusal<Keeps>("{" + kNeeded + R"(,"api_key":{"$secret":"H1","more":1}})") ==
          "api_key: found an object; allowed: a text");
}

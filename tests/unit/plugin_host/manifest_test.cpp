#include "plugin_host/manifest.h"

using namespace sluice;
using host::parseManifest;

TEST_CASE("a full manifest", "[plugin_host]") {
    const auto m = parseManifest(
        R"({"id":"com.acme.pii","version":"1.2.3","abi":1,"interfaces":["sluice.hooks/1","sluice.provider/1"],
        "config_schema":{"type":"object"},"providers":{"openai":{"api_key_env":"OPENAI_API_KEY"},"azure":{}},"strategies":["least-busy"],"callbacks":["langfuse"],
        "activated_by":{"litellm_settings.cache":"cache","general_settings.master_key":"master_key"},"description":"Finds things.","blocking":true})");
    REQUIRE(m);
    CHECK(m->id == "com.acme.pii");
    CHECK(m->version == "1.2.3");
    CHECK(m->abi == 1);
    CHECK(m->interfaces == std::vector<std::string>{"sluice.hooks/1", "sluice.provider/1"});
    CHECK(m->config_schema == config::Json{{"type", "object"}});
    REQUIRE(m->providers.size() == 2);
    CHECK(m->providers.at("openai")["api_key_env"] == "OPENAI_API_KEY");
    CHECK(m->strategies == std::vector<std::string>{"least-busy"});
    CHECK(m->callbacks == std::vector<std::string>{"langfuse"});
    CHECK(m->activated_by ==
          std::map<std::string, std::string>{{"litellm_settings.cache", "cache"},
                                             {"general_settings.master_key", "master_key"}});
    CHECK(m->description == "Finds things.");
    CHECK(m->blocking);
}

TEST_CASE("a small manifest, padded with NULs", "[plugin_host]") {
    const auto m = parseManifest(std::string_view("{\"id\":\"x\",\"version\":\"1\",\"abi\":1}\0\0\0", 37));
    REQUIRE(m);
    CHECK(m->id == "x");
    CHECK(m->interfaces.empty());
    CHECK(m->config_schema == config::Json::object());
    CHECK(m->providers.empty());
    CHECK_FALSE(m->blocking);
}

TEST_CASE("a manifest may list its hooks", "[plugin_host]") {
    const auto of = [](const std::string& hooks) {
        return parseManifest(R"({"id":"x","version":"1","abi":1)" + hooks + "}");
    };
    CHECK_FALSE(of("")->hooks);
    CHECK(of(R"(,"hooks":[])")->hooks->empty());
    CHECK(*of(R"(,"hooks":["on_complete","pre_call"])")->hooks ==
          std::vector<std::string>{"on_complete", "pre_call"});
    const auto unknown = of(R"(,"hooks":["pre_call","pre_cal"])");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message.find("there is no hook \"pre_cal\"; there are on_request, authenticate") !=
          std::string::npos);
    CHECK_FALSE(of(R"(,"hooks":"pre_call")"));
    CHECK_FALSE(of(R"(,"hooks":[1])"));
    CHECK_FALSE(of(R"(,"hooks":null)"));
}

TEST_CASE("manifests that are none say so", "[plugin_host]") {
    for (const char* bad : {"",
                            "x",
                            "[]",
                            "1",
                            "null",
                            "{",
                            "{}",
                            R"({"id":"x"})",
                            R"({"id":"x","version":"1"})",
                            R"({"id":1,"version":"1","abi":1})",
                            R"({"id":"x","version":1,"abi":1})",
                            R"({"id":"x","version":"1","abi":"1"})",
                            R"({"id":"x","version":"1","abi":1,"interfaces":"a"})",
                            R"({"id":"x","version":"1","abi":1,"interfaces":[1]})",
                            R"({"id":"x","version":"1","abi":1,"strategies":{}})",
                            R"({"id":"x","version":"1","abi":1,"activated_by":{"a":1}})",
                            R"({"id":"x","version":"1","abi":1,"description":1})",
                            R"({"id":"x","version":"1","abi":1,"blocking":"yes"})",
                            R"({"id":"x","version":"1","abi":1,"config_schema":[1]})",
                            R"({"id":"x","version":"1","abi":1,"providers":[1]})",
                            R"({"id":"x","version":"1","abi":1,"providers":{"a":1}})",
                            R"({"id":"","version":"1","abi":1})"}) {
        CAPTURE(bad);
        const auto m = parseManifest(bad);
        REQUIRE_FALSE(m);
        CHECK(m.error().code == base::Code::Malformed);
        CHECK(m.error().message.find("manifest") != std::string::npos);
    }
}

TEST_CASE("another ABI is unsupported, with both numbers", "[plugin_host]") {
    for (const char* abi : {"0", "2", "-1", "99999999999", "1.5"}) {
        CAPTURE(abi);
        CHECK_FALSE(parseManifest("{\"id\":\"x\",\"version\":\"1\",\"abi\":" + std::string(abi) + "}"));
    }
    const auto m = parseManifest(R"({"id":"x","version":"1","abi":2})");
    REQUIRE_FALSE(m);
    CHECK(m.error().code == base::Code::Unsupported);
    CHECK(m.error().message == "the plugin speaks ABI 2, this gateway speaks 1");
}

TEST_CASE("a deep manifest does not overflow the stack", "[plugin_host]") {
    const size_t depth = 200'000;
    const std::string deep =
        "{\"id\":\"x\",\"version\":\"1\",\"abi\":1,\"config_schema\":{\"a\":" + std::string(depth, '[') +
        std::string(depth, ']') + "}}";
    (void)parseManifest(deep).has_value();
}

TEST_CASE("a file without a manifest is an error that names the file", "[plugin_host]") {
    const auto missing = host::readManifest("no/such/file.so");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == base::Code::NotFound);
    CHECK(missing.error().message.find("no/such/file.so") != std::string::npos);
    const auto none = host::readManifest("/proc/self/exe");  // an ELF image, but no plugin
    REQUIRE_FALSE(none);
    CHECK(none.error().code == base::Code::NotFound);
}

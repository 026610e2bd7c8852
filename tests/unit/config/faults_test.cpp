// Each fault says where, what was found, what is allowed and what was probably meant.
#include "config/loading.h"

using namespace sluice;
using test::load;

namespace {

struct Case {
    const char* yaml;
    const char* text;  // of the first fault, exactly
};

void check(const std::vector<Case>& cases) {
    for (const auto& c : cases) {
        CAPTURE(c.yaml);
        const auto loaded = load(c.yaml);
        const auto texts = loaded.texts();
        REQUIRE_FALSE(texts.empty());
        CHECK(texts.front() == c.text);
        CHECK(loaded.faults.hasErrors() == (texts.front().find(": error: ") != std::string::npos));
    }
}

}  // namespace

TEST_CASE("files that are no configuration", "[config]") {
    check({
        {"- a\n- b\n",
         "config.yaml:1: error: the file is not a mapping of sections; allowed: model_list, "
         "general_settings, plugins, listen, …"},
        {"just text",
         "config.yaml:1: error: the file is not a mapping of sections; allowed: model_list, "
         "general_settings, plugins, listen, …"},
    });
    const auto loaded = load("model_list:\n  - a: [1, 2\nb: }\n");
    REQUIRE(loaded.faults.errors() == 1);
    CHECK(loaded.faults.all()[0].text().find("error: not valid YAML: ") != std::string::npos);
    CHECK(loaded.faults.all()[0].place.line >= 2);
}

TEST_CASE("wrong types", "[config]") {
    check({
        {"model_list: gpt\n", "config.yaml:1: error: model_list: the text \"gpt\"; allowed: a list"},
        {"\nmodel_list:\n- gpt\n",
         "config.yaml:3: error: model_list[0]: the text \"gpt\"; allowed: a mapping"},
        {"litellm_settings: [1]\n", "config.yaml:1: error: litellm_settings: a list; allowed: a mapping"},
        {"general_settings:\n  max_request_size_mb: big\n",
         "config.yaml:2: error: general_settings.max_request_size_mb: the text \"big\"; allowed: a number of "
         "megabytes"},
        {"litellm_settings:\n  json_logs: maybe\n",
         "config.yaml:2: error: litellm_settings.json_logs: the text \"maybe\"; allowed: true or false"},
        {"router_settings:\n  routing_strategy: [a]\n",
         "config.yaml:2: error: router_settings.routing_strategy: a list; allowed: the name of a strategy"},
        {"listen:\n  port: 70000\n",
         "config.yaml:2: error: listen.port: the number 70000; allowed: a port, from 0 to 65535"},
        {"listen:\n  port: -1\n",
         "config.yaml:2: error: listen.port: the number -1; allowed: a port, from 0 to 65535"},
        {"listen:\n  port: 1.5\n",
         "config.yaml:2: error: listen.port: the number 1.5; allowed: a port, from 0 to 65535"},
        {"plugin_dirs: 7\n", "config.yaml:1: error: plugin_dirs: the number 7; allowed: a list of texts"},
        {"plugin_dirs: [a, 7]\n",
         "config.yaml:1: error: plugin_dirs: a list with the number 7; allowed: a list of texts"},
    });
}

TEST_CASE("faults of models", "[config]") {
    check({
        {"model_list:\n- litellm_params: {model: openai/x}\n",
         "config.yaml:2: error: model_list[0].model_name: nothing; allowed: the name that clients use"},
        {"model_list:\n- model_name: a\n",
         "config.yaml:2: error: model_list[0].litellm_params: nothing; allowed: a mapping with at least "
         "model"},
        {"model_list:\n- model_name: a\n  litellm_params: {}\n",
         "config.yaml:3: error: model_list[0].litellm_params.model: nothing; allowed: provider/name, for "
         "example openai/gpt-4o"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    timeout: soon\n",
         "config.yaml:5: error: model_list[0].litellm_params.timeout: the text \"soon\"; allowed: a number "
         "of seconds"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    timeout: 0\n",
         "config.yaml:5: error: model_list[0].litellm_params.timeout: the number 0; allowed: a number of "
         "seconds"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    api_base: "
         "api.openai.com\n",
         "config.yaml:5: error: model_list[0].litellm_params.api_base: the text \"api.openai.com\"; allowed: "
         "a URL that starts with http:// or https://"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    weight: -1\n",
         "config.yaml:5: error: model_list[0].litellm_params.weight: the number -1; allowed: a number from "
         "0"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    extra_headers: {A: "
         "[1]}\n",
         "config.yaml:5: error: model_list[0].litellm_params.extra_headers: A is a list; allowed: texts"},
    });
}

TEST_CASE("faults of plugins and of the router", "[config]") {
    check({
        {"plugins:\n- id: x\n",
         "config.yaml:2: error: plugins[0].plugin: nothing; allowed: the name of a plugin; see `sluice "
         "plugin list`"},
        {"plugins:\n- plugin: a\n  on_error: opne\n",
         "config.yaml:3: error: plugins[0].on_error: the text \"opne\"; allowed: closed, open; did you mean "
         "\"open\"?"},
        {"plugins:\n- plugin: a\n  order: first\n",
         "config.yaml:3: error: plugins[0].order: the text \"first\"; allowed: a whole number; lower runs "
         "first"},
        {"plugins:\n- plugin: a\n  timeout_ms: 0\n",
         "config.yaml:3: error: plugins[0].timeout_ms: the number 0; allowed: milliseconds, from 1 to "
         "3600000"},
        {"plugins:\n- plugin: a\n- plugin: b\n- plugin: a\n",
         "config.yaml:4: error: plugins[2].id: the id \"a\" is taken by plugins[0]; allowed: an id for each "
         "instance"},
        {"router_settings:\n  model_group_alias: {a: {hidden: true}}\n",
         "config.yaml:2: error: router_settings.model_group_alias.a.model: nothing; allowed: the name of a "
         "model group"},
        {"litellm_settings:\n  ssl_verify: false\n",
         "config.yaml:2: error: litellm_settings.ssl_verify: the boolean false; allowed: true, or the path "
         "of a PEM file with the authorities to trust; Sluice always verifies "
         "upstreams; give your own authority's certificate instead"},
    });
}

TEST_CASE("unknown keys are warnings with the nearest known one", "[config]") {
    check({
        {"modle_list: []\n",
         "config.yaml:1: warning: modle_list: unknown key, ignored; did you mean \"model_list\"?"},
        {"model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    api_bse: x\n",
         "config.yaml:5: warning: model_list[0].litellm_params.api_bse: unknown key, ignored; did you mean "
         "\"api_base\"?"},
        {"listen:\n  limits:\n    body_byte_max: 5\n",
         "config.yaml:3: warning: listen.limits.body_byte_max: unknown key, ignored; did you mean "
         "\"body_bytes_max\"?"},
        {"completely_different_thing: 1\n",
         "config.yaml:1: warning: completely_different_thing: unknown key, ignored"},
        {"plugins:\n- plugin: a\n  scope: {route: chat}\n",
         "config.yaml:3: warning: plugins[0].scope.route: unknown key, ignored; did you mean \"routes\"?"},
    });
}

TEST_CASE("keys of LiteLLM that Sluice does not use yet are said to be that", "[config]") {
    check({
        {"prompts: []\n",
         "config.yaml:1: warning: prompts: LiteLLM knows this key, Sluice does not use it yet"},
        {"general_settings:\n  database_url: postgres\n",
         "config.yaml:2: warning: general_settings.database_url: LiteLLM knows this key, Sluice does not use "
         "it yet"},
    });
}

TEST_CASE("a key that stands twice is an error at its second place", "[config]") {
    check({
        {"general_settings:\n  max_request_size_mb: 1\n  max_request_size_mb: 2\n",
         "config.yaml:3: error: general_settings.max_request_size_mb: the key stands twice in one mapping; "
         "remove one of them"},
        {"listen: {port: 1}\nmodel_list: []\nlisten: {port: 2}\n",
         "config.yaml:3: error: listen: the key stands twice in one mapping; remove one of them"},
    });
}

TEST_CASE("a hint is near what was written", "[config]") {
    for (const char* yaml : {"x: 1\n", "ab: 1\n", "zz_q: 1\n"}) {
        CAPTURE(yaml);
        const auto texts = load(yaml).texts();
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].find("did you mean") == std::string::npos);
    }
}

TEST_CASE("several faults are reported at once, in the order of the file's sections", "[config]") {
    const auto loaded = load(
        "model_list:\n- {model_name: a, litellm_params: {model: openai/x, timeout: x, weight: y}}\n- "
        "{}\nlisten: {port: x}\n");
    CHECK(loaded.faults.errors() == 5);
}

TEST_CASE("numbers too large for their unit are faults or the largest value, never another value",
          "[config]") {
    const auto huge = [](const char* yaml) { return load(yaml); };
    const auto request = huge("litellm_settings: {request_timeout: 5000000}\n");
    CHECK(
        (request.faults.hasErrors() || request.settings.listen.limits.request_timeout_ms >= 4'000'000'000u));
    const auto router = huge("router_settings: {timeout: 5000000, stream_timeout: 1.0e+30}\n");
    CHECK((router.faults.hasErrors() || router.settings.listen.limits.upstream_timeout_ms >= 4'000'000'000u));
    CHECK((router.faults.hasErrors() || router.settings.listen.limits.stream_timeout_ms >= 4'000'000'000u));
    const auto size = huge("general_settings: {max_request_size_mb: 1.0e+30}\n");
    CHECK((size.faults.hasErrors() || size.settings.listen.limits.body_bytes_max >= 1ull << 40));
    const auto model =
        huge("model_list: [{model_name: a, litellm_params: {model: openai/x, timeout: 5000000}}]\n");
    CHECK(model.settings.model_list[0].timeout_ms >= 4'000'000'000u);
}

TEST_CASE("a request timeout of zero is refused, or means that there is none", "[config]") {
    const auto loaded = load("litellm_settings: {request_timeout: 0}\n");
    CHECK(loaded.faults.hasErrors());
}

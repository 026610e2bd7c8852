#include "config/loading.h"

using namespace sluice;
using config::FailMode;
using test::load;

namespace {

const std::string kGood = R"(
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      api_base: https://api.openai.com/v1
      rpm: 600
      tpm: 90000
      weight: 2
      order: 1
      timeout: 30
      stream_timeout: 2.5
      temperature: 0.2
      max_tokens: 100
      extra_headers: {X-Team: red}
    model_info: {id: first, mode: chat}
  - model_name: claude
    rpm: 5
    litellm_params: {model: claude-3-5-sonnet-latest, api_key: sk-ant-literal}
  - model_name: "anything/*"
    litellm_params: {model: "openai/*"}
litellm_settings:
  request_timeout: 120
  json_logs: on
  set_verbose: "no"
  drop_params: true
  callbacks: [prometheus]
general_settings:
  master_key: os.environ/MASTER_KEY
  max_request_size_mb: 2
  forward_client_headers_to_llm_api: yes
router_settings:
  routing_strategy: least-busy
  timeout: 45
  stream_timeout: 60
  model_group_alias:
    gpt-4: gpt-4o
    secret-model: {model: claude, hidden: true}
plugin_dirs: plugins/extra
plugins:
  - plugin: guard_pii
    id: pii
    order: -5
    on_error: open
    on_timeout: closed
    timeout_ms: 250
    scope: {tenants: [a, b], routes: chat, models: ["gpt-*"]}
    config: {entities: [EMAIL], api_key: sk-plugin}
  - plugin: auth_keys
listen:
  address: 0.0.0.0
  port: 8080
  workers: 2
  limits:
    body_bytes_max: 1000000
    head_timeout_ms: 5000
)";

test::Loaded good() { return load(kGood, {{"OPENAI_API_KEY", "sk-from-env"}, {"MASTER_KEY", "sk-master"}}); }

}  // namespace

TEST_CASE("a good configuration has no faults but the quoted boolean", "[config]") {
    const auto loaded = good();
    for (const auto& text : loaded.texts()) {
        CAPTURE(text);
        CHECK((text.find("Sluice does not use it yet") != std::string::npos ||
               text.find("set_verbose") != std::string::npos));
    }
}

TEST_CASE("models", "[config]") {
    const auto loaded = good();
    const auto& models = loaded.settings.model_list;
    REQUIRE(models.size() == 3);
    CHECK(models[0].model_name == "gpt-4o");
    CHECK(models[0].id == "first");
    CHECK(models[0].provider == "openai");
    CHECK(models[0].model == "gpt-4o");
    CHECK(models[0].rpm == 600);
    CHECK(models[0].tpm == 90000);
    CHECK(models[0].weight == 2);
    CHECK(models[0].order == 1);
    CHECK(models[0].timeout_ms == 30'000);
    CHECK(models[0].stream_timeout_ms == 2'500);
    CHECK(models[0].body_defaults == config::Json{{"temperature", 0.2}, {"max_tokens", 100}});
    CHECK(models[0].info["mode"] == "chat");
    CHECK(models[0].path == "model_list[0]");
    CHECK(models[0].params["api_base"] == "https://api.openai.com/v1");

    CHECK(models[1].provider == "anthropic");
    CHECK(models[1].model == "claude-3-5-sonnet-latest");
    CHECK(models[1].rpm == 5);
    CHECK(models[1].tpm == -1);
    CHECK(models[1].weight == -1);
    CHECK(models[1].timeout_ms == 0);
    CHECK(models[1].id.size() == 64);

    CHECK(models[2].model_name == "anything/*");
    CHECK(models[2].provider == "openai");
    CHECK(models[2].model == "*");
}

TEST_CASE("secrets are reached by their handles", "[config]") {
    const auto loaded = good();
    const auto& secrets = loaded.settings.tree.secrets;
    const auto reveal = [&](const config::Json& value) {
        const auto handle = config::Secrets::handleOf(value);
        REQUIRE(handle);
        REQUIRE(secrets.find(*handle));
        return std::string(secrets.find(*handle)->reveal());
    };
    CHECK(reveal(loaded.settings.model_list[0].params["api_key"]) == "sk-from-env");
    CHECK(reveal(loaded.settings.model_list[1].params["api_key"]) == "sk-ant-literal");
    CHECK(reveal(loaded.settings.tree.root["general_settings"]["master_key"]) == "sk-master");
    CHECK(reveal(loaded.settings.plugins[0].config["api_key"]) == "sk-plugin");
    CHECK_FALSE(secrets.find("no such handle"));
}

TEST_CASE("settings of the sections", "[config]") {
    const auto s = good().settings;
    CHECK(s.listen.address == "0.0.0.0");
    CHECK(s.listen.port == 8080);
    CHECK(s.listen.workers == 2);
    CHECK(s.listen.limits.body_bytes_max == 2 * 1024 * 1024);  // general_settings says it in LiteLLM's words
    CHECK(s.listen.limits.head_timeout_ms == 5'000);
    CHECK(s.listen.limits.request_timeout_ms == 120'000);
    CHECK(s.listen.limits.upstream_timeout_ms == 45'000);
    CHECK(s.listen.limits.stream_timeout_ms == 60'000);
    CHECK(s.json_logs);
    CHECK(s.forward_client_headers);
    CHECK(s.routing.strategy == "least-busy");
    CHECK(s.aliases.at("gpt-4").model == "gpt-4o");
    CHECK_FALSE(s.aliases.at("gpt-4").hidden);
    CHECK(s.aliases.at("secret-model").model == "claude");
    CHECK(s.aliases.at("secret-model").hidden);
    CHECK(s.plugin_dirs == std::vector<std::string>{"plugins/extra"});
}

TEST_CASE("plugins", "[config]") {
    const auto loaded = good();
    const auto& plugins = loaded.settings.plugins;
    REQUIRE(plugins.size() == 2);
    CHECK(plugins[0].id == "pii");
    CHECK(plugins[0].plugin == "guard_pii");
    CHECK(plugins[0].order == -5);
    CHECK(plugins[0].on_error == FailMode::Open);
    CHECK(plugins[0].on_timeout == FailMode::Closed);
    CHECK(plugins[0].timeout_ms == 250);
    CHECK(plugins[0].scope.tenants == std::vector<std::string>{"a", "b"});
    CHECK(plugins[0].scope.routes == std::vector<std::string>{"chat"});
    CHECK(plugins[0].scope.models == std::vector<std::string>{"gpt-*"});
    CHECK(plugins[0].config["entities"] == config::Json{"EMAIL"});
    CHECK(plugins[1].id == "auth_keys");
    CHECK(plugins[1].order == 0);
    CHECK(plugins[1].on_error == FailMode::Default);
    CHECK(plugins[1].config == config::Json::object());
    CHECK(plugins[1].scope.tenants.empty());
    CHECK(plugins[1].path == "plugins[1]");
}

TEST_CASE("an empty file is a configuration with every default", "[config]") {
    for (const char* text : {"", "\n", "# nothing\n", "{}", "model_list:\nlisten:\nplugins: ~\n"}) {
        CAPTURE(text);
        const auto loaded = load(text);
        CHECK(loaded.faults.all().empty());
        CHECK(loaded.settings.listen.address == "127.0.0.1");
        CHECK(loaded.settings.listen.port == 4000);
        CHECK(loaded.settings.model_list.empty());
        CHECK(loaded.settings.routing.strategy == "simple-shuffle");
        CHECK(loaded.settings.listen.limits.body_bytes_max == base::Limits{}.body_bytes_max);
    }
}

TEST_CASE("two equal models are two deployments all the same", "[config]") {
    const auto loaded = load(
        "model_list:\n- {model_name: a, litellm_params: {model: openai/x}}\n- {model_name: a, "
        "litellm_params: {model: openai/x}}\n");
    REQUIRE(loaded.settings.model_list.size() == 2);
    CHECK(loaded.settings.model_list[0].id != loaded.settings.model_list[1].id);
}

TEST_CASE("a model's id depends on what it is, not on where it stands", "[config]") {
    const auto one = load("model_list:\n- {model_name: a, litellm_params: {model: openai/x}}\n");
    const auto other = load(
        "model_list:\n- {model_name: b, litellm_params: {model: openai/x}}\n- {model_name: a, "
        "litellm_params: {model: openai/x}}\n");
    CHECK(one.settings.model_list[0].id == other.settings.model_list[1].id);
    CHECK(one.settings.model_list[0].id != other.settings.model_list[0].id);
}

TEST_CASE("where the provider of a model comes from", "[config]") {
    struct Case {
        const char* params;
        const char* provider;
        const char* model;
    };
    for (const auto& c : {Case{"model: openai/gpt-4o", "openai", "gpt-4o"},
                          {"model: gpt-4o", "openai", "gpt-4o"},
                          {"model: claude-3-opus", "anthropic", "claude-3-opus"},
                          {"model: azure/my/gpt", "azure", "my/gpt"},
                          {"model: \"*\"", "", "*"},
                          {"model: \"openai/*\"", "openai", "*"},
                          {"model: meta/llama, custom_llm_provider: openai", "openai", "meta/llama"},
                          {"model: openai/x, custom_llm_provider: openai", "openai", "x"},
                          {"model: 4711", "openai", "4711"}}) {
        CAPTURE(c.params);
        const auto loaded =
            load("model_list:\n- {model_name: a, litellm_params: {" + std::string(c.params) + "}}\n");
        REQUIRE_FALSE(loaded.faults.hasErrors());
        CHECK(loaded.settings.model_list[0].provider == c.provider);
        CHECK(loaded.settings.model_list[0].model == c.model);
    }
}

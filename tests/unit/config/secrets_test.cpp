// Secrets that are planted anywhere in a configuration show up nowhere.
#include "config/secrets.h"

#include "config/loading.h"

using namespace sluice;
using test::load;

namespace {

void showsNowhere(const std::string& yaml, const std::string& planted,
                  const test::Variables& variables = {}) {
    CAPTURE(yaml);
    const auto loaded = load(yaml, variables);
    for (const auto& text : loaded.texts()) {
        CAPTURE(text);
        CHECK(text.find(planted) == std::string::npos);
    }
    const auto& settings = loaded.settings;
    CHECK(settings.tree.root.dump().find(planted) == std::string::npos);
    for (const auto& model : settings.model_list) {
        CHECK(model.params.dump().find(planted) == std::string::npos);
        CHECK(model.info.dump().find(planted) == std::string::npos);
        CHECK(model.body_defaults.dump().find(planted) == std::string::npos);
    }
    for (const auto& plugin : settings.plugins)
        CHECK(plugin.config.dump().find(planted) == std::string::npos);
}

std::string withParam(const std::string& param) {
    return "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/x\n    " + param + "\n";
}

}  // namespace

TEST_CASE("secrets of the usual names are out of sight", "[config]") {
    for (const char* key : {"api_key", "API_KEY", "aws_secret_access_key", "client_secret", "redis_password",
                            "password", "hf_token", "vertex_credentials", "private_key", "secret"}) {
        showsNowhere(withParam(std::string(key) + ": s3cr3t-planted"), "s3cr3t-planted");
        showsNowhere(
            "plugins:\n- plugin: p\n  config: {deep: [{" + std::string(key) + ": s3cr3t-planted}]}\n",
            "s3cr3t-planted");
    }
    showsNowhere("general_settings: {master_key: s3cr3t-planted}\n", "s3cr3t-planted");
}

TEST_CASE("secrets from the environment are out of sight", "[config]") {
    showsNowhere(withParam("api_key: os.environ/KEY"), "s3cr3t-planted", {{"KEY", "s3cr3t-planted"}});
    showsNowhere("environment_variables: {OPENAI_API_KEY: s3cr3t-planted}\n" +
                     withParam("api_key: os.environ/OPENAI_API_KEY"),
                 "s3cr3t-planted");
    showsNowhere("environment_variables: {SLACK_WEBHOOK_URL: https://s3cr3t-planted}\n", "s3cr3t-planted");
}

TEST_CASE("secrets that are no texts are out of sight", "[config]") {
    showsNowhere(withParam("api_key: 123456789012"), "123456789012");
    showsNowhere("general_settings: {master_key: 123456789012}\n", "123456789012");
    showsNowhere("general_settings: {master_key: 1234.56789}\n", "1234.56789");
    showsNowhere(withParam("api_key: [s3cr3t-planted]"), "s3cr3t-planted");
    showsNowhere(withParam("api_key: {value: s3cr3t-planted}"), "s3cr3t-planted");
}

TEST_CASE("secrets in headers are out of sight", "[config]") {
    showsNowhere(withParam("extra_headers: {Authorization: Bearer s3cr3t-planted}"), "s3cr3t-planted");
    showsNowhere(withParam("extra_headers: {x-api-key: s3cr3t-planted}"), "s3cr3t-planted");
    showsNowhere(withParam("extra_headers: {api-key: s3cr3t-planted}"), "s3cr3t-planted");
    showsNowhere(withParam("extra_headers: {Cookie: s3cr3t-planted}"), "s3cr3t-planted");
}

TEST_CASE("prices and limits of tokens are numbers, not secrets", "[config]") {
    const auto loaded = load(withParam("input_cost_per_token: 0.0001"));
    CHECK(loaded.settings.model_list[0].params["input_cost_per_token"] == 0.0001);
    CHECK(load(withParam("max_tokens: 5")).settings.model_list[0].body_defaults["max_tokens"] == 5);
}

TEST_CASE("which names hold secrets", "[config]") {
    for (const char* name : {"api_key", "OPENAI_API_KEY", "db_password", "PASSWORD", "slack_token",
                             "oauth_secret", "secret", "aws_secret_access_key", "vertex_credentials"})
        CHECK(config::isSecretKey(name));
    for (const char* name :
         {"model", "max_tokens", "key_name", "tokens", "passwords_file", "api_base", "keyboard", ""})
        CHECK_FALSE(config::isSecretKey(name));
}

TEST_CASE("handles are unique and only handles are handles", "[config]") {
    config::Secrets secrets;
    const auto a = secrets.keep("x.api_key", "one"), b = secrets.keep("x.api_key", "two");
    CHECK(a != b);
    CHECK(secrets.find(*config::Secrets::handleOf(a))->reveal() == "one");
    CHECK(secrets.find(*config::Secrets::handleOf(b))->reveal() == "two");
    CHECK(a.dump().find("one") == std::string::npos);
    for (const auto& none : {nlohmann::json(1), nlohmann::json("x"), nlohmann::json{{"$secret", 1}},
                             nlohmann::json{{"$secret", "a"}, {"b", 1}}, nlohmann::json::object(),
                             nlohmann::json::array({"$secret"})}) {
        CHECK_FALSE(config::Secrets::handleOf(none).has_value());
    }
}

TEST_CASE("a handle written into the file reaches no secret", "[config]") {
    const auto loaded = load(
        "general_settings: {master_key: s3cr3t-planted}\nplugins:\n- plugin: p\n  config: {thief: {$secret: "
        "'general_settings.master_key#0'}}\n");
    const auto stolen = config::Secrets::handleOf(loaded.settings.plugins[0].config["thief"]);
    if (!stolen) return;
    CHECK(loaded.faults.hasErrors());
}

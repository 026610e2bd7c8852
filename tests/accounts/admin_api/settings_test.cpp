// The configuration, looked at: what is shown of it, and that no secret is.
#include "admin.h"
#include "redaction.h"

using admin_api::looksSecret;
using admin_api::redacted;

namespace {

// Wherever a secret may stand. All of them have PLANTED in them.
constexpr const char* kSections = R"({
  "general_settings": {
    "master_key": {"$secret": "general_settings.master_key#PLANTED"}, "database_url": "postgresql://u:PLANTED@db:5432/x",
    "alerting": ["slack", "PLANTED-sk-1"], "alert_types": ["llm_exceptions"], "alerting_threshold": 120,
    "alert_to_webhook_url": {"budget_alerts": "https://hooks.example.com/services/PLANTED"},
    "max_request_size_mb": 5, "background_health_checks": true, "some_pin": "PLANTED", "numeric_passcode": 90210731,
    "litellm_jwtauth": {"public_key_ttl": 600, "PLANTED-sk-2": "PLANTED", "note": "PLANTED"}},
  "litellm_settings": {
    "callbacks": ["prometheus", "PLANTED@x"], "success_callback": ["langfuse"], "failure_callback": "sentry", "request_timeout": 30,
    "cost_discount_config": {"azure": 0.05}, "cost_margin_config": {"global": {"percentage": 0.1, "fixed_amount": 0.001}},
    "cache_params": {"type": "redis", "host": "https://PLANTED:PLANTED@redis.example.com/PLANTED?PLANTED", "password": "PLANTED", "ttl": 60},
    "default_team_settings": [{"team_id": "PLANTED", "langfuse_secret": "PLANTED"}], "metadata": {"a": {"b": ["PLANTED"]}},
    "key_store": {"model": "PLANTED", "tags": ["PLANTED"], "n": 90210731}},
  "router_settings": {
    "routing_strategy": "least-busy", "num_retries": 3, "fallbacks": [{"gpt": ["claude"]}], "model_group_alias": {"fast": "gpt"},
    "retry_policy": {"AuthenticationErrorRetries": 0}, "redis_password": "PLANTED", "redis_url": "redis://:PLANTED@r:6379/0"}})";

std::string showing() { return std::string(R"({"show":)") + kSections + "}"; }

}  // namespace

TEST_CASE("a configuration without its secrets: shape, numbers and names stay") {
    const auto shown = redacted(admin_api::Json::parse(kSections));
    const std::string text = shown.dump();
    CHECK(text.find("PLANTED") == std::string::npos);
    CHECK(text.find("90210731") == std::string::npos);
    const Json all = Json::parse(text);
    CHECK(all["general_settings"]["database_url"] == "postgresql://REDACTED@db:5432/REDACTED");
    CHECK(all["general_settings"]["alerting"] == Json::parse(R"(["slack","REDACTED"])"));
    CHECK(all["general_settings"]["litellm_jwtauth"].contains("REDACTED-1"));
    CHECK(all["general_settings"]["max_request_size_mb"] == 5);
    CHECK(all["litellm_settings"]["cache_params"]["ttl"] == 60);
    CHECK(all["litellm_settings"]["cache_params"]["type"] == "redis");
    CHECK(all["litellm_settings"]["cost_discount_config"]["azure"] == 0.05);
    CHECK(all["router_settings"]["fallbacks"] == Json::parse(R"([{"gpt":["claude"]}])"));
    CHECK(all["router_settings"]["model_group_alias"]["fast"] == "gpt");
    CHECK(all["router_settings"]["retry_policy"]["AuthenticationErrorRetries"] == 0);
    CHECK(all["router_settings"]["redis_url"] == "redis://REDACTED@r:6379/REDACTED");
}

TEST_CASE("what a URL leaves") {
    const auto url = [](const char* text) {
        return redacted({{"api_base", text}})["api_base"].get<std::string>();
    };
    CHECK(url("https://api.openai.com/v1") == "https://api.openai.com/v1");
    CHECK(url("http://[::1]:8080") == "http://[::1]:8080");
    for (const char* hostile :
         {"https://h/a@PLANTED", "https://a:PLANTED@b@PLANTED/x", "https://PLANTED\\@h/", "PLANTED",
          "://PLANTED", "https://sk-PLANTED.example.com", "https:///PLANTED", "PLANTED://?x=://",
          "https://h?PLANTED", "https://h#PLANTED", "https://h/v1?key=PLANTED", "https://user@h:PLANTED@/"}) {
        CAPTURE(hostile);
        CHECK(url(hostile).find("sk-PLANTED") == std::string::npos);
        CHECK(url(hostile).find("PLANTED@") == std::string::npos);
        CHECK(url(hostile).find("/PLANTED") == std::string::npos);
        CHECK(url(hostile).find("=PLANTED") == std::string::npos);
        CHECK(url(hostile).find("?PLANTED") == std::string::npos);
        CHECK(url(hostile).find("#PLANTED") == std::string::npos);
    }
}

TEST_CASE("names that look like keys") {
    for (const char* key :
         {"sk-1234", "Bearer x", "AKIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
          "eyJhbGciOi", "https://x", "a@b", "0123456789abcdef0123456789abcdef", "AbCdEfGhIjKlMnOpQrStUvWx1"})
        CHECK(looksSecret(key));
    CHECK(looksSecret(std::string(200, 'x')));
    for (const char* name : {"gpt-4o-2024-08-06", "openai/gpt-4o", "us-east-1", "claude-3-5-sonnet-20241022",
                             "simple-shuffle", "2024-02-15-preview"})
        CHECK_FALSE(looksSecret(name));
}

TEST_CASE("settings in LiteLLM's shapes") {
    Admin admin(showing());
    const auto list = admin.get("/config/list?config_type=general_settings").body;
    const auto threshold = *std::find_if(
        list.begin(), list.end(), [](const Json& f) { return f["field_name"] == "alerting_threshold"; });
    CHECK(threshold["field_value"] == 120);
    CHECK(threshold["field_default_value"] == 300);
    CHECK(threshold["stored_in_db"] == false);
    CHECK(threshold["field_type"] == "Float");
    CHECK(admin.get("/config/field/info?field_name=max_request_size_mb").body["field_value"] == 5);
    CHECK(admin.get("/config/field/info?field_name=health_check_interval").body["field_value"].is_null());
    CHECK(admin.get("/callbacks/list").body == Json::parse(R"({"success":["langfuse"],"failure":["sentry"],
        "success_and_failure":["prometheus","REDACTED"]})"));
    const auto active = admin.get("/active/callbacks").body;
    CHECK(active["num_callbacks"] == 4);
    CHECK(active["num_alerting"] == 2);
    CHECK(active["litellm.request_timeout"] == 30);
    const auto told = admin.get("/get/config/callbacks").body;
    CHECK(told["callbacks"][0] == Json::parse(R"({"name":"langfuse","variables":{},"type":"success"})"));
    CHECK(told["alerts"][0]["active_alerts"] == Json{"llm_exceptions"});
    CHECK(told["router_settings"]["num_retries"] == 3);
    const auto router = admin.get("/router/settings").body;
    CHECK(router["current_values"]["routing_strategy"] == "least-busy");
    CHECK(router["fields"][0]["field_default"] == "simple-shuffle");
    CHECK(admin.get("/alerting/settings").body[0]["premium_field"] == false);
    CHECK(admin.get("/config/cost_discount_config").body == Json::parse(R"({"values":{"azure":0.05}})"));
    CHECK(admin.get("/config/cost_margin_config").body["values"]["global"]["fixed_amount"] == 0.001);
    CHECK(admin.get("/config/list").status == 422);
    CHECK(admin.get("/config/list?config_type=router_settings").status == 422);
    CHECK(admin.get("/config/field/info").status == 400);
    CHECK(admin.get("/config/field/info?field_name=master_key").status == 400);
    for (const char* path : {"/config/list?config_type=general_settings", "/config/yaml", "/router/settings",
                             "/get/config/callbacks"}) {
        CHECK(admin.raw("GET", path).find("PLANTED") == std::string::npos);
        CHECK(admin.ask("GET", path, "", Identity{"somebody"}).status == 403);
    }
}

TEST_CASE("the models as the host tells of them, also under an alias; secrets and URLs are not") {
    Admin admin(showing());
    FakeCandidate one;
    one.id = std::string(64, 'a');
    one.params =
        R"({"model":"openai/gpt-4o","api_key":{"$secret":"PLANTED"},"api_base":"https://u:PLANTED@up.example.com/v1","rpm":7,
                     "extra_headers":{"x-auth":"PLANTED","x-team":"PLANTED"},"input_cost_per_token":0.5})";
    one.info = R"({"id":"PLANTED","mode":"chat","access_groups":["beta"],"note":"PLANTED"})";
    admin.plugin.modelGroup("gpt", FakeCandidates{one});
    admin.plugin.modelGroup("fast", FakeCandidates{one});
    const auto all = admin.get("/config/yaml").body;
    REQUIRE(all["model_list"].size() == 2);
    CHECK(all["model_list"][0] ==
          Json::parse(R"({"model_name":"gpt","litellm_params":{"model":"openai/gpt-4o","api_key":"REDACTED",
        "api_base":"https://REDACTED@up.example.com/v1","rpm":7,"extra_headers":{"x-auth":"REDACTED","x-team":"REDACTED"},
        "input_cost_per_token":0.5},"model_info":{"mode":"chat","access_groups":["beta"],"note":"REDACTED","id":")" +
                      std::string(64, 'a') + "\"}}"));
    CHECK(all["model_list"][1]["model_name"] == "fast");
    CHECK(admin.raw("GET", "/config/yaml").find("PLANTED") == std::string::npos);
}

TEST_CASE("what is not handed over is not shown, and nothing is changed here: the words say what to do") {
    Admin admin;
    for (const char* path :
         {"/config/list?config_type=general_settings", "/config/field/info?field_name=alerting",
          "/router/settings", "/alerting/settings", "/callbacks/list", "/active/callbacks",
          "/get/config/callbacks", "/config/cost_discount_config", "/config/cost_margin_config"}) {
        CAPTURE(path);
        const auto said = admin.get(path);
        CHECK(said.status == 501);
        CHECK(admin.errorOf(said).find("show") != std::string::npos);
    }
    CHECK(admin.get("/config/yaml").body == Json::parse(R"({"model_list":[]})"));
    struct Case {
        const char* method;
        const char* path;
        const char* body;
        uint32_t status;
    };
    for (const auto& c :
         {Case{"POST", "/config/update", R"({"router_settings":{"num_retries":1}})", 501},
          {"POST", "/config/update", R"({"router_settings":1})", 422},
          {"POST", "/config/update", R"({"no_such_section":{}})", 422},
          {"POST", "/config/field/update",
           R"({"field_name":"x","field_value":1,"config_type":"general_settings"})", 501},
          {"POST", "/config/field/delete", R"({"field_name":7})", 422},
          {"POST", "/config/field/delete", R"({"field_name":"x"})", 501},
          {"POST", "/config/pass_through_endpoint", R"({"path":"/x","target":"https://y"})", 501},
          {"PATCH", "/config/cost_discount_config", R"({"azure":0.1})", 501},
          {"PATCH", "/config/cost_discount_config", R"({"azure":"0.1"})", 422},
          {"PATCH", "/config/cost_margin_config", R"({"global":{"percentage":0.1}})", 501},
          {"PATCH", "/config/cost_margin_config", "[]", 400}}) {
        CAPTURE(c.method, c.path, c.body);
        const auto said = admin.ask(c.method, c.path, c.body, Admin::master());
        CHECK(said.status == c.status);
        if (c.status == 501) CHECK(admin.errorOf(said).find("/admin/reload") != std::string::npos);
        CHECK(admin.ask(c.method, c.path, c.body, Identity{"somebody"}).status == 403);
    }
    CHECK(admin.store.count("audit") == 0);
    const auto schema = admin.get("/openapi.json")
                            .body["paths"]["/config/cost_discount_config"]["patch"]["requestBody"]["content"]
                                 ["application/json"]["schema"];
    CHECK(schema["properties"].empty());
    CHECK(schema["additionalProperties"]["minimum"] == 0);
}

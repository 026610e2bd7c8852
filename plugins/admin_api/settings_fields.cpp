#include "settings_fields.h"

namespace admin_api {

const std::vector<Setting>& generalSettings() {
    static const std::vector<Setting> all{
        {"global_max_parallel_requests", "Integer",
         "Requests on their way to upstreams at the same time; more wait", nullptr},
        {"max_request_size_mb", "Float", "The largest body of a request", nullptr},
        {"background_health_checks", "Boolean", "Probes that only connect", false},
        {"health_check_interval", "Float", "Seconds between two probes", 300},
        {"warm_up_connections", "Integer",
         "Connections opened to each upstream host when a configuration begins to serve", 0},
        {"forward_client_headers_to_llm_api", "Boolean", "x-* of the client go upstream", false},
        {"redact_logs", "String", "Name of a guardrail that looks at the gateway's own log", nullptr},
        {"enable_jwt_auth", "Boolean", "Tokens of an identity provider are accepted", false},
        {"litellm_jwtauth", "Dict", "How they are read", nullptr},
        {"role_permissions", "List", "What roles of such tokens may do", nullptr},
        {"service_account_settings", "Dict", "What requests of service accounts must have", nullptr}};
    return all;
}

const std::vector<Setting>& alertingSettings() {
    static const std::vector<Setting> all{
        {"alerting", "List", "Who is told: slack, email, webhook, pagerduty, …", Json::array()},
        {"alert_types", "List", "Of what", nullptr},
        {"alerting_threshold", "Float", "Seconds after which a request hangs", 300},
        {"alerting_args", "Dict", "How often, and from when on", nullptr},
        {"alert_to_webhook_url", "Dict", "Receivers by kind of alert", nullptr},
        {"spend_report_frequency", "String", "How often spending is reported", nullptr}};
    return all;
}

const std::vector<Setting>& routerSettings() {
    static const std::vector<Setting> all{
        {"routing_strategy", "String", "Which deployment of a group serves", "simple-shuffle"},
        {"routing_strategy_args", "Dict", "The strategy's own configuration", Json::object()},
        {"num_retries", "Integer", "Retries of a request", 2},
        {"retry_after", "Float", "The least to wait before the same deployment is asked again, seconds", 0},
        {"timeout", "Float", "For an answer, seconds", nullptr},
        {"stream_timeout", "Float", "Between two pieces of a stream, seconds", nullptr},
        {"retry_policy", "Dict", "Retries by the kind of failure", nullptr},
        {"model_group_retry_policy", "Dict", "The same for single groups", nullptr},
        {"allowed_fails", "Integer", "Failures within cooldown_time; nothing set: by their rate", nullptr},
        {"allowed_fails_policy", "Dict", "The same by the kind of failure", nullptr},
        {"cooldown_time", "Float", "How long a deployment is out of service, seconds", 5},
        {"disable_cooldowns", "Boolean", "None is", false},
        {"fallbacks", "List", "Groups to go to when one fails", Json::array()},
        {"context_window_fallbacks", "List", "When a request is too long for one", Json::array()},
        {"content_policy_fallbacks", "List", "When a provider refuses the content", Json::array()},
        {"default_fallbacks", "List", "For every group", Json::array()},
        {"max_fallbacks", "Integer", "Groups that one request may go to", 5},
        {"model_group_alias", "Dict", "Other names of groups", Json::object()},
        {"enable_tag_filtering", "Boolean", "Tags of a request choose deployments", false},
        {"enable_pre_call_checks", "Boolean", "Deployments that a request does not fit are left out", false},
        {"optional_pre_call_checks", "List", "Further checks by name", Json::array()},
        {"default_max_parallel_requests", "Integer", "Of a deployment; 0 is no limit", 0}};
    return all;
}

}  // namespace admin_api

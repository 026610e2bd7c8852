#include "config/known_keys.h"

#include "base/text.h"

namespace sluice::config {
namespace {

// The words of a static text.
std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> out;
    for (const auto word : base::split(text, ' ')) {
        if (!word.empty()) out.push_back(word);
    }
    return out;
}

}  // namespace

const std::vector<std::string_view>& topLevelKeys() {
    static const auto keys = words(
        "credential_list callback_settings mcp_servers search_tools prompts "
        "vector_store_registry files_settings finetune_settings assistant_settings ");
    return keys;
}

const std::vector<std::string_view>& litellmSettingsKeys() {
    static const auto keys = words(
        "success_callback failure_callback callbacks service_callbacks "
        "modify_params enable_preview_features redact_user_api_key_info mcp_aliases "
        "langfuse_default_tags force_ipv4 "
        "cache cache_params enable_redis_auth_cache "
        "disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only "
        "cost_discount_config cost_margin_config key_generation_settings "
        "use_chat_completions_url_for_anthropic_messages route_all_chat_openai_to_responses "
        "skip_system_message_in_guardrail enable_json_schema_validation "
        "enable_key_alias_format_validation default_team_params drop_params "
        "timezone default_team_settings default_internal_user_params max_budget "
        "budget_duration prometheus_metrics_config custom_prometheus_metadata_labels "
        "custom_prometheus_tags store_audit_logs audit_log_callbacks network_mock "
        "upperbound_key_generate_params default_key_generate_params s3_callback_params "
        "public_model_groups ");
    return keys;
}

const std::vector<std::string_view>& generalSettingsKeys() {
    static const auto keys = words(
        "database_url database_connection_pool_limit database_connection_timeout "
        "allow_requests_on_db_unavailable store_model_in_db supported_db_objects disable_spend_logs "
        "disable_spend_updates disable_error_logs store_prompts_in_spend_logs "
        "maximum_spend_logs_retention_period maximum_spend_logs_retention_interval "
        "maximum_spend_logs_cleanup_cron proxy_batch_write_at proxy_batch_polling_interval "
        "proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time "
        "use_redis_transaction_buffer max_parallel_requests "
        "max_response_size_mb allowed_ips use_x_forwarded_for allowed_routes admin_only_routes "
        "public_routes enforce_user_param enforced_params reject_clientside_metadata_tags custom_auth "
        "custom_auth_run_common_checks enable_jwt_auth litellm_jwtauth enable_oauth2_auth "
        "oauth2_config_mappings enforce_rbac role_permissions litellm_key_header_name "
        "user_header_name user_header_mappings service_account_settings user_api_key_cache_ttl "
        "completion_model embedding_model image_generation_model moderation_model "
        "infer_model_from_keys alerting alerting_threshold alert_types alerting_args "
        "alert_to_webhook_url alert_type_config spend_report_frequency "
        "health_check_details enable_health_check_routing "
        "health_check_staleness_threshold health_check_concurrency pass_through_endpoints "
        "forward_openai_org_id forward_llm_provider_auth_headers always_include_stream_usage "
        "token_rate_limit_type key_management_system key_management_settings use_google_kms "
        "use_azure_key_vault custom_key_generate custom_sso ui_access_mode disable_master_key_return "
        "search_tools mcp_client_side_auth_header_name mcp_internal_ip_ranges mcp_required_fields "
        "mcp_trusted_proxy_ranges enable_mcp_registry control_plane_url litellm_license "
        "dangerously_allow_mock_testing_request_params ");
    return keys;
}

const std::vector<std::string_view>& routerSettingsKeys() {
    static const auto keys = words(
        "model_group_affinity_config "
        "polling_interval redis_host redis_port "
        "redis_password redis_db redis_url cache_responses cache_kwargs caching_groups client_ttl "
        "default_litellm_params ignore_invalid_deployments alerting_config assistants_config "
        "router_general_settings search_tools guardrail_list ");
    return keys;
}

const std::vector<std::string_view>& litellmParamsKeys() {
    static const auto keys = words(
        "max_retries "
        "mock_response "
        "litellm_credential_name configurable_clientside_auth_params drop_params fallbacks "
        "use_in_pass_through merge_reasoning_content_in_choices input_cost_per_second "
        "output_cost_per_second ");
    return keys;
}

const std::vector<std::string_view>& routerPluginKeys() {
    static const auto keys = words(
        "enable_pre_call_checks optional_pre_call_checks enable_tag_filtering tag_filtering_match_any "
        "provider_budget_config deployment_affinity_ttl_seconds ");
    return keys;
}

const std::vector<std::string_view>& litellmParamsPluginKeys() {
    static const auto keys = words("cache_control_injection_points tags tag_regex max_budget budget_duration region_name guardrails ");
    return keys;
}

const std::vector<std::string_view>& bodyDefaultKeys() {
    static const auto keys = words(
        "temperature top_p n max_tokens max_completion_tokens stop presence_penalty frequency_penalty "
        "seed logit_bias logprobs top_logprobs user response_format tools tool_choice "
        "parallel_tool_calls reasoning_effort reasoning service_tier dimensions encoding_format voice "
        "speed size quality style top_k system thinking metadata store modalities prediction "
        "verbosity instructions language ");
    return keys;
}

}  // namespace sluice::config

#include "services.h"

#include <algorithm>

namespace guard_remote {
namespace {

// Keys that every adapter has: settings.h reads them.
constexpr std::string_view kCommon[] = {
    "guardrail",      "fail",        "fail_on_error",      "unreachable_fallback", "timeout",
    "timeout_ms",     "cache_ttl_s", "cache_entries_max",  "cache_bytes_max",      "max_answer_bytes",
    "max_text_bytes", "on_flagged",  "stream_chunk_chars", "stream_overlap_chars", "stream_wait_ms"};

struct Kind {
    std::string_view name;
    Made (*make)(const sluice::ConfigObject&, const sluice::Host&, const std::string&);
    std::string_view keys;  // its own, each between spaces
};

constexpr std::string_view kAws =
    " aws_region_name aws_access_key_id aws_secret_access_key aws_session_token ";

constexpr Kind kKinds[] = {
    {"presidio", makePresidio,
     " presidio_analyzer_api_base presidio_anonymizer_api_base pii_entities_config presidio_score_thresholds"
     " presidio_entities_deny_list presidio_phrase_allow_list presidio_language presidio_ad_hoc_recognizers"
     " presidio_filter_scope presidio_skip_system_developer_message presidio_batch mask_pii_fail_closed "
     "output_parse_pii "},
    {"aws_comprehend", makeComprehend,
     " aws_comprehend_endpoint output_parse_pii pii_entities_config score_threshold language operation "},
    {"bedrock", makeBedrock,
     " guardrailIdentifier guardrailVersion aws_bedrock_runtime_endpoint mask_request_content"
     " mask_response_content "},
    {"llama_guard", makeLlamaGuard, " api_base api_key model categories "},
    {"openai_moderation", makeOpenAiModeration, " api_base api_key model category_thresholds "},
    {"azure/text_moderations", makeAzureText,
     " api_base api_key api_version categories severity_threshold severity_threshold_by_category"
     " blocklistNames haltOnBlocklistHit outputType "},
    {"azure/prompt_shield", makeAzureShield, " api_base api_key api_version "},
    {"lakera_v2", makeLakera, " api_base api_key project_id metadata payload breakdown dev_info "},
    {"generic_guardrail_api", makeGeneric,
     " api_base api_key headers extra_headers additional_provider_specific_params "},
};

bool lists(std::string_view keys, std::string_view key) {
    return keys.find(" " + std::string(key) + " ") != std::string_view::npos;
}

void checkKeys(const sluice::ConfigObject& config, const Kind& kind) {
    const bool aws = kind.make == makeComprehend || kind.make == makeBedrock;
    for (const auto key : config.keys()) {
        if (std::find(std::begin(kCommon), std::end(kCommon), key) != std::end(kCommon)) continue;
        if (lists(kind.keys, key) || (aws && lists(kAws, key)) || !config.has(key)) continue;
        sluice::ConfigObject::fail(
            config.pathOf(key), "a key that " + std::string(kind.name) + " does not have",
            "the common ones and" + std::string(kind.keys.substr(0, kind.keys.size() - 1)));
    }
}

}  // namespace

std::unique_ptr<Adapter> makeAdapter(const sluice::ConfigObject& config, const sluice::Host& host,
                                     const std::string& name) {
    std::string wanted;
    config.need("guardrail", wanted);
    std::string names;
    for (const auto& kind : kKinds) {
        if (kind.name == wanted) {
            checkKeys(config, kind);
            return kind.make(config, host, name);
        }
        names += (names.empty() ? "" : ", ") + std::string(kind.name);
    }
    sluice::ConfigObject::fail("guardrail", "another text", names);
}

}  // namespace guard_remote

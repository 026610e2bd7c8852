// What the tests of guard_remote share: every service with its configuration and its answers.
#pragma once

#include <sluice/testing/fake_host.hpp>

#include "guard.h"

namespace guard_remote::testing {

using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;
using sluice::testing::FakeRequest;

/// Eleven characters in front of the address, but twelve bytes.
inline const std::string kText = "na\u00efve mail ann@example.com";
inline const std::string kOrigin = "http://service.test";

struct Script {
    std::string name;
    std::string config;  // members
    std::string url;
    std::string allow, block;
    std::string mask, masked;  // empty: it cannot mask
    std::string second_url = {}, second = {};
};

inline std::vector<Script> everyService() {
    const std::string aws =
        R"("aws_region_name":"eu-west-1","aws_access_key_id":"AK","aws_secret_access_key":"s3cr3t")";
    const std::string base = "\"api_base\":\"" + kOrigin + "\",\"api_key\":\"s3cr3t\"";
    return {
        {"presidio",
         R"("presidio_analyzer_api_base":"http://service.test","pii_entities_config":{"US_SSN":"BLOCK","EMAIL_ADDRESS":"MASK"})",
         kOrigin + "/analyze", "[]", R"([{"entity_type":"US_SSN","start":0,"end":5,"score":0.85}])",
         R"([{"entity_type":"EMAIL_ADDRESS","start":11,"end":26,"score":1.0}])",
         "na\u00efve mail <EMAIL_ADDRESS>"},
        {"aws_comprehend",
         aws +
             R"(,"aws_comprehend_endpoint":"http://service.test","pii_entities_config":{"SSN":"BLOCK","EMAIL":"MASK"})",
         kOrigin + "/", R"({"Entities":[]})",
         R"({"Entities":[{"Type":"SSN","Score":0.99,"BeginOffset":0,"EndOffset":5}]})",
         R"({"Entities":[{"Type":"EMAIL","Score":0.99,"BeginOffset":11,"EndOffset":26}]})",
         "na\u00efve mail <EMAIL>"},
        {"bedrock",
         aws +
             R"(,"aws_bedrock_runtime_endpoint":"http://service.test","guardrailIdentifier":"abc","guardrailVersion":1)",
         kOrigin + "/guardrail/abc/version/1/apply", R"({"action":"NONE","outputs":[],"assessments":[]})",
         R"({"action":"GUARDRAIL_INTERVENED","outputs":[{"text":"no"}],"assessments":[{"contentPolicy":{"filters":[{"type":"HATE","action":"BLOCKED"}]}}]})",
         "{\"action\":\"GUARDRAIL_INTERVENED\",\"outputs\":[{\"text\":\"na\u00efve mail "
         "{EMAIL}\"}],\"assessments\":[{"
         R"("sensitiveInformationPolicy":{"piiEntities":[{"type":"EMAIL","action":"ANONYMIZED","match":"ann@example.com"}],"regexes":[]}}]})",
         "na\u00efve mail {EMAIL}"},
        {"llama_guard", base + R"(,"model":"llama-guard")", kOrigin + "/chat/completions",
         R"({"choices":[{"message":{"role":"assistant","content":"\n\nsafe"}}]})",
         R"({"choices":[{"message":{"role":"assistant","content":"unsafe\nS1,S10"}}]})", "", ""},
        {"openai_moderation", base, kOrigin + "/moderations",
         R"({"results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":0.1}}]})",
         R"({"results":[{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.9}}]})",
         "", ""},
        {"azure/text_moderations", base, kOrigin + "/contentsafety/text:analyze?api-version=2024-09-01",
         R"({"blocklistsMatch":[],"categoriesAnalysis":[{"category":"Hate","severity":0}]})",
         R"({"blocklistsMatch":[],"categoriesAnalysis":[{"category":"Hate","severity":4}]})", "", ""},
        {"azure/prompt_shield", base, kOrigin + "/contentsafety/text:shieldPrompt?api-version=2024-09-01",
         R"({"userPromptAnalysis":{"attackDetected":false},"documentsAnalysis":[]})",
         R"({"userPromptAnalysis":{"attackDetected":true},"documentsAnalysis":[]})", "", ""},
        {"lakera_v2", base, kOrigin + "/v2/guard", R"({"flagged":false,"payload":[],"breakdown":[]})",
         R"({"flagged":true,"payload":[],"breakdown":[{"detector_type":"prompt_attack","detected":true}]})",
         R"({"flagged":true,"payload":[{"start":11,"end":26,"text":"ann@example.com","detector_type":"pii/email","message_id":0}],"breakdown":[{"detector_type":"pii/email","detected":true},{"detector_type":"prompt_attack","detected":false}]})",
         "na\u00efve mail [MASKED EMAIL]"},
        {"generic_guardrail_api", base, kOrigin + "/beta/litellm_basic_guardrail_api", R"({"action":"NONE"})",
         R"({"action":"BLOCKED","blocked_reason":"not here"})",
         "{\"action\":\"GUARDRAIL_INTERVENED\",\"texts\":[\"na\u00efve mail ***\"]}", "na\u00efve mail ***"},
    };
}

inline const Script& service(std::string_view name) {
    static const auto all = everyService();
    for (const auto& one : all) {
        if (one.name == name) return one;
    }
    throw std::logic_error("no such service");
}

inline std::string configOf(const Script& script, const std::string& more = {}) {
    return "{\"guardrail\":\"" + script.name + "\"," + script.config + (more.empty() ? "" : "," + more) + "}";
}

inline std::string chat(std::string_view text, std::string_view more = {}) {
    return R"({"model":"m","messages":[{"role":"user","content":)" + sluice::jsonQuoted(text) + "}]" +
           std::string(more) + "}";
}
inline std::string answer(std::string_view text) {
    return R"({"choices":[{"message":{"role":"assistant","content":)" + sluice::jsonQuoted(text) + "}}]}";
}

}  // namespace guard_remote::testing

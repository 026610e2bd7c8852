#include "options.h"

#include <map>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

namespace cache {

using Json = nlohmann::json;

namespace {

// docs.litellm.ai/docs/proxy/caching: supported_call_types, and the routes that they mean here.
const std::map<std::string, std::string>& callTypes() {
    static const std::map<std::string, std::string> types{{"completion", "chat"},
                                                          {"acompletion", "chat"},
                                                          {"text_completion", "completions"},
                                                          {"atext_completion", "completions"},
                                                          {"embedding", "embeddings"},
                                                          {"aembedding", "embeddings"},
                                                          {"rerank", "rerank"},
                                                          {"arerank", "rerank"},
                                                          {"responses", "responses"},
                                                          {"aresponses", "responses"},
                                                          {"anthropic_messages", "messages"},
                                                          {"moderation", "moderations"},
                                                          {"amoderation", "moderations"},
                                                          {"transcription", "audio_transcriptions"},
                                                          {"atranscription", "audio_transcriptions"}};
    return types;
}

Share shareOf(const std::string& word) {
    static const std::map<std::string, Share> words{{"tenant", Share::Tenant},
                                                    {"key", Share::Key},
                                                    {"user", Share::User},
                                                    {"team", Share::Team},
                                                    {"organization", Share::Organization},
                                                    {"all", Share::All}};
    return words.at(word);  // the schema lets nothing else through
}

// Seconds, as a number or, as LiteLLM has it, also as a text.
int64_t millis(const Json& config, const char* key, int64_t otherwise) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) return otherwise;
    double seconds = -1;
    if (found->is_number()) seconds = found->get<double>();
    if (found->is_string()) seconds = std::strtod(found->get<std::string>().c_str(), nullptr);
    if (!(seconds > 0 && seconds <= 366.0 * 86400))
        throw sluice::ConfigError(std::string(key) + ": found " + found->dump() +
                                  "; allowed: seconds, more than 0, at most a year");
    return static_cast<int64_t>(seconds * 1000);
}

std::vector<std::string> routesOf(const Json& config) {
    const auto given = config.find("supported_call_types");
    if (given == config.end() || given->is_null())
        return {"chat",      "completions", "embeddings",          "rerank",
                "responses", "messages",    "audio_transcriptions"};
    std::vector<std::string> routes;
    for (const auto& type : *given) {
        const auto name = type.get<std::string>();
        const auto found = callTypes().find(name);
        if (found != callTypes().end()) {
            routes.push_back(found->second);
        } else {
            throw sluice::ConfigError(
                "supported_call_types: found \"" + name +
                "\"; allowed: completion, text_completion, embedding, rerank, responses, "
                "anthropic_messages, transcription, moderation, with or without a leading a");
        }
    }
    return routes;
}

}  // namespace

Options Options::read(Json config) {
    // What stands in cache_params and belongs to a backend is that plugin's to read.
    if (const Json params = config.value("params", Json()); params.is_object()) {
        for (const auto& [key, value] : params.items()) {
            if (!value.is_null() && !config.contains(key)) config[key] = value;
        }
    }
    Options o;
    o.enabled = config.value("enabled", true);
    o.default_on = config.value("mode", "default_on") != "default_off";
    const auto share = config.value("share", "tenant");
    if (share != "tenant") o.share = shareOf(share);
    o.name_space = config.value("namespace", "");
    o.ttl_ms = millis(config, "ttl", o.ttl_ms);
    o.upper_ttl_ms = millis(config, "upper_ttl", o.upper_ttl_ms);
    if (config.contains("wait_ms")) o.wait_ms = config["wait_ms"].get<uint32_t>();
    o.max_entry_bytes = config.value("max_entry_bytes", o.max_entry_bytes);
    o.single_flight = config.value("single_flight", true);
    o.store_fallbacks = config.value("store_fallbacks", false);
    o.embedding_items = config.value("embedding_items", true);
    o.store = config.value("store", "");
    if (const Json value = config.value("similarity_threshold", Json()); value.is_number())
        o.threshold = value.get<double>();
    if (config.contains("semantic_mode")) o.shadow = config["semantic_mode"] == "shadow";
    o.routes = routesOf(config);
    o.backends = config.value("backends", std::vector<std::string>());
    return o;
}

}  // namespace cache

#include "gen_ai.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "attribute_text.h"

namespace measures {

using exporters::Node;

namespace {

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array<double, 14> kTokens{1,     4,     16,     64,      256,     1024,     4096,
                                         16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
constexpr std::array<double, 14> kSeconds{0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                          1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
constexpr std::array<double, 16> kFirst{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                        0.25,  0.5,   0.75, 1.0,  2.5,  5.0,  7.5,  10.0};
constexpr std::array<double, 13> kEach{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,
                                       0.3,  0.4,   0.5,  0.75,  1.0, 2.5};

constexpr std::array<Instrument, 6> kInstruments{{
    {"gen_ai.client.token.usage", "{token}", "Number of input and output tokens used", kTokens},
    {"gen_ai.client.operation.duration", "s", "GenAI operation duration", kSeconds},
    {"gen_ai.server.request.duration", "s", "Time that a deployment took for an attempt", kSeconds},
    {"gen_ai.server.time_to_first_token", "s", "Time to the first token of streams", kFirst},
    {"gen_ai.server.time_per_output_token", "s", "Time per output token after the first one", kEach},
    {"sluice.cost", "USD", "What requests have cost", {}},
}};

// Call types are LiteLLM's (core's table of routes has them all); what is missing here is a chat.
constexpr std::array<Words, 8> kOperations{{{"aembedding", "embeddings"},
                                            {"atext_completion", "text_completion"},
                                            {"aimage_generation", "generate_content"},
                                            {"aspeech", "speech"},
                                            {"atranscription", "transcription"},
                                            {"amoderation", "moderation"},
                                            {"arerank", "rerank"},
                                            {"acount_tokens", "count_tokens"}}};

constexpr std::array<Words, 11> kProviders{{{"azure", "azure.ai.openai"},
                                            {"azure_ai", "azure.ai.inference"},
                                            {"bedrock", "aws.bedrock"},
                                            {"cohere_chat", "cohere"},
                                            {"gemini", "gcp.gemini"},
                                            {"mistral", "mistral_ai"},
                                            {"text-completion-openai", "openai"},
                                            {"vertex_ai", "gcp.vertex_ai"},
                                            {"vertex_ai_beta", "gcp.vertex_ai"},
                                            {"watsonx", "ibm.watsonx.ai"},
                                            {"xai", "x_ai"}}};

template <size_t N>
std::string_view wordFor(const std::array<Words, N>& words, std::string_view name,
                         std::string_view otherwise) {
    for (const auto& [from, to] : words) {
        if (from == name) return to;
    }
    return otherwise;
}

// server.address and server.port of http[s]://HOST[:PORT]/…
void addServer(AttributeText& to, std::string_view url) {
    const size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return;
    int port = url.substr(0, scheme) == "http" ? 80 : 443;
    url.remove_prefix(scheme + 3);
    std::string_view host = url.substr(0, url.find_first_of("/?#"));
    host.remove_prefix(host.rfind('@') + 1);  // npos + 1 is 0
    const size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
        (void)std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
        host = host.substr(0, colon);
    }
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    if (host.empty()) return;
    to.text("server.address", host);
    to.integer("server.port", port);
}

class Measuring {
public:
    Measuring(const Node& record, const std::vector<std::string>& more) : record_(record), more_(more) {}

    std::vector<Measurement> all() {
        const AttributeText whole = attributesOf(record_["custom_llm_provider"].text());
        addTime(kOperationDuration, "startTime", "endTime", 1, whole.with("error.type", genAiError(record_)));
        addTokens(whole);
        addAttempts();
        addStream(whole);
        if (const double cost = record_["response_cost"].real(); cost > 0) add(kCost, cost, whole.str());
        return std::move(all_);
    }

private:
    void add(size_t instrument, double value, std::string attributes) {
        all_.push_back({instrument, value, std::move(attributes)});
    }

    // Of moments that are there. They come from two clocks, in milliseconds: the earlier one may be later by
    // one.
    void addTime(size_t instrument, const char* from, const char* to, int64_t parts, std::string attributes) {
        const Node begin = record_[from];
        const Node end = record_[to];
        if (!begin.number() || !end.number()) return;
        add(instrument, std::max(0.0, end.real() - begin.real()) / static_cast<double>(parts),
            std::move(attributes));
    }

    AttributeText attributesOf(std::string_view provider, bool answered = true) const {
        AttributeText to;
        to.text("gen_ai.operation.name", genAiOperation(record_["call_type"].text()));
        to.text("gen_ai.provider.name", provider.empty() ? "unknown" : genAiProvider(provider));
        // Of a model that nobody has served the name is anything that a client says.
        const bool served = record_["model_id"].there();
        if (served || record_["cache_hit"].boolean())
            to.text("gen_ai.request.model", record_["requested_model"].text());
        if (answered && served) {
            to.text("gen_ai.response.model", record_["model"].text());
            addServer(to, record_["api_base"].text());
        }
        const Node who = record_["metadata"];
        for (const auto& name : more_) {
            if (name == "stream")
                to.text("metadata.stream", record_["stream"].boolean() ? "true" : "false");
            else
                to.text("metadata." + name,
                        (name.rfind("user_api_key", 0) == 0 ? who[name] : record_[name]).text());
        }
        return to;
    }

    void addTokens(const AttributeText& whole) {
        if (record_["cache_hit"].boolean()) return;
        for (const auto& [member, type] :
             {Words{"prompt_tokens", "input"}, Words{"completion_tokens", "output"}}) {
            const int64_t tokens = record_[member].integer();
            if (tokens > 0)
                add(kTokenUsage, static_cast<double>(tokens), whole.with("gen_ai.token.type", type));
        }
    }

    void addAttempts() {
        const Node attempts = record_["attempt_information"];
        size_t left = attempts.size();
        attempts.each([&](const Node& one) {
            // The record names model and address of the last one.
            const AttributeText at = attributesOf(one["custom_llm_provider"].text(), --left == 0);
            add(kServerDuration, one["duration"].real(), at.with("error.type", one["error_class"].text()));
        });
    }

    void addStream(const AttributeText& whole) {
        const bool fine = record_["outcome"].text() == "success" && !record_["cache_hit"].boolean();
        if (!fine || !record_["stream"].boolean()) return;
        addTime(kFirstToken, "startTime", "completionStartTime", 1, whole.str());
        const int64_t after = record_["completion_tokens"].integer() - 1;
        if (after > 0) addTime(kPerToken, "completionStartTime", "endTime", after, whole.str());
    }

    const Node& record_;
    const std::vector<std::string>& more_;
    std::vector<Measurement> all_;
};

}  // namespace

std::span<const Instrument> genAiInstruments() { return kInstruments; }

std::string_view genAiOperation(std::string_view call_type) {
    return wordFor(kOperations, call_type, "chat");
}

std::string_view genAiProvider(std::string_view provider) { return wordFor(kProviders, provider, provider); }

std::string_view genAiError(const Node& record) {
    const auto outcome = record["outcome"].text();
    if (outcome == "success") return {};
    const auto kind = record["error_information"]["error_class"].text();
    return !kind.empty() ? kind : !outcome.empty() ? outcome : "_OTHER";
}

std::vector<Measurement> genAiMeasurements(const Node& record, const std::vector<std::string>& more) {
    return Measuring(record, more).all();
}

}  // namespace measures

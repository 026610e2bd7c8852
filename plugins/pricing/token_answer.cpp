#include "token_answer.h"

#include <atomic>

#include <nlohmann/json.hpp>

#include "token_count.h"

namespace pricing {
namespace {

using Json = nlohmann::json;

struct Model {
    std::string used;  // as the provider names it
    ModelEncoding encoding;
};

Model modelOf(const std::string& requested, const std::map<std::string, std::string>& tokenizers,
              const Deployments& deployments) {
    Model model{requested, {}};
    if (const auto known = deployments.ofModel(requested); !known.empty()) {
        const std::string& base = known.front().deployment->base_model;
        model.used = base.empty() ? known.front().model : base;
    }
    const auto named = tokenizers.find(requested);
    model.encoding = named == tokenizers.end() ? encodingOf(model.used) : ModelEncoding{named->second, true};
    return model;
}

bool has(const Json& body, const char* name) { return body.contains(name) && !body[name].is_null(); }

}  // namespace

void warmUp() {
    for (const char* name : {"cl100k_base", "o200k_base"}) (void)Encoding::named(name);
}

size_t messageTokens(const Json& messages, const std::string& model,
                     const std::map<std::string, std::string>& tokenizers, const Deployments& deployments) {
    const ModelEncoding encoding = modelOf(model, tokenizers, deployments).encoding;
    TokenCount count(Encoding::named(encoding.name), encoding.exact);
    count.messages(messages);
    return count.tokens();
}

TokenAnswer tokenAnswer(std::string_view body, const std::map<std::string, std::string>& tokenizers,
                        const Deployments& deployments) {
    const Json request = Json::parse(body, nullptr, false);
    if (!request.is_object()) return {"", "the body is no JSON object", ""};
    if (!has(request, "model") || !request["model"].is_string()) return {"", "model must be provided", ""};
    if (!has(request, "prompt") && !has(request, "messages") && !has(request, "contents"))
        return {"", "prompt or messages or contents must be provided", ""};
    if (has(request, "messages") && !request["messages"].is_array())
        return {"", "messages must be a list", ""};

    const auto requested = request["model"].get<std::string>();
    const Model model = modelOf(requested, tokenizers, deployments);
    const Encoding* encoding = Encoding::named(model.encoding.name);
    TokenCount count(encoding, model.encoding.exact);
    if (has(request, "prompt")) {
        count.prompt(request["prompt"]);
    } else if (has(request, "messages")) {
        count.messages(request["messages"]);
        if (has(request, "system")) count.prompt(request["system"]);
    } else {
        count.contents(request["contents"]);
    }
    if (has(request, "tools")) count.json(request["tools"]);

    TokenAnswer answer;
    static std::atomic<bool> told{false};
    if (!encoding && !told.exchange(true))
        answer.warning = "built without vocabularies: tokens are estimated at four bytes each";
    const Json json{
        {"total_tokens", count.tokens()}, {"request_model", requested},
        {"model_used", model.used},       {"tokenizer_type", encoding ? "openai_tokenizer" : "estimate"},
        {"original_response", nullptr},   {"error", false},
        {"error_message", nullptr},       {"status_code", nullptr},
        {"estimated", count.estimated()}};
    answer.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
}

}  // namespace pricing

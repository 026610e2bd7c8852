#include "semantic/embedder.h"

#include <nlohmann/json.hpp>
#include <sluice/json_depth.hpp>

#include "semantic/local_embedding.h"

namespace cache {

using Json = nlohmann::json;

std::optional<std::vector<float>> Embedder::embed(const sluice::Request& request, std::string_view text) {
    if (options_.model == "local") {
        auto vector = localEmbedding(text);
        if (!normalise(vector)) return std::nullopt;
        return vector;
    }
    auto vector = ask(request, text);
    if (!vector && !away_.exchange(true))
        host_.warn("semantic cache: the embedding model " + options_.model +
                   " gives no vectors; requests go on without them");
    if (vector && away_.exchange(false)) host_.info("semantic cache: the embedding model answers again");
    return vector;
}

// platform.openai.com/docs/api-reference/embeddings/create
std::optional<std::vector<float>> Embedder::ask(const sluice::Request& request, std::string_view text) {
    const std::string url = options_.api_base + "/embeddings", key = "Bearer " + options_.api_key;
    const std::string body =
        Json{{"model", options_.model}, {"input", text}}.dump(-1, ' ', false, Json::error_handler_t::replace);
    sluice::HttpCall call{url};
    call.headers = {{"content-type", "application/json"}};
    if (!options_.api_key.empty()) call.headers.push_back({"authorization", key});
    call.body = body;
    call.timeout_ms = options_.timeout_ms;
    const auto answer = request.http(host_, call);
    if (!answer.ok() || sluice::nestedBeyond(answer.body, 16)) return std::nullopt;
    const Json said = Json::parse(answer.body, nullptr, false);
    if (!said.is_object() || !said.contains("data") || !said["data"].is_array() || said["data"].empty())
        return std::nullopt;
    const Json numbers = said["data"][0].is_object() ? said["data"][0].value("embedding", Json()) : Json();
    std::vector<float> vector;
    if (!numbers.is_array() || numbers.size() > 8192) return std::nullopt;
    for (const auto& number : numbers) {
        if (!number.is_number()) return std::nullopt;
        vector.push_back(number.get<float>());
    }
    if (!normalise(vector)) return std::nullopt;
    return vector;
}

}  // namespace cache

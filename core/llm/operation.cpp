#include "llm/operation.h"

#include <array>

#include "base/text.h"

namespace sluice::llm {
namespace {

using enum Operation;
using enum Dialect;
using enum BodyKind;

// The routes. Sources: platform.openai.com/docs/api-reference, docs.anthropic.com/en/api,
// docs.litellm.ai/docs/proxy.
constexpr std::array<OperationInfo, kOperations> kTable{{
    {Chat, "chat", "acompletion", OpenAI, Json, "POST", "/chat/completions", true},
    {Completions, "completions", "atext_completion", OpenAI, Json, "POST", "/completions", true},
    {Embeddings, "embeddings", "aembedding", OpenAI, Json, "POST", "/embeddings", true},
    {Responses, "responses", "aresponses", OpenAIResponses, Json, "POST", "/responses", true},
    {Messages, "messages", "anthropic_messages", Anthropic, Json, "POST", "/messages", true},
    {CountTokens, "count_tokens", "acount_tokens", Anthropic, Json, "POST", "/messages/count_tokens", true},
    {ImagesGenerations, "images_generations", "aimage_generation", OpenAI, Json, "POST",
     "/images/generations", true},
    {AudioSpeech, "audio_speech", "aspeech", OpenAI, Json, "POST", "/audio/speech", true},
    {AudioTranscriptions, "audio_transcriptions", "atranscription", OpenAI, Multipart, "POST",
     "/audio/transcriptions", true},
    {Moderations, "moderations", "amoderation", OpenAI, Json, "POST", "/moderations", true},
    {Rerank, "rerank", "arerank", OpenAI, Json, "POST", "/rerank", true},
    {Models, "models", "models", OpenAI, None, "GET", "/models", true},
    {Model, "model", "model", OpenAI, None, "GET", "/models/", true},
    {ModelInfo, "model_info", "model_info", OpenAI, None, "GET", "/model/info", true},
    {Health, "health", "health", OpenAI, None, "GET", "", true},
    {HealthLiveliness, "health_liveliness", "health", OpenAI, None, "GET", "", false},
    {HealthReadiness, "health_readiness", "health", OpenAI, None, "GET", "", false},
    {Endpoint, "endpoint", "endpoint", OpenAI, None, "POST", "", true},
}};

bool isModelForm(Operation operation) { return isForwarded(operation); }

// The operation whose tail is exactly `tail`.
std::optional<Operation> byTail(std::string_view tail) {
    for (const auto& row : kTable) {
        if (!row.tail.empty() && row.operation != Model && row.tail == tail) return row.operation;
    }
    return std::nullopt;
}

bool strip(std::string_view& path, std::string_view prefix) {
    if (path.substr(0, prefix.size()) != prefix) return false;
    path.remove_prefix(prefix.size());
    return true;
}

std::optional<Operation> health(std::string_view path) {
    if (path == "/health/liveliness" || path == "/health/liveness") return HealthLiveliness;
    if (path == "/health/readiness") return HealthReadiness;
    if (path == "/health") return Health;
    return std::nullopt;
}

// /engines/{model}/chat/completions: the model may hold slashes, so the tail decides where it ends.
std::optional<Operation> modelForm(std::string_view path, std::string& model) {
    if (!strip(path, "/engines/") && !strip(path, "/openai/deployments/") && !strip(path, "/v1/engines/"))
        return std::nullopt;
    const OperationInfo* best = nullptr;
    for (const auto& row : kTable) {
        if (!isModelForm(row.operation) || path.size() < row.tail.size()) continue;
        if (path.substr(path.size() - row.tail.size()) != row.tail) continue;
        if (!best || row.tail.size() > best->tail.size()) best = &row;
    }
    if (!best || path.size() == best->tail.size()) return std::nullopt;  // no model is no route
    model = percentDecoded(path.substr(0, path.size() - best->tail.size()));
    return best->operation;
}

std::optional<Operation> plainForm(std::string_view path, std::string& model) {
    if (path == "/v2/rerank") return Rerank;
    if (path == "/queue/chat/completions" || path == "/cursor/chat/completions") return Chat;
    if (!strip(path, "/openai/v1/") && !strip(path, "/v1/") && !strip(path, "/cursor/")) strip(path, "/");
    const std::string tail = "/" + std::string(path);
    if (auto found = byTail(tail)) return found;
    std::string_view rest = path;
    if (strip(rest, "models/") && !rest.empty()) {
        model = percentDecoded(rest);
        return Model;
    }
    return std::nullopt;
}

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = base::lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

const OperationInfo& info(Operation operation) { return kTable[static_cast<size_t>(operation)]; }

std::optional<Operation> operationNamed(std::string_view name) {
    for (const auto& row : kTable) {
        if (row.name == name) return row.operation;
    }
    return std::nullopt;
}

RouteMatch matchRoute(std::string_view method, std::string_view path) {
    RouteMatch match;
    auto found = health(path);
    if (!found) found = modelForm(path, match.model);
    if (!found) found = plainForm(path, match.model);
    if (!found) return match;
    match.operation = *found;
    const std::string_view wanted = info(*found).method;
    const bool fits = method == wanted || (wanted == "GET" && method == "HEAD");
    match.kind = fits ? RouteMatch::Kind::Found : RouteMatch::Kind::WrongMethod;
    return match;
}

std::string percentDecoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace sluice::llm

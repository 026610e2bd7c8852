// What a request is about: the routes of the API families, and which dialect each speaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::llm {

enum class Operation : uint8_t {
    Chat,
    Completions,
    Embeddings,
    Responses,
    Messages,
    CountTokens,
    ImagesGenerations,
    AudioSpeech,
    AudioTranscriptions,
    Moderations,
    Rerank,
    // answered by the gateway itself:
    Models,
    Model,
    ModelInfo,
    Health,
    HealthLiveliness,
    HealthReadiness,
    Endpoint,  // a route of a plugin
};
inline constexpr size_t kOperations = 18;

/// Shape of bodies, streams and errors.
enum class Dialect : uint8_t { OpenAI, OpenAIResponses, Anthropic };

enum class BodyKind : uint8_t { None, Json, Multipart };

struct OperationInfo {
    Operation operation;
    std::string_view name;       // in configs, records and the plugin ABI: "chat"
    std::string_view call_type;  // LiteLLM's name for it in records: "acompletion"
    Dialect dialect;
    BodyKind body;
    std::string_view method;  // "POST"; GET routes also answer HEAD
    std::string_view tail;    // path behind its prefix: "/chat/completions"
    bool needs_auth;
};

const OperationInfo& info(Operation operation);
std::optional<Operation> operationNamed(std::string_view name);

/// True for the operations that go to an upstream.
inline bool isForwarded(Operation operation) { return operation < Operation::Models; }

struct RouteMatch {
    enum class Kind { Found, WrongMethod, Unknown } kind = Kind::Unknown;
    Operation operation = Operation::Chat;
    std::string model;  // from /engines/{model}/… and the like; else empty
};

/// Finds the route of a request. Accepts each path with and without /v1, below /openai/v1, and, where a model
/// is meant, below /engines/{model} and /openai/deployments/{model}. WrongMethod: the path exists, with
/// info(operation).method.
RouteMatch matchRoute(std::string_view method, std::string_view path);

/// %XX decoded; the text itself if that is malformed.
std::string percentDecoded(std::string_view text);

}  // namespace sluice::llm

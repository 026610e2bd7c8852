// The routes that OpenAI's API has, by the gateway's names for them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace provider_openai {

enum class Route {
    Chat,
    Completions,
    Embeddings,
    Responses,
    ImagesGenerations,
    AudioSpeech,
    AudioTranscriptions,
    Moderations,
    Rerank,
};
inline constexpr size_t kRoutes = 9;

struct RouteInfo {
    Route route;
    std::string_view name;  // Request::route()
    std::string_view tail;  // behind the base URL
    bool azure;             // does Azure OpenAI have it?
};

/// platform.openai.com/docs/api-reference; rerank is Cohere's, at this path with vLLM, Together and others.
inline constexpr std::array<RouteInfo, kRoutes> kRouteTable{{
    {Route::Chat, "chat", "/chat/completions", true},
    {Route::Completions, "completions", "/completions", true},
    {Route::Embeddings, "embeddings", "/embeddings", true},
    {Route::Responses, "responses", "/responses", true},
    {Route::ImagesGenerations, "images_generations", "/images/generations", true},
    {Route::AudioSpeech, "audio_speech", "/audio/speech", true},
    {Route::AudioTranscriptions, "audio_transcriptions", "/audio/transcriptions", true},
    {Route::Moderations, "moderations", "/moderations", false},
    {Route::Rerank, "rerank", "/rerank", false},
}};

constexpr const RouteInfo& info(Route route) { return kRouteTable[static_cast<size_t>(route)]; }

/// Nothing for the routes of other dialects.
std::optional<Route> routeNamed(std::string_view name);

}  // namespace provider_openai

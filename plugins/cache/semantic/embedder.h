// Texts as vectors: by an embedding model over OpenAI's API, the gateway's own for instance, or locally.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

namespace cache {

struct EmbedderOptions {
    std::string model = "local";  // or the name of a model at api_base
    std::string api_base;         // "http://127.0.0.1:4000/v1"
    std::string api_key;
    uint32_t timeout_ms = 1000;
};

class Embedder {
public:
    Embedder(sluice::Host host, EmbedderOptions options) : host_(host), options_(std::move(options)) {}

    /// Of length 1. Nothing if the model does not answer in time, or with no vector: that is logged when it
    /// begins and when it ends. [loop] [may-wait]
    std::optional<std::vector<float>> embed(const sluice::Request& request, std::string_view text);

private:
    std::optional<std::vector<float>> ask(const sluice::Request& request, std::string_view text);

    const sluice::Host host_;
    const EmbedderOptions options_;
    std::atomic<bool> away_{false};
};

}  // namespace cache

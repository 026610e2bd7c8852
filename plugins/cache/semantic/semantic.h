// The semantic cache: an answer to a question that is nearly the same. Off unless it is configured. What is
// not the question itself has to be equal (question.h), and the nearest question has to be near enough. In
// shadow it only says what would have been answered, and writes samples of it for somebody to judge.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "semantic/embedder.h"
#include "semantic/journal.h"
#include "semantic/qdrant.h"
#include "semantic/question.h"
#include "semantic/redis_index.h"
#include "semantic/vectors.h"

namespace cache {

struct SemanticOptions {
    bool on = false;
    bool shadow = false;
    double threshold = 0.9;
    size_t entries_max = 10'000;
    EmbedderOptions embedder;
    QdrantOptions qdrant;
    RedisIndexOptions redis;
    std::string journal;  // a file; empty: none
    std::string samples;  // a file; empty: none
    double sample_rate = 1;

    /// From the plugin's configuration: its member `semantic`, or LiteLLM's keys in `params`. Throws
    /// ConfigError.
    static SemanticOptions read(std::string_view json, const sluice::Host& host);
};

class Semantic {
public:
    /// One request's question on its way.
    struct Asking {
        Question question;
        std::vector<float> vector;
        std::optional<Neighbour> nearest;
        std::string shadow_answer;  // what the cache would have answered
    };

    Semantic(sluice::Host host, SemanticOptions options);
    const SemanticOptions& options() const { return options_; }

    /// Nothing if it asks nothing that can be compared. `search`: false for one whose answer shall be fresh,
    /// and takes its place in the index all the same. [loop] [may-wait]
    std::unique_ptr<Asking> ask(const sluice::Request& request, const Asked& asked, int64_t now_ms,
                                bool search);
    /// `threshold`: in place of the one of the options.
    bool isNear(const Asking& asking, std::optional<double> threshold = {}) const;
    /// The answer has gone from where it was kept. [any]
    void forget(const Asking& asking);
    void clear();
    /// The answer to it is kept under `key` now. [any]
    void keep(const Asking& asking, const std::string& key, int64_t expires_ms);
    /// A question that would have been answered, and what was answered in fact. [any]
    void sample(const Asking& asking, std::string_view fresh);
    /// Anything for flush() to do, ever? It needs on_complete.
    bool flushes() const {
        return !options_.qdrant.api_base.empty() || journal_ || !options_.samples.empty();
    }
    /// What is to be written or sent. [offload]
    void flush();
    /// Where the index is, and how it is there. [any]
    nlohmann::json status() const;

private:
    std::optional<Neighbour> nearest(const sluice::Request& request, const Asking& asking, int64_t now_ms);

    const sluice::Host host_;
    const SemanticOptions options_;
    Embedder embedder_;
    Vectors vectors_;
    Qdrant qdrant_;
    std::unique_ptr<RedisIndex> redis_;  // null: in memory or in Qdrant
    std::unique_ptr<Journal> journal_;
    std::mutex mutex_;
    std::vector<Answered> unwritten_;
    std::string samples_;
};

}  // namespace cache

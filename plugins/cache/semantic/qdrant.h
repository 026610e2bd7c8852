// The same index in Qdrant, over HTTP, for several gateways. Source: qdrant.tech/documentation and its API
// reference (PUT /collections/{name}, PUT …/points, POST …/points/search, POST …/points/delete).
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "semantic/vectors.h"

namespace cache {

struct QdrantOptions {
    std::string api_base;  // "http://127.0.0.1:6333"; empty: not used
    std::string api_key;
    std::string collection = "sluice_cache";
    uint32_t timeout_ms = 200;
};

class Qdrant {
public:
    Qdrant(sluice::Host host, QdrantOptions options) : host_(host), options_(std::move(options)) {}

    /// [loop] [may-wait]
    std::optional<Neighbour> nearest(const sluice::Request& request, const std::string& scope,
                                     const std::vector<float>& vector, int64_t now_ms);
    /// Is sent by the next flush(); dropped if too many wait. [any]
    void add(Answered answered);
    /// Sends what waits, one list of points a call. [offload]
    void flush();

private:
    sluice::HttpCall call(const std::string& url, std::string_view method, const std::string& body) const;
    bool makeCollection(size_t dimensions);
    void note(bool fine, const std::string& what);

    const sluice::Host host_;
    const QdrantOptions options_;
    std::mutex mutex_;
    std::deque<Answered> waiting_;
    bool ready_ = false, away_ = false;
    std::mutex flushing_;
};

}  // namespace cache

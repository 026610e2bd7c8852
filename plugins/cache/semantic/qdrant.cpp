#include "semantic/qdrant.h"

#include <sluice/json_depth.hpp>

#include "request_key.h"

namespace cache {

using Json = nlohmann::json;

namespace {

constexpr size_t kWaitingMax = 10'000;
constexpr size_t kBatch = 64;

// Points are named by UUIDs: one for each scope and key, so that the same answer is one point.
std::string pointId(const Answered& one) {
    const auto hex = keyOf({"qdrant", one.scope, one.key, "", "{}"}).value_or(std::string(64, '0'));
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-a" + hex.substr(17, 3) +
           "-" + hex.substr(20, 12);
}

}  // namespace

sluice::HttpCall Qdrant::call(const std::string& url, std::string_view method,
                              const std::string& body) const {
    sluice::HttpCall call{url, method};
    call.headers = {{"content-type", "application/json"}};
    if (!options_.api_key.empty()) call.headers.push_back({"api-key", options_.api_key});
    call.body = body;
    call.timeout_ms = options_.timeout_ms;
    return call;
}

void Qdrant::note(bool fine, const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (fine != away_) return;
    away_ = !fine;
    fine ? host_.info("semantic cache: Qdrant answers again")
         : host_.warn("semantic cache: Qdrant: " + what + "; requests go on without it");
}

std::optional<Neighbour> Qdrant::nearest(const sluice::Request& request, const std::string& scope,
                                         const std::vector<float>& vector, int64_t now_ms) {
    const Json filter{{"must", Json::array({{{"key", "scope"}, {"match", {{"value", scope}}}},
                                            {{"key", "expires_ms"}, {"range", {{"gt", now_ms}}}}})}};
    const std::string body =
        Json{{"vector", vector}, {"limit", 1}, {"with_payload", true}, {"filter", filter}}.dump();
    const std::string url = options_.api_base + "/collections/" + options_.collection + "/points/search";
    const auto answer = request.http(host_, call(url, "POST", body));
    if (answer.error == SLUICE_OK && answer.status == 404) return std::nullopt;  // nothing has been kept yet
    note(answer.ok(), "search: status " + std::to_string(answer.status));
    if (!answer.ok() || sluice::nestedBeyond(answer.body, 16)) return std::nullopt;
    const Json said = Json::parse(answer.body, nullptr, false);
    if (!said.is_object() || !said.contains("result") || !said["result"].is_array() || said["result"].empty())
        return std::nullopt;
    const Json& point = said["result"][0];
    if (!point.is_object() || !point.contains("payload") || !point["payload"].is_object() ||
        !point.value("score", Json()).is_number())
        return std::nullopt;
    const Json& payload = point["payload"];
    const auto text = [&](const char* name) {
        return payload.contains(name) && payload[name].is_string() ? payload[name].get<std::string>()
                                                                   : std::string();
    };
    // The filter says so already; whose answers these are is not left to another server alone.
    if (text("scope") != scope || text("key").empty()) return std::nullopt;
    return Neighbour{text("key"), text("text"), point["score"].get<float>()};
}

void Qdrant::add(Answered answered) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kWaitingMax) waiting_.push_back(std::move(answered));
}

bool Qdrant::makeCollection(size_t dimensions) {
    const std::string url = options_.api_base + "/collections/" + options_.collection;
    const std::string body = Json{{"vectors", {{"size", dimensions}, {"distance", "Cosine"}}}}.dump();
    const auto answer = host_.http(call(url, "PUT", body));
    return answer.ok() || (answer.error == SLUICE_OK &&
                           (answer.status == 409 || answer.status == 400));  // it is there already
}

void Qdrant::flush() {
    const std::unique_lock one_at_a_time(flushing_, std::try_to_lock);
    if (!one_at_a_time) return;
    for (;;) {
        std::vector<Answered> batch;
        {
            const std::lock_guard lock(mutex_);
            while (!waiting_.empty() && batch.size() < kBatch) {
                batch.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        if (batch.empty()) return;
        if (!ready_) ready_ = makeCollection(batch.front().vector.size());
        Json points = Json::array();
        for (const auto& one : batch)
            points.push_back({{"id", pointId(one)},
                              {"vector", one.vector},
                              {"payload",
                               {{"scope", one.scope},
                                {"key", one.key},
                                {"text", one.text},
                                {"expires_ms", one.expires_ms}}}});
        const std::string body =
            Json{{"points", std::move(points)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
        const std::string url =
            options_.api_base + "/collections/" + options_.collection + "/points?wait=true";
        const auto answer = host_.http(call(url, "PUT", body));
        note(answer.ok(), "upsert: status " + std::to_string(answer.status));
        if (!answer.ok()) {
            ready_ = false;
            return;
        }
    }
}

}  // namespace cache

#include "semantic/semantic.h"

#include <chrono>
#include <fstream>

#include <nlohmann/json.hpp>

namespace cache {

using Json = nlohmann::json;

namespace {

constexpr size_t kSamplesMax = 4 << 20;  // that wait to be written
constexpr size_t kUnwrittenMax = 10'000;

int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Semantic::Semantic(sluice::Host host, SemanticOptions options)
    : host_(host),
      options_(std::move(options)),
      embedder_(host, options_.embedder),
      vectors_(options_.entries_max),
      qdrant_(host, options_.qdrant) {
    if (options_.redis.on) try {
            redis_ = std::make_unique<RedisIndex>(host, options_.redis);
        } catch (const std::exception& e) {
            throw sluice::ConfigError(std::string("semantic.redis: ") + e.what());
        }
    if (options_.journal.empty()) return;
    try {
        journal_ = std::make_unique<Journal>(options_.journal);
    } catch (const std::exception& e) {
        throw sluice::ConfigError(std::string("semantic.index_path: ") + e.what());
    }
    for (auto& one : journal_->load(nowMs())) vectors_.add(std::move(one));
}

std::unique_ptr<Semantic::Asking> Semantic::ask(const sluice::Request& request, const Asked& asked,
                                                int64_t now_ms, bool search) {
    auto question = questionOf(asked);
    if (!question) return nullptr;
    auto vector = embedder_.embed(request, question->text);
    if (!vector) return nullptr;
    auto asking = std::make_unique<Asking>();
    asking->question = std::move(*question);
    asking->vector = std::move(*vector);
    if (search) asking->nearest = nearest(request, *asking, now_ms);
    return asking;
}

std::optional<Neighbour> Semantic::nearest(const sluice::Request& request, const Asking& asking,
                                           int64_t now_ms) {
    const auto& scope = asking.question.scope;
    if (redis_) return redis_->nearest(request.raw(), scope, asking.vector, now_ms);
    if (!options_.qdrant.api_base.empty()) return qdrant_.nearest(request, scope, asking.vector, now_ms);
    return vectors_.nearest(scope, asking.vector, now_ms);
}

bool Semantic::isNear(const Asking& asking, std::optional<double> threshold) const {
    return asking.nearest &&
           asking.nearest->similarity >= static_cast<float>(threshold.value_or(options_.threshold));
}

void Semantic::forget(const Asking& asking) {
    const auto &scope = asking.question.scope, &key = asking.nearest->key;
    redis_ ? redis_->remove(scope, key) : vectors_.remove(scope, key);
}

void Semantic::clear() { redis_ ? redis_->clear() : vectors_.clear(); }

Json Semantic::status() const {
    if (redis_) return redis_->status();
    if (!options_.qdrant.api_base.empty()) return {{"index", "qdrant"}, {"name", options_.qdrant.collection}};
    return {{"index", "memory"}, {"entries", vectors_.size()}};
}

void Semantic::keep(const Asking& asking, const std::string& key, int64_t expires_ms) {
    Answered one{asking.question.scope, key,
                 options_.samples.empty() ? "" : asking.question.text.substr(0, 4096), asking.vector,
                 expires_ms};
    if (redis_) return redis_->add(one, nowMs());
    if (!options_.qdrant.api_base.empty()) return qdrant_.add(std::move(one));
    if (journal_) {
        const std::lock_guard lock(mutex_);
        if (unwritten_.size() < kUnwrittenMax) unwritten_.push_back(one);
    }
    vectors_.add(std::move(one));
}

void Semantic::sample(const Asking& asking, std::string_view fresh) {
    if (options_.samples.empty() || asking.shadow_answer.empty()) return;
    if (static_cast<double>(host_.random() >> 11) * 0x1p-53 >= options_.sample_rate) return;
    const Json row{{"similarity", asking.nearest->similarity},
                   {"question", asking.question.text},
                   {"other_question", asking.nearest->text},
                   {"kept_answer", asking.shadow_answer},
                   {"fresh_answer", fresh}};
    const std::lock_guard lock(mutex_);
    if (samples_.size() < kSamplesMax)
        samples_ += row.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void Semantic::flush() {
    std::vector<Answered> unwritten;
    std::string samples;
    {
        const std::lock_guard lock(mutex_);
        unwritten.swap(unwritten_);
        samples.swap(samples_);
    }
    if (journal_ && !unwritten.empty()) journal_->append(unwritten);
    if (!samples.empty()) std::ofstream(options_.samples, std::ios::app | std::ios::binary) << samples;
    if (!options_.qdrant.api_base.empty()) qdrant_.flush();
}

}  // namespace cache

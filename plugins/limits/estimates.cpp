#include "estimates.h"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace limits {
namespace {

using namespace std::string_view_literals;

constexpr size_t kModelsMax = 10'000;  // behind a wildcard clients choose the names
constexpr double kWeight = 0.1;        // of the newest figure
constexpr double kMostPerByte = 0.6;   // tokens; text has 0.2 to 0.5

// Of the shapes that requests have: chat, messages, completions, responses, embeddings.
uint64_t promptBytes(const sluice::Request& request) {
    uint64_t sum = 0;
    for (const auto name :
         {"messages"sv, "prompt"sv, "input"sv, "system"sv, "instructions"sv, "tools"sv, "documents"sv}) {
        if (const auto member = request.member(name)) sum += member->size();
    }
    return sum;
}

std::optional<uint64_t> numberIn(const sluice::Request& request, std::string_view name) {
    const auto member = request.member(name);
    uint64_t value = 0;
    if (!member) return std::nullopt;
    const auto [end, fault] = std::from_chars(member->data(), member->data() + member->size(), value);
    return fault == std::errc() ? std::optional(value) : std::nullopt;
}

void move(std::atomic<double>& average, double figure, double weight) {
    const double before = average.load(std::memory_order_relaxed);
    average.store(before <= 0 ? figure : before + weight * (figure - before), std::memory_order_relaxed);
}

}  // namespace

Estimates::Known* Estimates::find(std::string_view model, bool make) {
    {
        const std::shared_lock lock(mutex_);
        const auto found = known_.find(model);
        if (found != known_.end()) return found->second.get();
        if (!make || known_.size() >= kModelsMax) return nullptr;
    }
    const std::unique_lock lock(mutex_);
    auto& slot = known_[std::string(model)];
    if (!slot) slot = std::make_unique<Known>();
    return slot.get();
}

Estimate Estimates::of(const sluice::Request& request) {
    Estimate estimate;
    estimate.bytes = promptBytes(request);
    const Known* known = find(request.model(), false);
    const double ratio = known ? known->tokens_per_byte.load(std::memory_order_relaxed) : 0.25;
    const double mean = known ? known->completion.load(std::memory_order_relaxed) : 0;
    estimate.prompt = static_cast<uint64_t>(static_cast<double>(estimate.bytes) * ratio) + 1;
    estimate.completion = static_cast<uint64_t>(mean > 0 ? mean + 1 : first_);
    const auto route = request.route();
    if (route == "embeddings" || route == "moderations" || route == "rerank") estimate.completion = 0;
    for (const auto name : {"max_tokens"sv, "max_completion_tokens"sv, "max_output_tokens"sv}) {
        if (const auto most = numberIn(request, name)) {
            estimate.completion = std::min(estimate.completion, *most);
            break;
        }
    }
    estimate.completion *= std::clamp<uint64_t>(numberIn(request, "n").value_or(1), 1, 128);
    return estimate;
}

void Estimates::learn(std::string_view model, const Estimate& estimate, uint64_t prompt,
                      uint64_t completion) {
    Known* known = find(model, true);
    if (!known) return;
    move(known->completion, static_cast<double>(completion), kWeight);
    // A short prompt says little: what the provider adds to it is most of its tokens.
    if (estimate.bytes == 0) return;
    const double bytes = static_cast<double>(estimate.bytes);
    move(known->tokens_per_byte, std::min(kMostPerByte, static_cast<double>(prompt) / bytes),
         kWeight * std::min(1.0, bytes / 4000));
}

}  // namespace limits

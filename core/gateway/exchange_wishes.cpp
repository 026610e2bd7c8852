// What a client may ask for about the way its request is routed: LiteLLM's headers
// (docs.litellm.ai/docs/proxy/request_headers) and members of the body. The members are no provider's, so
// they go no further.
#include <charconv>

#include "base/text.h"
#include "gateway/exchange.h"
#include "llm/json_parser.h"

namespace sluice::gateway {
namespace {

constexpr double kSecondsMax = 1e6;
constexpr size_t kFallbacksMax = 16;

std::optional<base::milliseconds> seconds(std::optional<std::string_view> text) {
    double value = 0;
    if (!text) return std::nullopt;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (fault != std::errc() || end != text->data() + text->size() || !(value > 0)) return std::nullopt;
    return base::milliseconds(static_cast<int64_t>(std::min(value, kSecondsMax) * 1000));
}

std::optional<uint32_t> count(std::optional<std::string_view> text) {
    const auto number = text ? base::parseDecimal(*text) : std::nullopt;
    return number && *number <= 100 ? std::optional<uint32_t>(static_cast<uint32_t>(*number)) : std::nullopt;
}

// ["model", {"model": "model", "messages": […]}]
std::vector<route::Target> targets(std::string_view json) {
    std::vector<route::Target> out;
    simdjson::dom::array list;
    if (llm::parseJson(json).get(list) != simdjson::SUCCESS) return out;
    for (const auto entry : list) {
        std::string_view model;
        simdjson::dom::object object;
        if (out.size() == kFallbacksMax) break;
        if (entry.get(model) == simdjson::SUCCESS) {
            out.push_back({std::string(model), {}});
        } else if (entry.get(object) == simdjson::SUCCESS &&
                   object["model"].get(model) == simdjson::SUCCESS) {
            route::Target target{std::string(model), {}};
            for (const auto [name, value] : object) {
                if (name != "model") target.members.emplace_back(name, simdjson::minify(value));
            }
            out.push_back(std::move(target));
        }
    }
    return out;
}

}  // namespace

void Exchange::readWishes() {
    if (!llm::isForwarded(match_.operation)) return;
    priority_ = generation_->settings().routing.default_priority;
    auto timeout = seconds(head_.fields.find("x-litellm-timeout"));
    auto stream_timeout = seconds(head_.fields.find("x-litellm-stream-timeout"));
    wishes_.num_retries = count(head_.fields.find("x-litellm-num-retries"));
    if (const auto wish = head_.fields.find("x-sluice-stream-recovery"))
        stream_recovery_ = config::streamRecoveryNamed(*wish);
    llm::Body& body = request_.body;
    const auto take = [&](const char* name, auto&& use) {
        if (const auto json = body.member(name)) {
            use(*json);
            (void)body.remove(name);
        }
    };
    // Anthropic has fields of these names of its own: there they are the provider's.
    if (operation_->dialect != llm::Dialect::Anthropic && operation_->body == llm::BodyKind::Json) {
        take("num_retries", [&](std::string_view json) {
            if (!wishes_.num_retries) wishes_.num_retries = count(json);
        });
        take("timeout", [&](std::string_view json) {
            if (!timeout) timeout = seconds(json);
        });
        take("stream_timeout", [&](std::string_view json) {
            if (!stream_timeout) stream_timeout = seconds(json);
        });
        take("fallbacks", [&](std::string_view json) { wishes_.fallbacks = targets(json); });
        take("disable_fallbacks", [&](std::string_view json) { wishes_.no_fallbacks = json == "true"; });
        take("priority", [&](std::string_view json) {
            int64_t value = 0;
            (void)std::from_chars(json.data(), json.data() + json.size(), value);
            priority_ = value;
        });
    }
    if (timeout) request_.deadline = std::min(request_.deadline, start_ + *timeout);
    stream_timeout_ = stream_timeout.value_or(base::milliseconds(0));
}

}  // namespace sluice::gateway

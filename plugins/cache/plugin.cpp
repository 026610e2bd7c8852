#include "plugin.h"

#include <algorithm>
#include <chrono>

#include "forms.h"
#include "request_key.h"

namespace cache {

using sluice::Verdict;

namespace {

constexpr int kFlightsMax =
    3;  // that a request waits for, one after the other, if their leaders have no luck

int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// What a status says about whether another request of the kind should be tried in this one's place.
Ending endingOf(uint32_t status) {
    const bool lasting = status >= 400 && status < 429 && status != 408;
    return (status >= 200 && status < 300) || lasting ? Ending::NotKept : Ending::Failed;
}

// Fields of the head that change what a provider does, or which deployment is asked.
std::string betasOf(const sluice::Request& request) {
    std::string all;
    for (const char* name : {"anthropic-beta", "anthropic-version", "openai-beta", "x-litellm-tags"}) {
        if (const auto value = request.header(name)) all.append(name).append("=").append(*value).append("\n");
    }
    return all;
}

}  // namespace

Plugin::PerRequest::~PerRequest() {
    if (leads) flights->end(leads, endingOf(status), nullptr);
}

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      options_(Options::read(config_json)),
      layers_(host, options_),
      flights_(host),
      offload_(host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID)),
      lookups_(host.counter("sluice_cache_lookups_total", "Requests that asked the cache, by what came of it",
                            {"result"})),
      stored_(host.counter("sluice_cache_stored_bytes_total", "Bytes of answers that were kept")),
      flown_(host.counter("sluice_cache_shared_answers_total",
                          "Requests that got the answer of an identical one that ran at the same time")) {
    const auto* reply = host.find<sluice_host_reply>(SLUICE_HOST_REPLY_ID);
    auto semantic = SemanticOptions::read(config_json, host);
    if (semantic.on && options_.enabled) semantic_ = std::make_unique<Semantic>(host, std::move(semantic));
    if (!SLUICE_HAS(reply, keep_answer))
        throw sluice::ConfigError("this gateway has no keep_answer in sluice.host.reply/1: it needs ABI 1.2");
}

void Plugin::start() {
    if (options_.enabled) layers_.open();
}

bool Plugin::wants(std::string_view hook) const {
    if (hook == "on_complete") return semantic_ && semantic_->flushes();
    return options_.enabled;
}

bool Plugin::serves(std::string_view route) const {
    return std::find(options_.routes.begin(), options_.routes.end(), route) != options_.routes.end();
}

// Whoever has no id of the kind that shares has his answers for himself.
std::string Plugin::ownerOf(const sluice::Request& request) const {
    const auto of = [&](const char* kind, std::string_view id) {
        if (!id.empty()) return std::string(kind).append(":").append(id);
        return "key:" + std::string(request.keyId());
    };
    switch (options_.share) {
        case Share::Tenant:
            return of("tenant", request.tenant());
        case Share::Key:
            return of("key", request.keyId());
        case Share::User:
            return of("user", request.user());
        case Share::Team:
            return of("team", request.team());
        case Share::Organization:
            return of("organization", request.organization());
        case Share::All:
            return "all";
    }
    return of("key", request.keyId());
}

std::string Plugin::keyFor(const Controls& controls, const Asked& asked) const {
    const auto hash = keyOf(asked);
    if (!hash) return {};
    const auto& space = controls.name_space.empty() ? options_.name_space : controls.name_space;
    return space.empty() ? *hash : space + ":" + *hash;
}

// `cache` is the gateway's: no provider knows it.
Verdict Plugin::pre_call(sluice::Request request) {
    const auto given = request.member("cache");
    if (!given || !serves(request.route())) return Verdict::Continue;
    std::string refused;
    auto& use = request.state<PerRequest>();
    use.controls = Controls::read(*given, request.attribute("sluice.cache_controls").value_or(""), refused);
    if (!refused.empty()) {
        sluice::Refusal why{refused};
        return request.block(why);
    }
    (void)request.removeMember("cache");
    return Verdict::Continue;
}

Verdict Plugin::cache_lookup(sluice::Request request) {
    if (!serves(request.route())) return Verdict::Continue;
    auto& use = request.state<PerRequest>();
    const Controls& controls = use.controls;
    if (!options_.default_on && !controls.use_cache) return Verdict::Continue;
    if (controls.no_cache && controls.no_store) return Verdict::Continue;
    const auto owner = ownerOf(request), betas = betasOf(request);
    const Asked asked{request.route(), request.model(), owner, betas, request.body()};
    use.key = keyFor(controls, asked);
    if (use.key.empty()) {
        lookups_.record(1, {"unfit"});
        return Verdict::Continue;
    }
    if (!controls.no_cache) {
        const auto bytes = layers_.get(request.raw(), use.key);
        if (bytes && answer(request, use, *bytes)) {
            lookups_.record(1, {"hit"});
            return Verdict::Respond;
        }
        if (semantic_ && answerNearly(request, use, asked)) {
            lookups_.record(1, {"near"});
            return Verdict::Respond;
        }
    }
    lookups_.record(1, {controls.no_cache ? "refresh" : "miss"});
    if (controls.no_store) return Verdict::Continue;
    if (options_.single_flight && !controls.no_cache) return askOrWait(request, use);
    (void)request.keepAnswer(options_.max_entry_bytes);
    return Verdict::Continue;
}

// True: somebody has asked nearly the same, and that answer is the one to this request now.
bool Plugin::answerNearly(const sluice::Request& request, PerRequest& use, const Asked& asked) {
    // A namespace is part of a key, and so of what has to be equal.
    const std::string owner = use.controls.name_space + "|" + std::string(asked.owner);
    use.asking = semantic_->ask(request, {asked.route, asked.model, owner, asked.betas, asked.body}, nowMs());
    if (!use.asking || !semantic_->isNear(*use.asking)) return false;
    const auto bytes = layers_.get(request.raw(), use.asking->nearest->key);
    const auto entry = bytes ? decode(*bytes) : std::nullopt;
    if (!entry) {
        semantic_->forget(*use.asking);
        return false;
    }
    if (semantic_->options().shadow) {
        lookups_.record(1, {"would_be_near"});
        (void)request.setAttribute("sluice.cache_would_be_near",
                                   std::to_string(use.asking->nearest->similarity));
        use.asking->shadow_answer = entry->body;
        return false;
    }
    const auto own = std::exchange(use.key, use.asking->nearest->key);
    if (answer(request, use, *bytes)) return true;
    use.key = own;
    return false;
}

Verdict Plugin::askOrWait(const sluice::Request& request, PerRequest& use) {
    for (int i = 0; i < kFlightsMax; ++i) {
        auto place = flights_.join(use.key);
        if (place.leads) return lead(request, use, std::move(place.flight));
        const auto ms = static_cast<uint32_t>(std::min<uint64_t>(request.remainingMs(), 3'600'000));
        if (!flights_.wait(request.raw(), *place.flight, ms)) break;
        Bytes bytes;
        const auto ending = flights_.outcome(*place.flight, bytes);
        if (bytes && answer(request, use, *bytes)) {
            flown_.record(1);
            return Verdict::Respond;
        }
        if (ending != Ending::Failed) break;
    }
    (void)request.keepAnswer(options_.max_entry_bytes);
    return Verdict::Continue;
}

Verdict Plugin::lead(const sluice::Request& request, PerRequest& use, std::shared_ptr<Flight> flight) {
    use.flights = &flights_;
    use.leads = std::move(flight);
    (void)request.keepAnswer(options_.max_entry_bytes);
    return Verdict::Continue;
}

// True: it is the answer to this request now.
bool Plugin::answer(const sluice::Request& request, PerRequest& use, std::string_view bytes) {
    const auto entry = decode(bytes);
    if (!entry) return false;
    const int64_t age = std::max<int64_t>(0, nowMs() - entry->stored_ms);
    if (use.controls.max_age_ms && age >= *use.controls.max_age_ms) return false;
    const bool stream = request.stream();
    std::optional<std::string> other;
    if (entry->stream != stream) {
        other = stream ? streamOf(request.route(), entry->body) : wholeOf(request.route(), entry->body);
        if (!other) return false;
    }
    const auto type = !other   ? entry->content_type
                      : stream ? "text/event-stream; charset=utf-8"
                               : "application/json";
    (void)request.respond(entry->status, type, other ? std::string_view(*other) : entry->body);
    sluice_from_cache source{};
    source.key = sluice::str(use.key);
    source.age_ms = age;
    source.saved_pico_usd = entry->cost_pico_usd;
    source.prompt_tokens = entry->prompt_tokens;
    source.completion_tokens = entry->completion_tokens;
    (void)request.fromCache(source);
    use.hit = true;
    use.age_ms = age;
    return true;
}

Verdict Plugin::on_response(sluice::Response response) {
    const auto& use = response.state<PerRequest>();
    if (use.asking) {  // 0.0: nothing was near, as LiteLLM has it
        const bool near = use.hit && use.asking->nearest;
        (void)response.setResponseHeader("x-litellm-semantic-similarity",
                                         near ? std::to_string(use.asking->nearest->similarity) : "0.0");
    }
    if (!use.hit) return Verdict::Continue;
    (void)response.setResponseHeader("x-litellm-cache-key", use.key);
    (void)response.setResponseHeader("x-litellm-cache-hit", "True");
    (void)response.setResponseHeader("age", std::to_string(use.age_ms / 1000));
    return Verdict::Continue;
}

void Plugin::on_answer(PerRequest& use, const sluice_answer& answer) {
    if (answer.fallbacks > 0 && !options_.store_fallbacks) return;
    Entry entry;
    entry.stored_ms = nowMs();
    entry.status = answer.http_status;
    entry.stream = answer.stream != 0;
    entry.prompt_tokens = answer.prompt_tokens;
    entry.completion_tokens = answer.completion_tokens;
    entry.cost_pico_usd = answer.cost_pico_usd;
    entry.content_type = sluice::view(answer.content_type);
    entry.body = sluice::view(answer.body);
    auto bytes = std::make_shared<const std::string>(encode(entry));
    const int64_t ttl = use.controls.ttl_ms.value_or(options_.ttl_ms);
    if (ttl > 0) {
        layers_.put(use.key, *bytes, ttl);
        if (use.asking) semantic_->keep(*use.asking, use.key, entry.stored_ms + ttl);
        stored_.record(static_cast<double>(bytes->size()));
    }
    if (use.asking) semantic_->sample(*use.asking, entry.body);
    if (use.leads) flights_.end(std::exchange(use.leads, nullptr), Ending::Answer, std::move(bytes));
}

void Plugin::on_settled(PerRequest& use, const sluice_settlement& sums) { use.status = sums.http_status; }

void Plugin::on_complete(const sluice_record&) {
    if (semantic_) semantic_->flush();
}

}  // namespace cache

SLUICE_PLUGIN(cache::Plugin, R"({
  "id": "cache", "version": "0.1.0", "abi": 1,
  "description": "Answers that were given before: exact matches, single flight, LiteLLM's controls",
  "interfaces": ["sluice.endpoint/1"], "capabilities": ["net"],
  "activated_by": {"litellm_settings.cache": "enabled", "litellm_settings.cache_params": "params"},
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "enabled": {"type": "boolean"},
    "params": {"type": "object", "properties": {"backends": {}, "ttl": {}, "upper_ttl": {}, "namespace": {}, "mode": {}, "share": {},
      "supported_call_types": {}, "max_entry_bytes": {}, "wait_ms": {}, "single_flight": {}, "semantic": {}, "store_fallbacks": {},
      "similarity_threshold": {}, "qdrant_semantic_cache_embedding_model": {}, "redis_semantic_cache_embedding_model": {},
      "qdrant_collection_name": {}, "qdrant_api_base": {}, "qdrant_api_key": {}, "embedding_api_base": {}, "embedding_api_key": {}}},
    "backends": {"type": "array", "items": {"type": "string"}},
    "ttl": {"type": ["number", "string"]},
    "upper_ttl": {"type": ["number", "string"]},
    "namespace": {"type": "string", "maxLength": 128, "pattern": "^[!-~]*$"},
    "mode": {"type": "string", "enum": ["default_on", "default_off"]},
    "share": {"type": "string", "enum": ["tenant", "key", "user", "team", "organization", "all"]},
    "supported_call_types": {"type": "array", "items": {"type": "string"}},
    "max_entry_bytes": {"type": "integer", "minimum": 1024, "maximum": 67108864},
    "wait_ms": {"type": "integer", "minimum": 1, "maximum": 10000},
    "single_flight": {"type": "boolean"},
    "semantic": {"type": "object", "additionalProperties": false, "properties": {
      "enabled": {"type": "boolean"},
      "mode": {"type": "string", "enum": ["enforce", "shadow"]},
      "threshold": {"type": "number"},
      "max_entries": {"type": "integer"},
      "embedding_model": {"type": "string"},
      "embedding_api_base": {"type": "string"},
      "embedding_api_key": {},
      "embedding_timeout_ms": {"type": "integer"},
      "qdrant_url": {"type": "string"},
      "qdrant_api_key": {},
      "qdrant_timeout_ms": {"type": "integer"},
      "collection": {"type": "string"},
      "index_path": {"type": "string"},
      "samples_path": {"type": "string"},
      "sample_rate": {"type": "number"}}},
    "store_fallbacks": {"type": "boolean"}}}
})")

#include "plugin.h"

#include <algorithm>
#include <chrono>

#include "forms.h"
#include "manifest.h"
#include "request_key.h"

namespace cache {

using sluice::Verdict;

namespace {

constexpr int kFlightsMax =
    3;  // that a request waits for, one after the other, if their leaders have no luck

constexpr size_t kFormOnLoopMax = 256 << 10;   // a millisecond
constexpr uint64_t kItemsAnswerMax = 4 << 20;  // is taken apart on a loop

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
      live_(config_json),
      layers_(host, live_),
      flights_(host),
      offload_(host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID)),
      lookups_(host.counter("sluice_cache_lookups_total", "Requests that asked the cache, by what came of it",
                            {"result"})),
      stored_(host.counter("sluice_cache_stored_bytes_total", "Bytes of answers that were kept")),
      flown_(host.counter("sluice_cache_shared_answers_total",
                          "Requests that got the answer of an identical one that ran at the same time")) {
    const auto* reply = host.find<sluice_host_reply>(SLUICE_HOST_REPLY_ID);
    auto semantic = SemanticOptions::read(config_json, host);
    if (semantic.on && live_.now().enabled) semantic_ = std::make_unique<Semantic>(host, std::move(semantic));
    if (!SLUICE_HAS(reply, keep_answer))
        throw sluice::ConfigError("this gateway has no keep_answer in sluice.host.reply/1: it needs ABI 1.2");
}

void Plugin::start() {
    if (!live_.now().enabled) return;
    live_.open(host_);
    layers_.open();
}

bool Plugin::wants(std::string_view hook) const {
    if (hook == "on_complete") return semantic_ && semantic_->flushes();
    return live_.now().enabled;
}

bool Plugin::serves(std::string_view route) const {
    const auto& routes = live_.now().routes;
    return std::find(routes.begin(), routes.end(), route) != routes.end();
}

// Whoever has no id of the kind that shares has his answers for himself.
std::string Plugin::ownerOf(const sluice::Request& request) const {
    const auto of = [&](const char* kind, std::string_view id) {
        if (!id.empty()) return std::string(kind).append(":").append(id);
        return "key:" + std::string(request.keyId());
    };
    switch (live_.now().share) {
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

// Of a long recording this takes as long as many other requests together, so it is done elsewhere.
void Plugin::findKeys(const sluice::Request& request, PerRequest& use, const Asked& asked) const {
    std::optional<std::string> hash;
    auto find = [&] { hash = keyOf(asked); };
    if (asked.form.empty() || asked.body.size() <= kFormOnLoopMax) {
        find();
    } else if (!offload_ || offload_->run(
                                request.raw(), [](void* arg) { (*static_cast<decltype(find)*>(arg))(); },
                                &find) != SLUICE_OK) {
        return;
    }
    if (!hash) return;
    const Options& options = live_.now();
    const auto& space = use.controls.name_space.empty() ? options.name_space : use.controls.name_space;
    const std::string prefix = space.empty() ? "" : space + ":";
    use.key = prefix + *hash;
    if (asked.route != "embeddings" || !options.embedding_items) return;
    use.items = itemsIn(asked, kItemsMax);
    for (auto& item : use.items) item.key.insert(0, prefix);
}

// Of embeddings also an answer that is put together.
bool Plugin::answerExactly(const sluice::Request& request, PerRequest& use) {
    std::vector<std::string> keys{use.key};
    for (const auto& item : use.items) keys.push_back(item.key);
    bool sure = true;
    auto found = layers_.getAll(request.raw(), keys, sure);
    if (found[0] && answer(request, use, *found[0])) return true;
    if (use.items.empty()) return false;
    found.erase(found.begin());
    return answerItems(request, use, found);
}

bool Plugin::answerItems(const sluice::Request& request, PerRequest& use, const std::vector<Bytes>& found) {
    Entry whole;
    whole.stored_ms = nowMs();
    whole.cost_pico_usd = 0;
    whole.content_type = "application/json";
    std::vector<std::string_view> vectors;
    for (const auto& bytes : found) {
        const auto entry = bytes ? decode(*bytes) : std::nullopt;
        if (!entry) return false;
        whole.stored_ms = std::min(whole.stored_ms, entry->stored_ms);
        whole.prompt_tokens += entry->prompt_tokens;
        const bool known = whole.cost_pico_usd >= 0 && entry->cost_pico_usd >= 0;
        whole.cost_pico_usd = known ? whole.cost_pico_usd + entry->cost_pico_usd : -1;
        vectors.push_back(entry->body);
    }
    const auto body = answerOf(vectors, whole.prompt_tokens);
    if (!body) return false;
    whole.body = *body;
    return answer(request, use, encode(whole));
}

void Plugin::keepItems(const PerRequest& use, const sluice_answer& answer, int64_t ttl_ms) {
    const auto items =
        itemsOf(sluice::view(answer.body), use.items, answer.prompt_tokens, answer.cost_pico_usd);
    if (!items) return;
    for (size_t i = 0; i < items->size(); ++i) {
        Entry entry;
        entry.stored_ms = nowMs();
        entry.status = answer.http_status;
        entry.prompt_tokens = (*items)[i].prompt_tokens;
        entry.cost_pico_usd = (*items)[i].cost_pico_usd;
        entry.content_type = "application/json";
        entry.body = (*items)[i].bytes;
        layers_.put(use.items[i].key, encode(entry), ttl_ms);
    }
}

// A list of vectors may be larger than what is kept of it.
void Plugin::keepAnswer(const sluice::Request& request, const PerRequest& use) const {
    const uint64_t most = live_.now().max_entry_bytes;
    (void)request.keepAnswer(use.items.empty() ? most : std::max(most, kItemsAnswerMax));
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
    if (!live_.now().default_on && !controls.use_cache) return Verdict::Continue;
    if (controls.no_cache && controls.no_store) return Verdict::Continue;
    const auto owner = ownerOf(request), betas = betasOf(request);
    Asked asked{request.route(), request.model(), owner, betas, request.body()};
    const bool is_form = asked.route == "audio_transcriptions";
    if (is_form) asked.form = request.header("content-type").value_or("none");
    findKeys(request, use, asked);
    if (use.key.empty()) {
        lookups_.record(1, {"unfit"});
        return Verdict::Continue;
    }
    if (!controls.no_cache && answerExactly(request, use)) {
        lookups_.record(1, {"hit"});
        return Verdict::Respond;
    }
    if (semantic_ && !is_form) compare(request, use, asked);
    if (answerNearly(request, use)) {
        lookups_.record(1, {"near"});
        return Verdict::Respond;
    }
    lookups_.record(1, {controls.no_cache ? "refresh" : "miss"});
    if (controls.no_store) return Verdict::Continue;
    if (live_.now().single_flight && !controls.no_cache) return askOrWait(request, use);
    keepAnswer(request, use);
    return Verdict::Continue;
}

// A fresh answer that is asked for by no-cache is compared with nothing, but kept for those that come.
void Plugin::compare(const sluice::Request& request, PerRequest& use, const Asked& asked) {
    // A namespace is part of a key, and so of what has to be equal.
    const std::string owner = use.controls.name_space + "|" + std::string(asked.owner);
    use.asking = semantic_->ask(request, {asked.route, asked.model, owner, asked.betas, asked.body}, nowMs(),
                                !use.controls.no_cache);
}

// True: somebody has asked nearly the same, and that answer is the one to this request now.
bool Plugin::answerNearly(const sluice::Request& request, PerRequest& use) {
    if (!use.asking || !semantic_->isNear(*use.asking, live_.now().threshold)) return false;
    bool sure = true;
    const auto bytes = layers_.get(request.raw(), use.asking->nearest->key, sure);
    const auto entry = bytes ? decode(*bytes) : std::nullopt;
    if (!entry) {
        if (bytes || sure) semantic_->forget(*use.asking);  // a layer that is late may have it
        return false;
    }
    if (live_.now().shadow.value_or(semantic_->options().shadow)) {
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
    keepAnswer(request, use);
    return Verdict::Continue;
}

Verdict Plugin::lead(const sluice::Request& request, PerRequest& use, std::shared_ptr<Flight> flight) {
    use.flights = &flights_;
    use.leads = std::move(flight);
    keepAnswer(request, use);
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
    if (answer.fallbacks > 0 && !live_.now().store_fallbacks) return;
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
    const int64_t ttl = use.controls.ttl_ms.value_or(live_.now().ttl_ms);
    if (ttl > 0) {
        if (entry.body.size() <= live_.now().max_entry_bytes) layers_.put(use.key, *bytes, ttl);
        if (!use.items.empty()) keepItems(use, answer, ttl);
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

SLUICE_PLUGIN(cache::Plugin, SLUICE_CACHE_MANIFEST)

// One request as the phases see it. The gateway owns and fills it; the functions of the ABI read and change
// it.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/settings.h"
#include "http/head.h"
#include "llm/body.h"
#include "llm/operation.h"
#include "plugin_host/contents.h"
#include "plugin_host/guard_rules.h"
#include "plugin_host/handle_use.h"
#include "plugin_host/instance.h"
#include "plugin_host/services.h"

namespace sluice::host {

enum class Phase {  // numbers as in plugin_api/sluice/hooks.h
    None = 0,
    OnRequest = 10,
    Authenticate = 20,
    Authorize = 25,
    PreCall = 30,
    CacheLookup = 38,
    Route = 40,
    DuringCall = 45,
    OnUpstreamRequest = 50,
    OnUpstreamResponse = 55,
    OnAttemptEnd = 58,
    OnStream = 60,
    Endpoint = 65,
    PostCall = 70,
    OnResponse = 75,
    OnComplete = 90,
};
const char* name(Phase phase);

struct Identity {
    bool known = false;
    bool admin = false;
    std::string key_id, key_alias, tenant, user, team, organization, end_user;
};

/// An answer that a plugin gave instead of the upstream.
struct Reply {
    bool set = false;
    int status = 200;
    std::string content_type;
    std::string body;
};

/// Where a reply comes from that no provider was asked for; the fields of sluice_from_cache.
struct FromCache {
    std::string key;
    int64_t age_ms = 0;
    int64_t saved_pico_usd = -1;
    uint64_t prompt_tokens = 0, completion_tokens = 0;
};

/// Who wants the upstream's answer as it came.
struct AnswerWish {
    Instance* instance;
    uint64_t max_bytes;
};

struct Block {
    bool set = false;
    int status = 0;  // 0: by phase
    std::string code, type, public_message, internal_reason, category;
    std::string instance;  // who blocked
};

/// What one hook of one instance said.
struct VerdictRecord {
    const Instance* instance;
    Phase phase;
    std::string_view verdict;  // "pass", "modified", "blocked", "responded", "not_scanned", "failed",
                               // "timeout"; of guardrails in shadow mode also "would_modify", "would_block"
    uint32_t duration_us;
    std::string reason;
};

/// What an instance wants of the stream; the fields of sluice_subscription, defaults filled in.
struct Subscription {
    Instance* instance;
    uint32_t lanes;
    int32_t mode;
    int32_t granularity;
    size_t max_hold_bytes;
    base::milliseconds max_hold;
    bool abort_when_held;  // past one of the two
};

/// One call of on_stream: what the plugin sees and what it asks for.
struct StreamCall {
    struct Edit {
        size_t start, length;
        std::string text;
    };
    std::string_view window;
    int32_t mode;
    std::vector<Edit> edits;
    bool last = false;  // the text ends here
};

struct AttemptState {
    const config::Deployment* deployment = nullptr;
    std::string model;  // with the captures of a wildcard filled in
    uint32_t number = 0;
    std::string path;
    http::Fields fields;
    llm::Body body;
    std::string error;
    std::array<int64_t, 17> figures = unknownFigures();  // SLUICE_ATTEMPT_…, once it has ended
    int64_t cost_pico_usd = -1;                          // as a plugin said

    static constexpr std::array<int64_t, 17> unknownFigures() {
        std::array<int64_t, 17> all{};
        for (auto& figure : all) figure = -1;
        return all;
    }
};

struct ResponseState {
    int status = 0;
    bool streamed = false;  // it has gone to the client event by event
    http::Fields fields;
    std::string body;                       // only if somebody wants it whole
    std::map<uint32_t, std::string> lanes;  // of a stream, likewise
};

struct RequestState {
    // --- given by the gateway ---
    http::RequestHead* head = nullptr;
    std::string_view route;  // name of the operation
    llm::Operation operation = llm::Operation::Chat;
    std::string call_id;
    std::string client_address;
    std::function<bool()> cancelled;
    llm::Body body;
    std::string model;
    bool stream = false;
    // --- filled in by phases ---
    Identity identity;
    std::optional<FromCache> from_cache;
    std::vector<AnswerWish> answer_wishes;
    Block block;
    std::map<std::string, std::string, std::less<>> attributes;
    std::vector<Subscription> subscriptions;
    GuardUse guards;
    AttemptState attempt;
    ResponseState response;
    /// For providers that serve by themselves: head and pieces of the answer. Null otherwise.
    std::function<sluice_status(int status, std::string_view content_type)> serve_begin;
    std::function<sluice_status(std::string_view bytes)> serve_write;
    // --- what every call of a hook looks at, side by side: some 20 ms and hundreds of other streams lie
    // between two calls for one stream, so each line of memory here is waited for ---
    alignas(64) base::TimePoint deadline = base::kNever;
    uint64_t edits = 0;  // counts changes, so that a hook's "modified" can be seen
    std::vector<VerdictRecord> verdicts;
    Contents contents;
    std::string not_scanned;
    std::string failed;  // why, as the plugin that failed says it
    Reply reply;
};

/// What a plugin may look at until its hook returns. Each piece has a place of its own: two that are asked
/// for in one hook live side by side.
struct Lent {
    std::deque<std::string> texts;
    std::vector<std::unique_ptr<HttpAnswer>> answers;
    std::vector<std::vector<sluice_http_field>> answer_fields;
};

}  // namespace sluice::host

/// The opaque handle of the ABI: one request, seen from one instance.
struct sluice_ctx {
    sluice::host::RequestState* request = nullptr;
    sluice::host::Instance* instance = nullptr;
    std::atomic<const void*> thread{nullptr};            // of the hook that runs, or ran last
    std::atomic<sluice::host::HandleUse*> use{nullptr};  // of the instance
    void* state = nullptr;                               // of the plugin
    sluice::base::TimePoint hook_deadline = sluice::base::kNever;
    sluice::host::StreamCall* stream_call = nullptr;        // inside on_stream
    sluice::host::Phase phase = sluice::host::Phase::None;  // None: no hook runs
    bool begun = false;                                     // request_begin was called
    bool offloaded = false;                                 // the hook runs on a thread of its own
    uint64_t ticket = 0;                                    // of a wait, while there is one
    std::unique_ptr<sluice::host::Lent> lent;               // null: nothing

    sluice::host::Lent& lending() {
        if (!lent) lent = std::make_unique<sluice::host::Lent>();
        return *lent;
    }
    sluice_str lend(std::string text) {
        const std::string& kept = lending().texts.emplace_back(std::move(text));
        return {kept.data(), kept.size()};
    }
};

// One request as the fake host keeps it, and the handle that a plugin gets for it.
#pragma once

#include <sluice/json.hpp>
#include <sluice/testing/host_state.hpp>
#include <sluice/testing/plugin_data.hpp>

#include <memory>

namespace sluice::testing {

struct Block {
    uint32_t status = 0;  // filled in by the phase if the plugin gave none
    std::string code = {}, type = {}, message = {}, internal_reason = {}, category = {};
};
struct Reply {
    bool set = false;
    uint32_t status = 0;
    std::string content_type, body;
};
struct Cached {  // what a reply out of a cache says of itself
    bool set = false;
    std::string key = {};
    int64_t age_ms = 0, saved_pico_usd = -1;
    uint64_t prompt_tokens = 0, completion_tokens = 0;
};
struct Identity {
    std::string key_id = {}, tenant = {}, user = {}, team = {}, end_user = {};
    bool admin = false;
    std::string key_alias = {}, organization = {};
};

/// One call of on_stream: what the plugin sees and the edits it asks for.
struct StreamCall {
    struct Edit {
        size_t start, length;
        std::string text;
    };
    std::string_view window;
    int32_t mode;
    std::vector<Edit> edits;
};

struct Subscription {
    PluginData* plugin;
    uint32_t lanes;
    int32_t mode, granularity;
    size_t max_hold_bytes;
    int64_t max_hold_ms;
    bool abort_when_held;
};

struct AttemptData {
    std::string deployment_id = "deployment-1", model = "model", provider = "openai", path, error;
    uint32_t number = 1;
    Fields fields;
    JsonObject body;
    std::map<uint32_t, int64_t> figures;  // SLUICE_ATTEMPT_…; what is not here is not known
    int64_t cost_pico_usd = -1;           // as the plugin said
};
struct AnswerData {
    uint32_t status = 0;
    Fields fields;
    std::string body;
    std::map<uint32_t, std::string> lanes;  // of a stream
};
struct Served {  // by a provider that answers by itself
    bool begun = false;
    uint32_t status = 0;
    std::string content_type, body;
};

struct RequestData;

/// What sluice_ctx is: one request, seen from one plugin. What it lends turns into '#' when the hook returns:
/// a plugin that keeps it is seen at once.
struct Context {
    RequestData* request;
    std::shared_ptr<PluginData> plugin;
    Phase phase = Phase::None;
    bool begun = false;
    void* state = nullptr;
    StreamCall* stream_call = nullptr;
    std::deque<std::string> lent = {};
    std::deque<std::vector<sluice_http_field>> lent_fields = {};

    sluice_str lend(std::string_view text) { return str(lent.emplace_back(text)); }
    void takeBack() {
        for (auto& text : lent) std::fill(text.begin(), text.end(), '#');
        lent.clear();
        lent_fields.clear();
        stream_call = nullptr;
        phase = Phase::None;
    }
    sluice_ctx* raw() { return reinterpret_cast<sluice_ctx*>(this); }
};
inline Context& contextOf(sluice_ctx* ctx) { return *reinterpret_cast<Context*>(ctx); }

struct RequestData {
    explicit RequestData(HostState& h) : host(h) {}
    RequestData(const RequestData&) = delete;
    RequestData& operator=(const RequestData&) = delete;
    ~RequestData() { end(); }

    /// The plugin's handle; with request_begin, if this is the first one.
    Context& context(const std::shared_ptr<PluginData>& plugin, Phase phase) {
        for (auto& known : contexts) {
            if (known->plugin != plugin) continue;
            known->phase = phase;
            return *known;
        }
        contexts.push_back(std::make_unique<Context>(Context{this, plugin}));
        contexts.back()->phase = phase;
        return *contexts.back();
    }
    void begin(Context& ctx) {
        if (ctx.begun) return;
        ctx.begun = true;
        ++ctx.plugin->states_begun;
        const sluice_hooks* hooks = ctx.plugin->hooks;
        if (SLUICE_HAS(hooks, request_begin)) ctx.state = hooks->request_begin(ctx.plugin->self, ctx.raw());
    }
    /// The request is over: every state that was begun is ended, once.
    void end() {
        ended = true;
        for (auto& ctx : contexts) {
            if (!ctx->begun) continue;
            ctx->plugin->enter();
            const sluice_hooks* hooks = ctx->plugin->hooks;
            if (SLUICE_HAS(hooks, request_end)) hooks->request_end(ctx->plugin->self, ctx->state);
            ++ctx->plugin->states_ended;
        }
        contexts.clear();
    }

    HostState& host;
    std::string method = "POST", path = "/v1/chat/completions", query, route = "chat", model,
                call_id = "call-1", client = "127.0.0.1";
    Fields fields;
    JsonObject body;
    bool stream = false, cancelled = false, ended = false;
    int64_t deadline_ms = INT64_MAX;
    bool identified = false;
    Identity identity;
    Block block;
    Reply reply;
    Cached cached;
    uint64_t keep_answer_max = 0;  // 0: it did not ask for the answer
    std::string not_scanned, failed;
    uint32_t guard_modes = SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL;
    std::string guard_wishes, guard_report;
    std::map<std::string, std::string, std::less<>> attributes;
    std::vector<Subscription> subscriptions;
    AttemptData attempt;
    AnswerData answer;
    Served served;
    bool serving = false;
    std::vector<std::unique_ptr<Context>> contexts;
};

}  // namespace sluice::testing

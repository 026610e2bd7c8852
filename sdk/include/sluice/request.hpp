// One request in the hands of a hook. A thin view: copy it freely, never keep it past the hook. [loop]
#pragma once

#include <sluice/detail/tables.hpp>
#include <sluice/headers.hpp>
#include <sluice/refusal.hpp>

namespace sluice {

/// How text of a stream is shown, and for how long it may be held; see sluice/stream.h.
enum class Grain : int32_t {
    Arrival = SLUICE_GRAIN_ARRIVAL,
    Word = SLUICE_GRAIN_WORD,
    Line = SLUICE_GRAIN_LINE,
    Sentence = SLUICE_GRAIN_SENTENCE,
};
enum class HoldPolicy : int32_t {
    ByPolicy = SLUICE_HOLD_BY_POLICY,
    Release = SLUICE_HOLD_RELEASE,
    Abort = SLUICE_HOLD_ABORT,
};
struct Hold {
    Grain grain = Grain::Arrival;
    uint32_t max_bytes = 0;  // 0 = the host's default
    uint32_t max_ms = 0;     // 0 = the host's default
    HoldPolicy policy = HoldPolicy::ByPolicy;
};

class Request {
public:
    explicit Request(sluice_ctx* ctx, void* state = nullptr) : ctx_(ctx), state_(state) {}
    sluice_ctx* raw() const { return ctx_; }

    /// The plugin's own object for this request: its nested type PerRequest, made before the first hook and
    /// destroyed exactly once when the request is over.
    template <class PerRequest>
    PerRequest& state() const {
        return *static_cast<PerRequest*>(state_);
    }

    std::string_view method() const { return text(SLUICE_REQUEST_METHOD); }
    std::string_view path() const { return text(SLUICE_REQUEST_PATH); }
    std::string_view route() const { return text(SLUICE_REQUEST_ROUTE); }
    std::string_view model() const { return text(SLUICE_REQUEST_MODEL); }
    std::string_view callId() const { return text(SLUICE_REQUEST_CALL_ID); }
    std::string_view tenant() const { return text(SLUICE_REQUEST_TENANT); }
    std::string_view keyId() const { return text(SLUICE_REQUEST_KEY_ID); }
    std::string_view user() const { return text(SLUICE_REQUEST_USER); }
    std::string_view team() const { return text(SLUICE_REQUEST_TEAM); }
    std::string_view endUser() const { return text(SLUICE_REQUEST_END_USER); }
    std::string_view organization() const { return text(SLUICE_REQUEST_ORGANIZATION); }
    /// The master key, or a caller with as much power. False on a host before ABI 1.2.
    bool admin() const { return !text(SLUICE_REQUEST_ADMIN).empty(); }
    std::string_view client() const { return text(SLUICE_REQUEST_CLIENT); }
    std::string_view query() const { return text(SLUICE_REQUEST_QUERY); }
    bool stream() const { return tables().request->stream(ctx_) != 0; }
    bool cancelled() const { return tables().request->cancelled(ctx_) != 0; }
    /// Until the request's deadline; never negative.
    uint64_t remainingMs() const { return tables().request->remaining_ms(ctx_); }

    std::optional<std::string_view> header(std::string_view name) const {
        sluice_str value{};
        if (tables().request->header(ctx_, str(name), &value) != SLUICE_OK) return std::nullopt;
        return view(value);
    }
    bool setHeader(std::string_view name, std::string_view value) const {
        return tables().request->set_header(ctx_, str(name), str(value)) == SLUICE_OK;
    }
    /// All fields of that name.
    bool removeHeader(std::string_view name) const {
        return tables().request->remove_header(ctx_, str(name)) == SLUICE_OK;
    }
    /// for (const auto [name, value] : request.headers())
    Headers headers() const { return {tables().request, ctx_}; }
    std::string_view body() const { return view(tables().request->body(ctx_)); }
    bool setBody(std::string_view body) const {
        return tables().request->set_body(ctx_, str(body)) == SLUICE_OK;
    }
    /// A top-level member of the body, as JSON text.
    std::optional<std::string_view> member(std::string_view name) const {
        sluice_str json{};
        if (tables().request->member(ctx_, str(name), &json) != SLUICE_OK) return std::nullopt;
        return view(json);
    }
    bool setMember(std::string_view name, std::string_view json) const {
        return tables().request->set_member(ctx_, str(name), str(json)) == SLUICE_OK;
    }
    bool removeMember(std::string_view name) const {
        return tables().request->remove_member(ctx_, str(name)) == SLUICE_OK;
    }
    bool setModel(std::string_view model) const {
        return tables().request->set_model(ctx_, str(model)) == SLUICE_OK;
    }

    /// `return request.block({"no"})` in a hook that may block.
    Verdict block(const Refusal& why) const {
        refuse(why);
        return Verdict::Block;
    }
    Verdict deny(const Refusal& why) const {
        refuse(why);
        return Verdict::Deny;
    }
    Verdict respond(uint32_t status, std::string_view content_type, std::string_view body) const {
        (void)tables().reply->respond(ctx_, status, str(content_type), str(body));
        return Verdict::Respond;
    }
    Verdict notScanned(std::string_view reason) const {
        (void)tables().reply->not_scanned(ctx_, str(reason));
        return Verdict::NotScanned;
    }
    /// The hook itself failed, and why, for the log and the record; on_error decides what becomes of the
    /// request. An exception does the same.
    Verdict failed(std::string_view why) const {
        detail::tellFailure(ctx_, why);
        return Verdict::Failed;
    }
    /// `identity.size` is filled in here.
    Verdict identified(sluice_identity identity) const {
        identity.size = sizeof identity;
        return tables().reply->identify(ctx_, &identity) == SLUICE_OK ? Verdict::Identified : Verdict::Failed;
    }

    /// On whose behalf the caller asks; up to pre_call. False on a host before ABI 1.2.
    bool setEndUser(std::string_view end_user) const {
        return SLUICE_HAS(tables().reply, set_end_user) &&
               tables().reply->set_end_user(ctx_, str(end_user)) == SLUICE_OK;
    }

    /// Goes with respond() in cache_lookup; `source.size` is filled in here. False on a host before ABI 1.2.
    bool fromCache(sluice_from_cache source) const {
        source.size = sizeof source;
        return SLUICE_HAS(tables().reply, from_cache) &&
               tables().reply->from_cache(ctx_, &source) == SLUICE_OK;
    }
    /// In cache_lookup: on_answer shall get the upstream's answer, if it is no larger than that. False on a
    /// host before ABI 1.2.
    bool keepAnswer(uint64_t max_bytes) const {
        return SLUICE_HAS(tables().reply, keep_answer) &&
               tables().reply->keep_answer(ctx_, max_bytes) == SLUICE_OK;
    }

    std::optional<std::string_view> attribute(std::string_view name) const {
        sluice_str value{};
        if (tables().attributes->get(ctx_, str(name), &value) != SLUICE_OK) return std::nullopt;
        return view(value);
    }
    bool setAttribute(std::string_view name, std::string_view value) const {
        return tables().attributes->set(ctx_, str(name), str(value)) == SLUICE_OK;
    }

    /// Parks the request; SLUICE_OK after that time. [may-wait]
    sluice_status sleep(uint32_t ms) const { return tables().timers->sleep(ctx_, ms); }

    /// Calls out and reads the answer on the next line; the request parks meanwhile. [may-wait]
    HttpResult http(const Host& host, const HttpCall& call) const {
        return detail::httpCall(tables().http, host.raw(), ctx_, call);
    }
    /// The same for JSON. [may-wait]
    HttpResult post(const Host& host, std::string_view url, std::string_view json,
                    uint32_t timeout_ms = 0) const {
        return http(host, {url, "POST", {{"content-type", "application/json"}}, json, timeout_ms});
    }

    /// Sees text of these lanes (SLUICE_LANE_*, or'ed) in on_stream; it goes on to the client at once.
    bool observe(uint32_t lanes, const Hold& hold = {}) const {
        return subscribe(lanes, SLUICE_STREAM_OBSERVE, hold);
    }
    /// Decides in on_stream how much of it goes on.
    bool gate(uint32_t lanes, const Hold& hold = {}) const {
        return subscribe(lanes, SLUICE_STREAM_GATE, hold);
    }
    /// Decides, and may replace spans of it.
    bool rewrite(uint32_t lanes, const Hold& hold = {}) const {
        return subscribe(lanes, SLUICE_STREAM_REWRITE, hold);
    }

protected:
    static const detail::Tables& tables() { return detail::tables; }

private:
    bool subscribe(uint32_t lanes, int32_t mode, const Hold& hold) const {
        const sluice_subscription wanted{sizeof wanted,
                                         lanes,
                                         mode,
                                         hold.max_bytes,
                                         hold.max_ms,
                                         static_cast<int32_t>(hold.grain),
                                         static_cast<int32_t>(hold.policy),
                                         0};
        return tables().stream->subscribe(ctx_, &wanted) == SLUICE_OK;
    }
    std::string_view text(uint32_t what) const { return view(tables().request->text(ctx_, what)); }
    void refuse(const Refusal& why) const {
        const sluice_block block{sizeof block,     why.http_status,          str(why.code),    str(why.type),
                                 str(why.message), str(why.internal_reason), str(why.category)};
        (void)tables().reply->block(ctx_, &block);
    }

    sluice_ctx* ctx_;
    void* state_;
};

/// The same request during one attempt at one deployment.
class Attempt : public Request {
public:
    using Request::Request;

    std::string_view deploymentId() const { return text(SLUICE_ATTEMPT_DEPLOYMENT_ID); }
    std::string_view upstreamModel() const { return text(SLUICE_ATTEMPT_MODEL); }
    std::string_view provider() const { return text(SLUICE_ATTEMPT_PROVIDER); }
    std::string_view error() const { return text(SLUICE_ATTEMPT_ERROR); }
    uint32_t number() const { return tables().attempt->number(raw()); }

    // Of an attempt that has ended, in on_attempt_end; nothing where it is not known, or the host is older.
    std::optional<int64_t> figure(uint32_t what) const {
        if (!SLUICE_HAS(tables().attempt, figure)) return std::nullopt;
        const int64_t value = tables().attempt->figure(raw(), what);
        return value < 0 ? std::nullopt : std::optional<int64_t>(value);
    }
    std::optional<int64_t> deployment() const {
        return figure(SLUICE_ATTEMPT_DEPLOYMENT);
    }  // Candidate::deployment()
    bool ok() const { return figure(SLUICE_ATTEMPT_OUTCOME) == SLUICE_ATTEMPT_OK; }
    bool timedOut() const { return figure(SLUICE_ATTEMPT_TIMED_OUT) == 1; }
    std::optional<int64_t> durationUs() const { return figure(SLUICE_ATTEMPT_DURATION_US); }
    std::optional<int64_t> firstByteUs() const { return figure(SLUICE_ATTEMPT_FIRST_BYTE_US); }
    std::optional<int64_t> promptTokens() const { return figure(SLUICE_ATTEMPT_PROMPT_TOKENS); }
    std::optional<int64_t> completionTokens() const { return figure(SLUICE_ATTEMPT_COMPLETION_TOKENS); }

    /// What this attempt costs, in 1e-12 USD; only in on_attempt_end. False on a host before ABI 1.2.
    bool setCost(int64_t pico_usd) const {
        return SLUICE_HAS(tables().attempt, set_cost) &&
               tables().attempt->set_cost(raw(), pico_usd) == SLUICE_OK;
    }

    bool setPath(std::string_view path) const {
        return tables().attempt->set_path(raw(), str(path)) == SLUICE_OK;
    }
    /// The target at the upstream; path() is the client's.
    std::string_view upstreamPath() const { return text(SLUICE_ATTEMPT_PATH); }
    /// A field of the upstream request; header() is the client's.
    std::optional<std::string_view> upstreamHeader(std::string_view name) const {
        sluice_str value{};
        if (tables().attempt->header(raw(), str(name), &value) != SLUICE_OK) return std::nullopt;
        return view(value);
    }
    bool setUpstreamHeader(std::string_view name, std::string_view value) const {
        return tables().attempt->set_header(raw(), str(name), str(value)) == SLUICE_OK;
    }
    bool removeUpstreamHeader(std::string_view name) const {
        return tables().attempt->remove_header(raw(), str(name)) == SLUICE_OK;
    }
    std::optional<std::string_view> upstreamMember(std::string_view name) const {
        sluice_str json{};
        if (tables().attempt->member(raw(), str(name), &json) != SLUICE_OK) return std::nullopt;
        return view(json);
    }
    bool setUpstreamMember(std::string_view name, std::string_view json) const {
        return tables().attempt->set_member(raw(), str(name), str(json)) == SLUICE_OK;
    }
    bool removeUpstreamMember(std::string_view name) const {
        return tables().attempt->remove_member(raw(), str(name)) == SLUICE_OK;
    }
    std::string_view upstreamBody() const { return view(tables().attempt->body(raw())); }
    bool setUpstreamBody(std::string_view body) const {
        return tables().attempt->set_body(raw(), str(body)) == SLUICE_OK;
    }

    // For providers that answer by themselves.
    bool begin(uint32_t status, std::string_view content_type) const {
        return tables().serve->begin(raw(), status, str(content_type)) == SLUICE_OK;
    }
    /// [may-wait]
    sluice_status write(std::string_view bytes) const { return tables().serve->write(raw(), str(bytes)); }

private:
    std::string_view text(uint32_t what) const { return view(tables().attempt->text(raw(), what)); }
};

/// The same request when its answer is on the way to the client.
class Response : public Request {
public:
    using Request::Request;

    uint32_t status() const { return tables().response->status(raw()); }
    std::optional<std::string_view> responseHeader(std::string_view name) const {
        sluice_str value{};
        if (tables().response->header(raw(), str(name), &value) != SLUICE_OK) return std::nullopt;
        return view(value);
    }
    bool setResponseHeader(std::string_view name, std::string_view value) const {
        return tables().response->set_header(raw(), str(name), str(value)) == SLUICE_OK;
    }
    bool removeResponseHeader(std::string_view name) const {
        return tables().response->remove_header(raw(), str(name)) == SLUICE_OK;
    }
    std::string_view responseBody() const { return view(tables().response->body(raw())); }
    bool setResponseBody(std::string_view body) const {
        return tables().response->set_body(raw(), str(body)) == SLUICE_OK;
    }
    std::string_view laneText(uint32_t lane) const { return view(tables().response->lane_text(raw(), lane)); }
};

/// One call of on_stream. Releases the whole window unless told otherwise. [loop]
class Stream : public Request {
public:
    Stream(sluice_ctx* ctx, void* state, const sluice_stream_event& event, sluice_stream_action& action)
        : Request(ctx, state), event_(event), action_(action) {}

    uint32_t lane() const { return event_.lane; }
    uint32_t choice() const { return event_.choice; }
    /// Text that has not been released yet; `text()` is the new part at its tail.
    std::string_view window() const { return view(event_.window); }
    std::string_view text() const { return view(event_.text); }
    /// SLUICE_END_*; the last call for this text has another one than SLUICE_END_NOT_YET.
    int32_t end() const { return event_.end; }
    bool ended() const { return event_.end != SLUICE_END_NOT_YET; }

    /// Lets the first `bytes` of the window go and holds the rest, from a character's beginning on.
    Verdict release(size_t bytes) const {
        const auto text = window();
        while (bytes > 0 && bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
            --bytes;
        action_.release = bytes < text.size() ? bytes : text.size();
        return Verdict::Continue;
    }
    Verdict hold() const { return release(0); }
    /// Replaces bytes [start, start + length) of the window; ascending, before they are released.
    bool replace(size_t start, size_t length, std::string_view text) const {
        return tables().stream->replace(raw(), start, length, str(text)) == SLUICE_OK;
    }
    /// Ends the stream; the client gets an error event with that message.
    Verdict abort(const Refusal& why) const {
        (void)block(why);
        return Verdict::Abort;
    }

private:
    const sluice_stream_event& event_;
    sluice_stream_action& action_;
};

}  // namespace sluice

// As little of a gateway as plugins that know callers need: what is measured against it is theirs. One
// request at a time, headers in order, identity copied as the gateway copies it.
#pragma once

#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double nsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/// Of this thread: what others do on the machine at the same time is not in it.
inline double cpuNs() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

inline long rssKb() {
    std::FILE* file = std::fopen("/proc/self/status", "r");
    char line[256];
    long kb = 0;
    while (file && std::fgets(line, sizeof line, file)) {
        if (std::sscanf(line, "VmRSS: %ld", &kb) == 1) break;
    }
    if (file) std::fclose(file);
    return kb;
}

/// What sluice_ctx is here.
struct Request {
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::pair<std::string, std::string>> members;
    std::map<std::string, std::string, std::less<>> attributes;
    std::string model = "gpt-4o", end_user, key_id, key_alias, tenant, user, team, organization;
    uint32_t refused = 0;
    std::string why;

    sluice_ctx* raw() { return reinterpret_cast<sluice_ctx*>(this); }
    static Request& of(sluice_ctx* ctx) { return *reinterpret_cast<Request*>(ctx); }
};

struct ThinHost {
    sluice_host raw{sizeof(sluice_host), SLUICE_ABI_MINOR, find};
    static inline std::map<std::string, sluice_service, std::less<>> services;
    static const void* find(const sluice_host*, sluice_str id);
};

namespace tables {

inline sluice_str text(sluice_ctx* ctx, uint32_t what) {
    const Request& r = Request::of(ctx);
    switch (what) {
        case SLUICE_REQUEST_METHOD:
            return sluice::str("POST");
        case SLUICE_REQUEST_PATH:
            return sluice::str("/v1/chat/completions");
        case SLUICE_REQUEST_ROUTE:
            return sluice::str("chat");
        case SLUICE_REQUEST_MODEL:
            return sluice::str(r.model);
        case SLUICE_REQUEST_CLIENT:
            return sluice::str("127.0.0.1");
        case SLUICE_REQUEST_END_USER:
            return sluice::str(r.end_user);
        default:
            return {nullptr, 0};
    }
}
inline sluice_status header(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    for (const auto& [own, text] : Request::of(ctx).headers) {
        if (own != sluice::view(name)) continue;
        *value = sluice::str(text);
        return SLUICE_OK;
    }
    return SLUICE_E_NOT_FOUND;
}
inline sluice_status member(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    for (const auto& [own, text] : Request::of(ctx).members) {
        if (own != sluice::view(name)) continue;
        *value = sluice::str(text);
        return SLUICE_OK;
    }
    return SLUICE_E_NOT_FOUND;
}
inline sluice_status setModel(sluice_ctx* ctx, sluice_str model) {
    Request::of(ctx).model = sluice::view(model);
    return SLUICE_OK;
}
inline sluice_status block(sluice_ctx* ctx, const sluice_block* why) {
    Request::of(ctx).refused = why->http_status;
    Request::of(ctx).why = sluice::view(why->public_message);
    return SLUICE_OK;
}
inline sluice_status identify(sluice_ctx* ctx, const sluice_identity* who) {
    Request& r = Request::of(ctx);
    r.key_id = sluice::view(who->key_id);
    r.key_alias = sluice::view(who->key_alias);
    r.tenant = sluice::view(who->tenant);
    r.user = sluice::view(who->user);
    r.team = sluice::view(who->team);
    r.organization = sluice::view(who->organization);
    return SLUICE_OK;
}
inline sluice_status setEndUser(sluice_ctx* ctx, sluice_str who) {
    Request::of(ctx).end_user = sluice::view(who);
    return SLUICE_OK;
}
inline sluice_status getAttribute(sluice_ctx* ctx, sluice_str name, sluice_str* value) {
    const auto& all = Request::of(ctx).attributes;
    const auto found = all.find(sluice::view(name));
    if (found == all.end()) return SLUICE_E_NOT_FOUND;
    *value = sluice::str(found->second);
    return SLUICE_OK;
}
inline sluice_status setAttribute(sluice_ctx* ctx, sluice_str name, sluice_str value) {
    Request::of(ctx).attributes[std::string(sluice::view(name))] = sluice::view(value);
    return SLUICE_OK;
}
inline sluice_status service(const sluice_host*, sluice_str id, sluice_str, sluice_service* out) {
    const auto found = ThinHost::services.find(sluice::view(id));
    if (found == ThinHost::services.end()) return SLUICE_E_NOT_FOUND;
    *out = found->second;
    return SLUICE_OK;
}
inline void log(const sluice_host*, int32_t level, sluice_str message) {
    if (level >= SLUICE_LOG_WARN) std::printf("log: %.*s\n", static_cast<int>(message.len), message.ptr);
}
inline uint64_t monotonicNs(const sluice_host*) {
    return static_cast<uint64_t>(Clock::now().time_since_epoch().count());
}
inline int64_t wallMs(const sluice_host*) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace tables

inline const void* ThinHost::find(const sluice_host*, sluice_str id) {
    static sluice_host_request request{};
    static sluice_host_reply reply{};
    static sluice_host_attributes attributes{};
    static sluice_host_services service{};
    static sluice_host_log log{};
    static sluice_host_clock clock{};
    request.size = sizeof request;
    request.text = tables::text;
    request.header = tables::header;
    request.member = tables::member;
    request.set_model = tables::setModel;
    reply.size = sizeof reply;
    reply.block = tables::block;
    reply.identify = tables::identify;
    reply.set_end_user = tables::setEndUser;
    attributes = {sizeof attributes, 0, tables::getAttribute, tables::setAttribute};
    service = {sizeof service, 0, tables::service};
    log.size = sizeof log;
    log.write = tables::log;
    clock = {sizeof clock, 0, tables::monotonicNs, tables::wallMs,
             [](const sluice_host*) { return uint64_t{7}; }};
    static const std::map<std::string, const void*, std::less<>> all{{SLUICE_HOST_REQUEST_ID, &request},
                                                                     {SLUICE_HOST_REPLY_ID, &reply},
                                                                     {SLUICE_HOST_ATTRIBUTES_ID, &attributes},
                                                                     {SLUICE_HOST_SERVICES_ID, &service},
                                                                     {SLUICE_HOST_LOG_ID, &log},
                                                                     {SLUICE_HOST_CLOCK_ID, &clock}};
    const auto found = all.find(sluice::view(id));
    return found == all.end() ? nullptr : found->second;
}

/// An instance of a plugin, and its three phases for one request.
class Loaded {
public:
    Loaded(const sluice_entry& entry, const std::string& config) : entry_(entry) {
        char error[512];
        size_t size = 0;
        if (entry.create(&host_.raw, sluice::str(config), &self_, error, sizeof error, &size) != SLUICE_OK)
            fail(std::string(error, size));
        hooks_ = static_cast<const sluice_hooks*>(entry.get_interface(sluice::str(SLUICE_HOOKS_ID)));
    }
    ~Loaded() { entry_.destroy(self_); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

    void start() {
        const auto* table =
            static_cast<const sluice_start*>(entry_.get_interface(sluice::str(SLUICE_START_ID)));
        char error[512];
        size_t size = 0;
        if (table->start(self_, error, sizeof error, &size) != SLUICE_OK) fail(std::string(error, size));
    }
    sluice_instance* self() const { return self_; }

    bool run(Request& r) const {
        void* state = hooks_->request_begin ? hooks_->request_begin(self_, r.raw()) : nullptr;
        const bool passed = hooks_->authenticate(self_, r.raw(), state) == SLUICE_IDENTIFIED &&
                            hooks_->authorize(self_, r.raw(), state) == SLUICE_CONTINUE &&
                            hooks_->pre_call(self_, r.raw(), state) == SLUICE_CONTINUE;
        if (hooks_->request_end) hooks_->request_end(self_, state);
        return passed;
    }

private:
    [[noreturn]] static void fail(const std::string& why) {
        std::printf("%s\n", why.c_str());
        std::exit(1);
    }

    const sluice_entry& entry_;
    ThinHost host_;
    sluice_instance* self_ = nullptr;
    const sluice_hooks* hooks_ = nullptr;
};

}  // namespace bench

// Plugins that each break one promise of the contract, made from one source: BROKEN is the number of the
// fault. Written against the bare ABI, because the SDK would not let most of them happen. The list of what
// the validator has to find stands in ../integration/s26_validator_test.py.
#include <sluice/sluice.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#define STR(text) \
    sluice_str { text, sizeof text - 1 }

#ifndef BROKEN
#define BROKEN 0
#endif

#if BROKEN == 2
#define MANIFEST \
    R"({"id":"broken","version":"one","abi":1,"description":"d","interfaces":["sluice.hooks/1"]})"
#elif BROKEN == 3
#define MANIFEST R"({"id":"broken","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1"]})"
#elif BROKEN == 4
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":9,"description":"d","interfaces":["sluice.hooks/1"]})"
#elif BROKEN == 5
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1","sluice.router/1"]})"
#elif BROKEN == 6
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"capabilities":["root"]})"
#elif BROKEN == 7
#define MANIFEST R"({"id":"broken","version":"1.0.0" "abi":1})"
#elif BROKEN == 32 || BROKEN == 33
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"unloadable":true})"
#elif BROKEN == 34
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1","sluice.state/1"]})"
#elif BROKEN == 35
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1","sluice.router/1"]})"
#elif BROKEN == 36
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1","sluice.endpoint/1"]})"
#elif BROKEN == 47
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"hooks":["pre_call","on_stream"]})"
#elif BROKEN == 48
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"hooks":[]})"
#elif BROKEN == 49
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"hooks":["pre_cal"]})"
#else
#define MANIFEST \
    R"({"id":"broken","version":"1.0.0","abi":1,"description":"d","interfaces":["sluice.hooks/1"],"config_schema":{"type":"object","properties":{"word":{"type":"string","default":"w"}}}})"
#endif

extern "C" __attribute__((section(".sluice.manifest"), used, visibility("hidden")))
const char sluice_manifest_text[] = MANIFEST;

namespace {

const sluice_host* g_host = nullptr;
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
std::string* g_shared = nullptr;

template <class T>
const T* table(const char* id) {
    return static_cast<const T*>(g_host->get_interface(g_host, sluice_str{id, strlen(id)}));
}

[[maybe_unused]] void subscribe(sluice_ctx* ctx, int32_t mode) {
    sluice_subscription s{};
    s.size = sizeof s;
    s.lanes = SLUICE_LANE_TEXT;
    s.mode = mode;
    table<sluice_host_stream>(SLUICE_HOST_STREAM_ID)->subscribe(ctx, &s);
}

sluice_verdict preCall(sluice_instance* self, sluice_ctx* ctx, void* state) {
    (void)self, (void)ctx, (void)state;
#if BROKEN == 14
    return 77;
#elif BROKEN == 15
    return SLUICE_IDENTIFIED;
#elif BROKEN == 16
    return SLUICE_FAILED;
#elif BROKEN == 17
    throw std::runtime_error("an exception crosses the border");
#elif BROKEN == 18
    return SLUICE_RESPOND;  // and no reply
#elif BROKEN == 19
    usleep(300000);
#elif BROKEN == 20
    const sluice_str body = table<sluice_host_request>(SLUICE_HOST_REQUEST_ID)->body(ctx);
    if (body.len > 100000) *(volatile int*)nullptr = 1;
#elif BROKEN == 21
    volatile uint64_t forever = 1;
    while (forever) ++forever;
#elif BROKEN == 22 || BROKEN == 23 || BROKEN == 24 || BROKEN == 25
    subscribe(ctx, BROKEN == 23 ? SLUICE_STREAM_OBSERVE : SLUICE_STREAM_REWRITE);
#elif BROKEN == 26
    pthread_mutex_lock(&g_mutex);
    table<sluice_host_timers>(SLUICE_HOST_TIMERS_ID)->sleep(ctx, 5);
    pthread_mutex_unlock(&g_mutex);
#elif BROKEN == 29
    memset(malloc(4096), 1, 4096);  // for good
#elif BROKEN == 30
    std::string* mine = g_shared;
    g_shared = nullptr;
    usleep(50);
    if (!mine) abort();  // another thread has taken it
    g_shared = mine;
#elif BROKEN == 31
    const sluice_str route =
        table<sluice_host_request>(SLUICE_HOST_REQUEST_ID)->text(ctx, SLUICE_REQUEST_ROUTE);
    const char* known[] = {"chat",         "completions",        "embeddings",   "responses",   "messages",
                           "count_tokens", "images_generations", "audio_speech", "moderations", "rerank"};
    for (const char* name : known)
        if (route.len == strlen(name) && memcmp(route.ptr, name, route.len) == 0) return SLUICE_CONTINUE;
    abort();
#endif
    return SLUICE_CONTINUE;
}

[[maybe_unused]] sluice_verdict onStream(sluice_instance*, sluice_ctx* ctx, void*,
                                         const sluice_stream_event* event, sluice_stream_action* action) {
    (void)ctx, (void)event, (void)action;
#if BROKEN == 22  // looks at chunks instead of windows
    if (event->text.len == 1) table<sluice_host_stream>(SLUICE_HOST_STREAM_ID)->replace(ctx, 0, 1, STR("#"));
#elif BROKEN == 23
    if (event->end == SLUICE_END_TRUNCATED) throw 7;
#elif BROKEN == 24
    action->release = event->window.len + 1;
#elif BROKEN == 25  // lets half a character go
    for (size_t i = 1; i < event->window.len; ++i)
        if ((event->window.ptr[i] & 0xC0) == 0x80) action->release = i;
#endif
    return SLUICE_CONTINUE;
}

[[maybe_unused]] void onComplete(sluice_instance*, const sluice_record* record) {
    if (record->json.len < 5) throw std::runtime_error("a record without fields");
}

sluice_hooks hooks() {
    sluice_hooks h{};
    h.size = BROKEN == 10 ? 3 : sizeof h;
    h.pre_call = preCall;
#if BROKEN >= 22 && BROKEN <= 25
    h.on_stream = onStream;
#endif
#if BROKEN == 13
    h.request_begin = [](sluice_instance*, sluice_ctx*) { return malloc(16); };
#elif BROKEN == 28
    h.on_complete = onComplete;
#endif
    return h;
}

sluice_str describe() {
#if BROKEN == 9
    return STR("{\"id\":\"another\"}");
#else
    return sluice_str{sluice_manifest_text, sizeof sluice_manifest_text - 1};
#endif
}

[[maybe_unused]] void* runOn(void*) {
    for (;;) pause();
}

sluice_status create(const sluice_host* host, sluice_str config, sluice_instance** out, char* error,
                     size_t capacity, size_t* size) {
    (void)config, (void)error, (void)capacity, (void)size;
    g_host = host;
    if (!g_shared) g_shared = new std::string("shared");
#if BROKEN == 11
    abort();
#elif BROKEN == 12
    return SLUICE_OK;  // and no instance
#elif BROKEN == 37
    return SLUICE_E_INVALID;  // and no word
#elif BROKEN == 38  // the buffer is larger than it is
    memset(error, 'x', capacity + 8);
    *size = capacity + 8;
    if (config.len < 2 || config.ptr[0] != '{') return SLUICE_E_INVALID;
#elif BROKEN == 39
    const std::string text(config.ptr, config.len);
    if (text.find("1e+308") != std::string::npos) std::stoi("no number");
#elif BROKEN == 27
    pthread_t thread;
    pthread_create(&thread, nullptr, runOn, nullptr);
#elif BROKEN == 40
    if (!table<sluice_host_clock>(SLUICE_HOST_CLOCK_ID)) abort();
#elif BROKEN == 41
    if (host->size != sizeof *host) {
        *size = capacity < 3 ? capacity : 3;
        memcpy(error, "size", *size);
        return SLUICE_E_UNSUPPORTED;
    }
#elif BROKEN == 33
    static thread_local std::string local("a destructor at the end of the thread");
    local += "x";
#endif
    *out = reinterpret_cast<sluice_instance*>(new int(BROKEN));
    return SLUICE_OK;
}

void destroy(sluice_instance* instance) {
#if BROKEN == 42
    abort();
#endif
    delete reinterpret_cast<int*>(instance);
}

const void* interface(sluice_str id) {
    static const sluice_hooks table = hooks();
#if BROKEN == 8
    (void)id;
    return &table;
#else
    const auto is = [&](const char* name) {
        return id.len == strlen(name) && memcmp(id.ptr, name, id.len) == 0;
    };
    if (is(SLUICE_HOOKS_ID)) return &table;
#if BROKEN == 34
    static const sluice_state state{
        sizeof(sluice_state), 0,
        [](sluice_instance*, void* sink, void (*write)(void*, sluice_str)) {
            write(sink, STR("state"));
            return sluice_status{SLUICE_OK};
        },
        [](sluice_instance*, sluice_str) { return sluice_status{SLUICE_E_INVALID}; }};
    if (is(SLUICE_STATE_ID)) return &state;
#elif BROKEN == 35
    static const sluice_router router{
        sizeof(sluice_router), 0,
        [](sluice_instance*, sluice_ctx*, const sluice_candidates*) { return int32_t{0}; }};
    if (is(SLUICE_ROUTER_ID)) return &router;
#elif BROKEN == 36
    static const sluice_route route{sizeof route, 0, STR("GET"), STR("/v1/models")};
    static const sluice_endpoint endpoint{
        sizeof endpoint, 0,
        [](sluice_instance*, size_t* count) -> const sluice_route* {
            *count = 1;
            return &route;
        },
        [](sluice_instance*, sluice_ctx*, void*, uint32_t) { return sluice_verdict{0}; }};
    if (is(SLUICE_ENDPOINT_ID)) return &endpoint;
#endif
    return nullptr;
#endif
}

}  // namespace

#if BROKEN == 32  // a symbol that two copies would share keeps the library mapped
template <class T>
struct __attribute__((visibility("default"))) Shared {
    static T value;
};
template <class T>
T Shared<T>::value = 1;
extern "C" SLUICE_EXPORT int use_shared() { return ++Shared<int>::value; }
#endif

#if BROKEN == 46  // a symbol that nobody has
extern "C" int nobody_has_this();
extern "C" SLUICE_EXPORT int asks() { return nobody_has_this(); }
#endif

#if BROKEN == 43
extern "C" SLUICE_EXPORT int helper() { return 1; }
#endif

#if BROKEN != 1
extern "C" SLUICE_EXPORT const sluice_entry* sluice_plugin_entry_v1(void) {
    static const sluice_entry entry{BROKEN == 44 ? 24 : sizeof(sluice_entry),
                                    SLUICE_ABI_MINOR,
                                    STR("hand-written"),
                                    describe,
                                    create,
                                    destroy,
                                    interface};
    return &entry;
}
#endif

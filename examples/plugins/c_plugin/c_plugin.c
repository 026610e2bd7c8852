/* A guard in plain C11, without the SDK: it refuses requests that contain a word.
 *
 *   plugins: [{plugin: c_plugin, config: {word: xyzzy}}]
 *
 * It looks at the bytes of the body. Somebody who wants to get round it writes \u0078 for x: that takes a
 * JSON parser, which would hide here what the example is about.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sluice/sluice.h>

#define WORD_MAX 64

/* Where the gateway and its tools read it without running anything. The section has to survive the linker. */
__attribute__((section(SLUICE_MANIFEST_SECTION), used)) static const char manifest[] =
    "{\"id\":\"c_plugin\",\"version\":\"1.0.0\",\"abi\":1,\"interfaces\":[\"sluice.hooks/1\"],"
    "\"description\":\"Refuses requests with a word in them\","
    "\"config_schema\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"word\"],"
    "\"examples\":[{\"word\":\"xyzzy\"}],"
    "\"properties\":{\"word\":{\"type\":\"string\",\"minLength\":1}}}}";

/* What sluice_instance is, is the plugin's own affair. */
typedef struct guard {
    const sluice_host_request* request;
    const sluice_host_reply* reply;
    size_t length;
    char word[WORD_MAX];
} guard;

static sluice_str text(const char* literal) {
    const sluice_str s = {literal, strlen(literal)};
    return s;
}

static int same(sluice_str a, const char* b) { return a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0; }

/* `error` is the host's and is not terminated; what does not fit is cut. */
static sluice_status fail(sluice_status status, const char* why, char* error, size_t capacity,
                          size_t* length) {
    *length = strlen(why) < capacity ? strlen(why) : capacity;
    memcpy(error, why, *length);
    return status;
}

/* The host has checked the schema: the configuration is {"word":"…"} and nothing else. */
static int read_word(sluice_str config, guard* self) {
    const char* const end = config.ptr + config.len;
    const char* at = memchr(config.ptr, ':', config.len);
    while (at && at < end && *at != '"') ++at;
    if (!at || at == end) return 0;
    for (++at; at < end && *at != '"'; ++at) {
        if (!isalnum((unsigned char)*at) || self->length == WORD_MAX) return 0;
        self->word[self->length++] = *at;
    }
    return at < end;
}

static sluice_status create(const sluice_host* host, sluice_str config, sluice_instance** out, char* error,
                            size_t error_capacity, size_t* error_len) {
    guard* self = calloc(1, sizeof *self);
    if (!self) return fail(SLUICE_E_INTERNAL, "no memory", error, error_capacity, error_len);
    self->request = host->get_interface(host, text(SLUICE_HOST_REQUEST_ID));
    self->reply = host->get_interface(host, text(SLUICE_HOST_REPLY_ID));
    if (!SLUICE_HAS(self->request, body) || !SLUICE_HAS(self->reply, block)) {
        free(self);
        return fail(SLUICE_E_UNSUPPORTED, "this host is too old", error, error_capacity, error_len);
    }
    if (!read_word(config, self)) {
        free(self);
        return fail(SLUICE_E_INVALID, "word: 1 to 64 letters and digits", error, error_capacity, error_len);
    }
    *out = (sluice_instance*)self;
    return SLUICE_OK;
}

static void destroy(sluice_instance* instance) { free(instance); }

static int contains(sluice_str body, const guard* self) {
    for (size_t i = 0; i + self->length <= body.len; ++i) {
        if (memcmp(body.ptr + i, self->word, self->length) == 0) return 1;
    }
    return 0;
}

/* Called by many threads at the same time: the instance is only read. */
static sluice_verdict pre_call(sluice_instance* instance, sluice_ctx* ctx, void* state) {
    const guard* self = (const guard*)instance;
    (void)state; /* no request_begin, no state */
    if (!contains(self->request->body(ctx), self)) return SLUICE_CONTINUE;
    char internal[WORD_MAX + 32]; /* copied before block() returns */
    (void)snprintf(internal, sizeof internal, "it contains \"%.*s\"", (int)self->length, self->word);
    const sluice_block why = {.size = sizeof why,
                              .code = text("forbidden_word"),
                              .public_message = text("The request contains a word that is not allowed"),
                              .internal_reason = text(internal),
                              .category = text("word")};
    (void)self->reply->block(ctx, &why);
    return SLUICE_BLOCK;
}

static sluice_str describe(void) { return text(manifest); }

static const void* get_interface(sluice_str id) {
    static const sluice_hooks hooks = {.size = sizeof hooks, .pre_call = pre_call};
    return same(id, SLUICE_HOOKS_ID) ? &hooks : NULL;
}

const sluice_entry* sluice_plugin_entry_v1(void) {
    static const sluice_entry entry = {.size = sizeof entry,
                                       .abi_minor = SLUICE_ABI_MINOR,
                                       .sdk = {"hand-written", sizeof "hand-written" - 1},
                                       .describe = describe,
                                       .create = create,
                                       .destroy = destroy,
                                       .get_interface = get_interface};
    return &entry;
}

/* clang-format off */
/* sluice.hooks/1: the phases of a request. Every member may be null, and a null hook costs nothing.
 *
 *  #  hook                  when                          verdicts besides CONTINUE, FAILED   on failure
 *  10 on_request            head read                     RESPOND BLOCK                       closed
 *  20 authenticate          first definite answer wins    IDENTIFIED DENY                     closed, always
 *  25 authorize             everyone must agree           DENY                                closed, always
 *  30 pre_call              body read                     RESPOND BLOCK NOT_SCANNED           on_error
 *  38 cache_lookup          first RESPOND wins            RESPOND                             open
 *  40 route                 candidates known              BLOCK                               open
 *  45 during_call           beside the upstream call      BLOCK NOT_SCANNED                   closed
 *  50 on_upstream_request   each attempt, before sending  BLOCK                               closed
 *  55 on_upstream_response  each attempt, head received   RETRY                               open
 *  58 on_attempt_end        each attempt, whatever ended  RETRY FALLBACK                      open
 *  60 on_stream             subscribed lanes of a stream  ABORT NOT_SCANNED                   on_error
 *  70 post_call             whole answer                  RESPOND BLOCK NOT_SCANNED           on_error
 *  75 on_response           head for the client           -                                   open
 *  90 on_complete           after the last byte           none: it returns nothing            open
 *
 * 10 to 50 run in config order, 55 to 75 in reverse order. There is no "done" verdict in a response phase: the next
 * guard always runs. All hooks but on_complete are [loop]; on_complete is [offload]. "on failure": what holds unless
 * the instance's on_error, or on_timeout, says otherwise, and "always" whatever they say; "on_error" is closed unless
 * configured otherwise.
 */
/* clang-format on */
#pragma once

#include "candidates.h"
#include "record.h"
#include "stream.h"
#include "verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOOKS_ID "sluice.hooks/1"

/* What one request has used: the figures of its record, all attempts together. */
typedef struct sluice_settlement {
    uint32_t size;
    uint32_t http_status; /* of the answer; 0: none went out */
    uint64_t prompt_tokens;
    uint64_t completion_tokens;
    int64_t cost_pico_usd; /* 1e-12 USD; negative: nobody has said */
    int32_t usage_known;   /* 0: no tokens are known */
    uint32_t attempts;     /* at deployments; 0: none was asked */
} sluice_settlement;

/* An upstream's answer, whole, byte for byte as it came: no guardrail has touched it. Lives until the hook
 * returns. */
typedef struct sluice_answer {
    uint32_t size;
    uint32_t http_status;    /* 200 to 299 */
    sluice_str content_type; /* of the upstream's head */
    sluice_str body;         /* of a stream: all its bytes */
    int32_t stream;          /* 1: it came as an event stream, and that ended as its dialect says */
    uint32_t fallbacks;      /* how often another model group took over; 0: the model that was asked for */
    uint64_t prompt_tokens;  /* 0 if not known */
    uint64_t completion_tokens;
    int64_t cost_pico_usd; /* negative: nobody has said */
} sluice_answer;

/* state: what request_begin returned for this request, null without request_begin. */
typedef sluice_verdict (*sluice_hook)(sluice_instance* self, sluice_ctx* ctx, void* state);

typedef struct sluice_hooks {
    uint32_t size;
    uint32_t reserved;
    /* Makes the plugin's state for one request, before its first hook. May return null. */
    void* (*request_begin)(sluice_instance* self, sluice_ctx* ctx);
    /* Ends it. Exactly once for each request_begin, whatever ended the request: answer, cancel, timeout,
     * fault. No host call that takes a ctx is allowed in it. */
    void (*request_end)(sluice_instance* self, void* state);
    sluice_hook on_request;
    sluice_hook authenticate;
    sluice_hook authorize;
    sluice_hook pre_call;
    sluice_hook cache_lookup;
    sluice_verdict (*route)(sluice_instance* self, sluice_ctx* ctx, void* state,
                            const sluice_candidates* candidates);
    /* Runs on a fiber of its own, in parallel with the upstream call and with other during_call hooks. */
    sluice_hook during_call;
    sluice_hook on_upstream_request;
    sluice_hook on_upstream_response;
    sluice_hook on_attempt_end;
    sluice_verdict (*on_stream)(sluice_instance* self, sluice_ctx* ctx, void* state,
                                const sluice_stream_event* event, sluice_stream_action* action);
    sluice_hook post_call;
    sluice_hook on_response;
    void (*on_complete)(sluice_instance* self, const sluice_record* record);
    /* Optional: 0 if this instance, as it is configured, has no use for its hook of that phase (10, 20, …).
     * It is left out of the chains then and costs what a null hook costs. [control] */
    int32_t (*wants)(sluice_instance* self, uint32_t phase);
    /* --- since ABI 1.2 --- */
    /* The request is over and its figures are known: for what was reserved for it. Before request_end,
     * exactly once for each request_begin. No host call that takes a ctx is allowed in it. [loop] */
    void (*on_settled)(sluice_instance* self, void* state, const sluice_settlement* sums);
    /* What keep_answer() of sluice.host.reply/1 asked for, before the client has the last byte of it. Not
     * called if the answer failed, was cut, is larger than was asked for, or nobody waited for its end. No
     * host call that takes a ctx is allowed in it. [loop] */
    void (*on_answer)(sluice_instance* self, void* state, const sluice_answer* answer);
} sluice_hooks;

#ifdef __cplusplus
}
#endif

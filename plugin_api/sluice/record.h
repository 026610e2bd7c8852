/* The completion record: what became of one request, written once, after its last byte. */
#pragma once

#include "base.h"

typedef struct sluice_record {
    uint32_t size;
    uint32_t http_status;
    sluice_str call_id; /* x-litellm-call-id */
    sluice_str outcome; /* "success" | "failure" | "cancelled" | "blocked" */
    sluice_str route;   /* "chat", "messages", … */
    sluice_str model;   /* as the client named it */
    sluice_str json;  /* the whole record: the fields of LiteLLM's StandardLoggingPayload, one line, no secret
                         in it */
    int64_t start_ms; /* since the Unix epoch */
    int64_t end_ms;
    uint64_t prompt_tokens;
    uint64_t completion_tokens;
    int32_t stream;      /* 1 if the answer was streamed */
    int32_t usage_known; /* 0: the provider gave no usage */
    /* --- since ABI 1.2 --- */
    int64_t cost_pico_usd;   /* of all attempts together, in 1e-12 USD; negative: nobody has said */
    int32_t usage_estimated; /* 1: tokens were counted by the gateway, at least in part */
    uint32_t attempts;       /* at deployments; 0: none was asked */
    /* Who asked, and what for; empty if not known. With these a plugin whose manifest says "record":"fields"
     * can do without `json`, which is empty if nobody else wants it. */
    sluice_str call_type; /* "acompletion", …: LiteLLM's */
    sluice_str key_id;
    sluice_str key_alias;
    sluice_str tenant;
    sluice_str user;
    sluice_str team;
    sluice_str organization;
    sluice_str end_user;
    sluice_str model_group;
    sluice_str deployment_id;
    sluice_str upstream_model;
    sluice_str provider;
    sluice_str api_base;
    sluice_str error;
    sluice_str error_class;
    sluice_str client; /* address of the peer */
    sluice_str user_agent;
    sluice_str attributes;  /* of the request, as a JSON object of strings */
    int64_t first_token_ms; /* since the Unix epoch; 0: none came */
    uint64_t cached_tokens; /* of prompt_tokens */
    uint64_t cache_write_tokens;
    uint64_t reasoning_tokens; /* of completion_tokens */
    sluice_str record_id;      /* made by the gateway, never twice; call_id may be what a client has chosen */
    int64_t upstream_us;       /* waiting for upstreams, all attempts together */
    int64_t overhead_us;       /* the rest of the time from start to end */
    sluice_str finish_reason;  /* of a stream, as the provider says it */
    sluice_str stream_end; /* "end_ok" | "end_truncated" | "end_cancelled" | "end_error"; empty: no stream */
    uint32_t retries;
    uint32_t fallbacks;
    sluice_str guardrails; /* guardrail_information of the JSON; empty: nobody looked */
    sluice_str cache_key;  /* of a hit; empty otherwise */
    int32_t cache_hit;     /* 1: a cache has answered, at no cost */
    uint32_t reserved;
    int64_t saved_pico_usd; /* by the hit; negative: nobody knows */
} sluice_record;

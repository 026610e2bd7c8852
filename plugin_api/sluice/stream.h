/* Streams by lane. A plugin that wants to see the text of a stream subscribes to lanes of it, in any phase up
 * to on_upstream_request; without a subscription it is never called and nothing is decoded for it. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HOST_STREAM_ID "sluice.host.stream/1"

#define SLUICE_LANE_TEXT 1u
#define SLUICE_LANE_REASONING 2u
#define SLUICE_LANE_TOOL_ARGS 4u
#define SLUICE_LANE_REFUSAL 8u
#define SLUICE_LANE_META 16u /* usage, finish reason, error: JSON of the event */

#define SLUICE_STREAM_OBSERVE 0 /* sees everything, after it was released; may ABORT */
#define SLUICE_STREAM_GATE 1    /* releases or holds, changes nothing */
#define SLUICE_STREAM_REWRITE 2 /* releases, holds or replaces */

#define SLUICE_END_NOT_YET 0
#define SLUICE_END_OK 1
#define SLUICE_END_TRUNCATED 2
#define SLUICE_END_CANCELLED 3
#define SLUICE_END_ERROR 4

typedef struct sluice_stream_event {
    uint32_t size;
    uint32_t lane;     /* one SLUICE_LANE_* */
    uint32_t choice;   /* index of the choice, content block or output item */
    int32_t end;       /* SLUICE_END_*; the last call of a lane has empty text and an end */
    sluice_str window; /* of this lane: text not yet released, the new text included */
    sluice_str text;   /* the new text: the tail of window. Whole UTF-8 characters */
} sluice_stream_event;

/* Filled in by the plugin; zero-initialised by the host, with release = the whole window. Ignored for
 * OBSERVE. */
typedef struct sluice_stream_action {
    uint32_t size;
    uint32_t reserved;
    uint64_t release;       /* bytes of window to let go; the rest is held and comes again */
    uint64_t replace_start; /* REWRITE: replace [start, start + len) of the released part, */
    uint64_t replace_len;
    sluice_str replacement; /* by this; copied. len 0 and replace_len 0: no replacement */
} sluice_stream_action;

typedef struct sluice_subscription {
    uint32_t size;
    uint32_t lanes;          /* SLUICE_LANE_* or'ed */
    int32_t mode;            /* SLUICE_STREAM_* */
    uint32_t max_hold_bytes; /* 0 = the host's default */
    uint32_t max_hold_ms;    /* 0 = the host's default */
    uint32_t reserved;
} sluice_subscription;

typedef struct sluice_host_stream {
    uint32_t size;
    uint32_t reserved;
    /* Subscribes the calling instance for this request. SLUICE_E_UNSUPPORTED if the mode is not offered by
     * this host. [loop] */
    sluice_status (*subscribe)(sluice_ctx* ctx, const sluice_subscription* subscription);
} sluice_host_stream;

#ifdef __cplusplus
}
#endif

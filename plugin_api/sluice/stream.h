/* Streams by lane. A plugin that wants the text of a stream subscribes to lanes of it, in any phase up to
 * on_upstream_request but during_call; without a subscription it is never called and nothing is decoded for
 * it.
 *
 * One text (a lane and a choice) reaches on_stream as a window that grows: what the plugin has not released
 * yet, the new text at its tail. The plugin says how many bytes of it go on; the rest is held and comes
 * again. With REWRITE it may replace spans of what it releases. Several plugins form a row: the next one sees
 * only what the one before it released. What comes out does not depend on how the upstream cut its chunks, as
 * long as the plugin judges windows and not chunks. Events keep their order and number: an event waits until
 * all of its text has been released. */
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

#define SLUICE_STREAM_OBSERVE 0 /* everything is released at once; may ABORT */
#define SLUICE_STREAM_GATE 1    /* releases or holds, changes nothing */
#define SLUICE_STREAM_REWRITE 2 /* releases, holds or replaces; not for SLUICE_LANE_META */

/* How finely a text is shown. Coarser grains hold text back until one is complete or the text ends. */
#define SLUICE_GRAIN_ARRIVAL 0  /* as it arrives */
#define SLUICE_GRAIN_WORD 1     /* the window ends with white space */
#define SLUICE_GRAIN_LINE 2     /* the window ends with LF */
#define SLUICE_GRAIN_SENTENCE 3 /* the window ends with . ! or ? and white space, a full-width one, or LF */

/* When text has been held for more than max_hold_bytes or max_hold_ms. */
#define SLUICE_HOLD_BY_POLICY 0 /* as the instance's on_timeout says: open releases, closed aborts */
#define SLUICE_HOLD_RELEASE 1   /* goes on unseen; the record says not_scanned */
#define SLUICE_HOLD_ABORT 2

#define SLUICE_END_NOT_YET 0
#define SLUICE_END_OK 1
#define SLUICE_END_TRUNCATED 2
#define SLUICE_END_CANCELLED 3
#define SLUICE_END_ERROR 4

typedef struct sluice_stream_event {
    uint32_t size;
    uint32_t lane;   /* one SLUICE_LANE_* */
    uint32_t choice; /* which text of the lane: low 16 bits choice, content block or output item; high 16 bits
                        the tool call or part within it */
    int32_t end;     /* SLUICE_END_*: with anything but NOT_YET this is the last call for this text */
    sluice_str window; /* text not yet released, the new text included */
    sluice_str text;   /* the new text: the tail of window. Whole UTF-8 characters; may be empty at the end */
} sluice_stream_event;

/* Filled in by the plugin; the host begins with release = the whole window. Ignored for OBSERVE, and at the
 * end of a text, when everything goes: to stop it there, ABORT. */
typedef struct sluice_stream_action {
    uint32_t size;
    uint32_t reserved;
    uint64_t release; /* bytes of window to let go, a whole number of UTF-8 characters */
} sluice_stream_action;

typedef struct sluice_subscription {
    uint32_t size;
    uint32_t lanes;          /* SLUICE_LANE_* or'ed */
    int32_t mode;            /* SLUICE_STREAM_* */
    uint32_t max_hold_bytes; /* 0 = the host's default, 64 KiB */
    uint32_t max_hold_ms;    /* 0 = the host's default, 10 s */
    int32_t granularity;     /* SLUICE_GRAIN_* */
    int32_t hold_policy;     /* SLUICE_HOLD_* */
    uint32_t reserved;
} sluice_subscription;

typedef struct sluice_host_stream {
    uint32_t size;
    uint32_t reserved;
    /* Subscribes the calling instance for this request; a second call for the same lanes replaces the first.
     * SLUICE_E_UNSUPPORTED if the phase is too late or the plugin has no on_stream. [loop] */
    sluice_status (*subscribe)(sluice_ctx* ctx, const sluice_subscription* subscription);
    /* Inside on_stream, for REWRITE: bytes [start, start + length) of the window become `text`, which is
     * copied. In ascending order, without overlap, on character boundaries, within what is released by this
     * call; SLUICE_E_INVALID otherwise, and where the window is empty: no event is left to carry text. [loop]
     */
    sluice_status (*replace)(sluice_ctx* ctx, uint64_t start, uint64_t length, sluice_str text);
} sluice_host_stream;

#ifdef __cplusplus
}
#endif

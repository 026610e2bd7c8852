/* Sluice plugin ABI: the few types that everything else is made of.
 *
 * Rules of the whole ABI:
 *  - C11, fixed-width integers; no C enum, C++ type, exception, errno, FILE* or allocated memory crosses the
 * border.
 *  - Whatever is passed in lives until the call returns, unless the comment says longer. What a plugin hands
 * over is copied before the call returns. Nobody ever frees the other side's memory.
 *  - Interfaces are found by id ("sluice.hooks/1"). Inside a revision a struct only grows at its end and says
 * its size in its first member: test optional members with SLUICE_HAS. What does not fit becomes a new
 * revision.
 *  - Zero means "continue" or "fine" everywhere; negative values are errors; unknown positive values are
 * "other".
 *
 * Every function says where it may be called:
 *  [loop]     on an event loop, inside a hook of a request; concurrent across requests, never within one
 *  [offload]  on a thread that may block
 *  [control]  on the control thread: load, reload, shutdown; never concurrent for one instance
 *  [any]      anywhere
 *  [may-wait] parks the request until it is done; other requests run meanwhile on the same thread: hold no
 * lock across it
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ABI_MAJOR 1
#define SLUICE_ABI_MINOR 2

#if defined(__GNUC__)
#define SLUICE_EXPORT __attribute__((visibility("default")))
#else
#define SLUICE_EXPORT
#endif

/* Borrowed bytes, not terminated by NUL; UTF-8 unless said otherwise. ptr may be null only if len is 0. */
typedef struct sluice_str {
    const char* ptr;
    size_t len;
} sluice_str;

/* SLUICE_OK or one of SLUICE_E_*. */
typedef int32_t sluice_status;
#define SLUICE_OK 0
#define SLUICE_E_INVALID (-1)     /* an argument is not what it must be */
#define SLUICE_E_NOT_FOUND (-2)   /* no such header, member, attribute, secret */
#define SLUICE_E_UNSUPPORTED (-3) /* not by this side, not for this route, not in this phase */
#define SLUICE_E_LIMIT (-4)       /* a bound was reached */
#define SLUICE_E_DEADLINE (-5)    /* time is up */
#define SLUICE_E_CANCELLED (-6)   /* the request has ended; return soon */
#define SLUICE_E_UNAVAILABLE (-7) /* the other end cannot be reached */
#define SLUICE_E_DENIED (-8)      /* not granted to this plugin */
#define SLUICE_E_INTERNAL (-9)    /* a fault; details are in the log */
#define SLUICE_E_CONFLICT (-10)   /* somebody else has changed it in the meantime */

/* Does the struct behind p reach as far as `member`? */
#ifdef __cplusplus
#define SLUICE_REACHES(p, member)                                                                          \
    (static_cast<size_t>(reinterpret_cast<const char*>(&(p)->member) - reinterpret_cast<const char*>(p)) + \
         sizeof((p)->member) <=                                                                            \
     (p)->size)
#define SLUICE_NULL nullptr
#else
#define SLUICE_REACHES(p, member) \
    ((size_t)((const char*)&(p)->member - (const char*)(p)) + sizeof((p)->member) <= (p)->size)
#define SLUICE_NULL NULL
#endif
/* Is the optional function `member` there? */
#define SLUICE_HAS(p, member) ((p) != SLUICE_NULL && SLUICE_REACHES(p, member) && (p)->member != SLUICE_NULL)

typedef struct sluice_instance sluice_instance; /* the plugin's own object; the host only passes it on */
typedef struct sluice_ctx sluice_ctx;           /* one request, seen from one instance; host-owned */
typedef struct sluice_host
    sluice_host; /* the host, seen from one instance; host-owned, outlives the instance */

#ifdef __cplusplus
}
#endif

/* What a hook answers. A verdict says what happens next; which ones a phase accepts stands in hooks.h. A
 * verdict that the phase does not accept counts as SLUICE_FAILED. */
#pragma once

#include "base.h"

typedef int32_t sluice_verdict;
#define SLUICE_CONTINUE 0   /* go on; whether anything was modified the host sees for itself */
#define SLUICE_RESPOND 1    /* the reply set with sluice.host.reply/1 is the answer */
#define SLUICE_BLOCK 2      /* refuse, with the reason given to sluice.host.reply/1 block() */
#define SLUICE_IDENTIFIED 3 /* authenticate: this is who it is; the identity has been set */
#define SLUICE_DENY 4       /* authenticate, authorize: no; reason as for BLOCK */
#define SLUICE_NOT_SCANNED \
    5                  /* this guard did not look, with the reason given to not_scanned(); policy decides */
#define SLUICE_ABORT 6 /* on_stream: end the stream with an error event and cancel the upstream */
#define SLUICE_RETRY 7 /* on_upstream_response, on_attempt_end: this attempt should be made again */
#define SLUICE_FALLBACK 8  /* on_attempt_end: go to the next fallback instead */
#define SLUICE_FAILED (-1) /* the hook itself failed; the instance's on_error decides */

/* sluice.scanner/1: what a guardrail finds in a text, for other plugins (scripts, exporters): an interface of
 * guardrails, found with sluice.host.services/1. No request is needed, and nothing is recorded. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_SCANNER_ID "sluice.scanner/1"

/* Bytes [begin, end) of the text. */
typedef struct sluice_finding {
    uint32_t size;
    uint32_t reserved;
    uint64_t begin;
    uint64_t end;
    sluice_str entity; /* "EMAIL_ADDRESS" */
    double score;      /* 0 to 1 */
} sluice_finding;

typedef struct sluice_scanner {
    uint32_t size;
    uint32_t reserved;
    /* Calls `found` for each finding, ascending, without overlap; it ends when `found` answers other than 0.
     * [any] */
    sluice_status (*scan)(sluice_instance* self, sluice_str text,
                          int32_t (*found)(void* arg, const sluice_finding* finding), void* arg);
} sluice_scanner;

#ifdef __cplusplus
}
#endif

/* sluice.start/1: for instances that need others before they serve. */
#pragma once

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_START_ID "sluice.start/1"

typedef struct sluice_start {
    uint32_t size;
    uint32_t reserved;
    /* All instances of the configuration have been created; none serves yet. A failure, described as create
     * does it, refuses the configuration. An instance is destroyed before those that it has found. [control]
     */
    sluice_status (*start)(sluice_instance* self, char* error, size_t error_capacity, size_t* error_len);
} sluice_start;

#ifdef __cplusplus
}
#endif

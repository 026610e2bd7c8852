/* sluice.host.clock/1: time and randomness through the host, so that tests can script them. */
#pragma once

#include "base.h"

#define SLUICE_HOST_CLOCK_ID "sluice.host.clock/1"

typedef struct sluice_host_clock {
    uint32_t size;
    uint32_t reserved;
    uint64_t (*monotonic_ns)(const sluice_host* host); /* [any] */
    int64_t (*wall_ms)(const sluice_host* host);       /* since the Unix epoch [any] */
    uint64_t (*random)(const sluice_host* host);       /* 64 uniform bits; not for secrets [any] */
} sluice_host_clock;

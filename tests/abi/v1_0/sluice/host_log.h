/* sluice.host.log/1: a line in the gateway's log, tagged with the instance. */
#pragma once

#include "base.h"

#define SLUICE_HOST_LOG_ID "sluice.host.log/1"

#define SLUICE_LOG_TRACE 0
#define SLUICE_LOG_DEBUG 1
#define SLUICE_LOG_INFO 2
#define SLUICE_LOG_WARN 3
#define SLUICE_LOG_ERROR 4

typedef struct sluice_host_log {
    uint32_t size;
    uint32_t reserved;
    /* Never put a secret or a prompt into it. Control characters are escaped. [any] */
    void (*write)(const sluice_host* host, int32_t level, sluice_str message);
    /* 1 if a message of this level would be written. [any] */
    int32_t (*enabled)(const sluice_host* host, int32_t level);
} sluice_host_log;

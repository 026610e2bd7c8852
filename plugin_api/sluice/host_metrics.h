/* sluice.host.metrics/1: counters, gauges and histograms with fixed label names and a capped number of
 * series. */
#pragma once

#include "base.h"

#define SLUICE_HOST_METRICS_ID "sluice.host.metrics/1"

#define SLUICE_COUNTER 0
#define SLUICE_GAUGE 1
#define SLUICE_HISTOGRAM 2 /* seconds; LiteLLM's buckets */

typedef struct sluice_host_metrics {
    uint32_t size;
    uint32_t reserved;
    /* Defines a metric; only inside create(). The same name with the same shape gives the same id. Returns
     * the id (>= 0) or a negative sluice_status. [control] */
    int32_t (*define)(const sluice_host* host, int32_t kind, sluice_str name, sluice_str help,
                      const sluice_str* label_names, size_t label_count);
    /* Counter: adds value (>= 0). Gauge: sets it. Histogram: observes it. label_values in the order of
     * definition. Past the cap of series all further label values are counted under "other". [any] */
    sluice_status (*record)(const sluice_host* host, int32_t id, const sluice_str* label_values,
                            size_t label_count, double value);
    /* --- since ABI 1.2 --- */
    /* All series of the gateway and its plugins in the Prometheus text format, version 0.0.4
     * (prometheus.io/docs/instrumenting/exposition_formats). Until the hook returns. [loop] */
    sluice_str (*text)(sluice_ctx* ctx);
} sluice_host_metrics;

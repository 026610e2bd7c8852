// The keys that every service has. Those of a service alone are read by its adapter.
#pragma once

#include <sluice/config.hpp>

#include "caller.h"
#include "judge.h"
#include "service.h"

namespace guard_remote {

struct Settings {
    std::string guardrail;  // which adapter
    Service::Options service;
    Cache::Limits cache;
    Judge::Options judge;

    // What it means that no judgement came.
    bool open_unreachable = false;  // nobody there, too slow, 502, 503, 504: the request goes on
    bool open_failed = false;       // any other failure: the request goes on

    bool monitors = false;  // what is found is only noted
    bool restores = false;  // answers get back what was masked in their request

    size_t stream_chunk_chars = 1'000;  // new characters of a stream that make a step worth a call
    size_t stream_wait_ms = 1'500;      // text that has waited so long is judged, however little it is
    size_t stream_overlap_chars = 100;  // judged again with the next step, and shown as context

    bool goesOn(Unusable::Kind kind) const {
        return kind == Unusable::Kind::Unreachable ? open_unreachable : open_failed;
    }
};

/// Throws ConfigError. `name`: of the guardrail.
Settings readSettings(const sluice::ConfigObject& config, const std::string& name);

}  // namespace guard_remote

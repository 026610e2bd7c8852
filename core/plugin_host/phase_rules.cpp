#include "plugin_host/phase_rules.h"

namespace sluice::host {

using config::FailMode;

namespace {

// What a failing hook does to the request if its instance says nothing (DESIGN.md, table of phases).
bool closedByDefault(Phase phase) {
    switch (phase) {
        case Phase::OnRequest:
        case Phase::Authenticate:
        case Phase::Authorize:
        case Phase::PreCall:
        case Phase::DuringCall:
        case Phase::OnUpstreamRequest:
        case Phase::OnStream:
        case Phase::Endpoint:
        case Phase::PostCall:
            return true;
        case Phase::CacheLookup:
        case Phase::Route:
        case Phase::OnUpstreamResponse:
        case Phase::OnAttemptEnd:
        case Phase::OnResponse:
        case Phase::OnComplete:
        case Phase::None:
            return false;
    }
    return true;
}

}  // namespace

bool alwaysClosed(Phase phase) { return phase == Phase::Authenticate || phase == Phase::Authorize; }

bool closes(Phase phase, FailMode mode) {
    if (alwaysClosed(phase)) return true;
    return mode == FailMode::Default ? closedByDefault(phase) : mode == FailMode::Closed;
}

int blockStatus(Phase phase) {
    if (phase == Phase::Authenticate) return 401;
    return phase == Phase::Authorize ? 403 : 400;
}

const char* name(Phase phase) {
    switch (phase) {
        case Phase::None:
            return "none";
        case Phase::OnRequest:
            return "on_request";
        case Phase::Authenticate:
            return "authenticate";
        case Phase::Authorize:
            return "authorize";
        case Phase::PreCall:
            return "pre_call";
        case Phase::CacheLookup:
            return "cache_lookup";
        case Phase::Route:
            return "route";
        case Phase::DuringCall:
            return "during_call";
        case Phase::OnUpstreamRequest:
            return "on_upstream_request";
        case Phase::OnUpstreamResponse:
            return "on_upstream_response";
        case Phase::OnAttemptEnd:
            return "on_attempt_end";
        case Phase::OnStream:
            return "on_stream";
        case Phase::Endpoint:
            return "endpoint";
        case Phase::PostCall:
            return "post_call";
        case Phase::OnResponse:
            return "on_response";
        case Phase::OnComplete:
            return "on_complete";
    }
    return "none";
}

}  // namespace sluice::host

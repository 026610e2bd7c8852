#include "base/status.h"

namespace sluice::base {

const char* name(Code code) {
    switch (code) {
        case Code::InvalidArgument:
            return "invalid_argument";
        case Code::NotFound:
            return "not_found";
        case Code::Unauthenticated:
            return "unauthenticated";
        case Code::PermissionDenied:
            return "permission_denied";
        case Code::TooLarge:
            return "too_large";
        case Code::Unsupported:
            return "unsupported";
        case Code::Unavailable:
            return "unavailable";
        case Code::ResourceExhausted:
            return "resource_exhausted";
        case Code::DeadlineExceeded:
            return "deadline_exceeded";
        case Code::Cancelled:
            return "cancelled";
        case Code::Truncated:
            return "truncated";
        case Code::Malformed:
            return "malformed";
        case Code::Internal:
            return "internal";
    }
    return "internal";
}

const char* name(Origin origin) {
    switch (origin) {
        case Origin::Client:
            return "client";
        case Origin::Gateway:
            return "gateway";
        case Origin::Plugin:
            return "plugin";
        case Origin::Upstream:
            return "upstream";
    }
    return "gateway";
}

Error clientError(Code code, std::string message) {
    return {code, Origin::Client, Retry::Unsafe, std::move(message)};
}
Error gatewayError(Code code, std::string message) {
    return {code, Origin::Gateway, Retry::Unsafe, std::move(message)};
}
Error upstreamError(Code code, std::string message, Retry retry) {
    return {code, Origin::Upstream, retry, std::move(message)};
}
Error pluginError(Code code, std::string message) {
    return {code, Origin::Plugin, Retry::Unsafe, std::move(message)};
}

}  // namespace sluice::base

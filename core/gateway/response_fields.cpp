#include "gateway/response_fields.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace sluice::gateway {
namespace {

constexpr std::array<std::string_view, 15> kLeftOut{"connection",
                                                    "keep-alive",
                                                    "transfer-encoding",
                                                    "content-length",
                                                    "date",
                                                    "server",
                                                    "set-cookie",
                                                    "upgrade",
                                                    "trailer",
                                                    "te",
                                                    "proxy-authenticate",
                                                    "proxy-connection",
                                                    "alt-svc",
                                                    "strict-transport-security",
                                                    "via"};

constexpr std::array<std::string_view, 9> kVerbatim{"content-type", "content-encoding", "content-disposition",
                                                    "retry-after",  "retry-after-ms",   "x-request-id",
                                                    "request-id",   "x-should-retry",   "cache-control"};

constexpr std::array<std::string_view, 3> kVerbatimPrefixes{"openai-", "anthropic-", "x-ratelimit-"};

template <size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view n) { return base::iequals(n, name); });
}

bool keepsName(std::string_view name) {
    return isOneOf(kVerbatim, name) ||
           std::any_of(kVerbatimPrefixes.begin(), kVerbatimPrefixes.end(),
                       [&](std::string_view p) { return base::istartsWith(name, p); });
}

}  // namespace

void copyResponseFields(const http::Fields& from, http::Fields& to) {
    for (const auto& field : from) {
        if (isOneOf(kLeftOut, field.name)) continue;
        if (keepsName(field.name)) {
            to.addBorrowed(field.name, field.value);
        } else if (!base::istartsWith(field.name, "x-litellm-")) {
            (void)to.add("llm_provider-" + base::lowered(field.name), field.value);
        }
    }
}

}  // namespace sluice::gateway

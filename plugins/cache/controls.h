// What a request says about caching: the member `cache` of its body (docs.litellm.ai/docs/proxy/caching).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cache {

struct Controls {
    bool no_cache = false;  // do not answer from the cache
    bool no_store = false;  // do not keep the answer
    bool use_cache = false;
    std::optional<int64_t> ttl_ms;      // for what is kept
    std::optional<int64_t> max_age_ms;  // s-maxage: an older answer will not do
    std::string name_space;

    /// `json` is the member's value; `allowed` the controls that the caller's key may use, a JSON list of
    /// their names, or empty: all. What is not allowed, unknown or of a wrong type goes to `refused`, in
    /// words.
    static Controls read(std::string_view json, std::string_view allowed, std::string& refused);
};

}  // namespace cache

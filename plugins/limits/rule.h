// One limit of somebody, ready to be counted; and whom it holds for.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "accounts/usage_limits.h"
#include "counters/memory.h"
#include "period.h"

namespace limits {

enum class What : uint8_t { Requests, Tokens, Parallel, Spend };

/// As LiteLLM's messages and headers name it: "requests", "tokens", …
const char* nameOf(What what);

/// Who spends, in the words of the store's reports: {"key_id", "88dc…"}, {"model_group", "gpt-4o"}; all
/// requests if nothing is said.
struct Whose {
    bool known = true;  // false: the store keeps no books on it
    std::vector<std::pair<std::string, std::string>> where;
};

/// Names of the header fields that tell clients of a counter. As old as the library.
struct FieldNames {
    std::string limit, remaining;
};
const FieldNames& fieldNames(const std::string& scope, What what);

struct Rule : std::enable_shared_from_this<Rule> {
    What what = What::Requests;
    std::string name;   // of the counter
    std::string scope;  // "api_key", "model_per_key", …
    const FieldNames* fields = nullptr;
    std::string model;       // only requests for it; empty: for all; a star at its end
    int64_t limit = 0;       // requests, tokens, or pico-USD
    std::string limit_text;  // the same for header fields; not of Spend
    int64_t span_ms = 0;     // a minute or a day
    int64_t soft_pico = -1;  // Spend: beyond it there is a warning; limit may be INT64_MAX
    int64_t extra_pico = 0, extra_until_ms = 0;
    std::string duration;  // Spend: of the budget
    int64_t spend_from_ms = 0, spend_base_pico = 0;
    Whose whose;  // Spend

    int64_t limitAt(int64_t now_ms) const {
        return limit != INT64_MAX && now_ms < extra_until_ms ? limit + extra_pico : limit;
    }
    bool appliesTo(std::string_view asked_model) const;
    /// Of the budget; computed anew when it is over. [any]
    Period period(const Zone& zone, int64_t now_ms) const;

    mutable std::atomic<int64_t> start_ms{0}, end_ms{-1};  // of the period; -1: not yet known
    mutable std::atomic<int64_t> warned_until_ms{-1};      // of the soft budget
    mutable std::atomic<bool> touched{false};              // by a request since the last look at the store
    mutable counters::Memory::Hint hint;                   // where its counter is, if this process counts
};

/// A key, a team, a user, …; or one user in one team.
struct Holder {
    std::string scope;  // "api_key", "team", "user", "team_member", …
    std::string id;
    std::string project;  // of a key
    std::vector<std::shared_ptr<const Rule>> rules;
};

Holder makeHolder(const std::string& scope, const std::string& id, const accounts::Limits& limits,
                  const Whose& whose);

}  // namespace limits

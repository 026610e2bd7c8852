// What is added up: requests, tokens, money. Whole numbers all the way, so that sums are exact.
#pragma once

#include <cstdint>
#include <limits>

namespace store_common {

/// Of one event or of a row of an aggregate; the columns kSumColumns. Tokens, and 1e-12 USD for cost.
struct Sums {
    int64_t requests = 0;
    int64_t successes = 0;
    int64_t failures = 0;  // and cancelled, and blocked
    int64_t unpriced = 0;  // nobody said what they cost; they count as 0
    int64_t prompt = 0;
    int64_t completion = 0;
    int64_t cached = 0;  // of prompt
    int64_t cache_write = 0;
    int64_t reasoning = 0;  // of completion
    int64_t cost = 0;

    /// A cost beyond 9.2 million USD stays there: a row of one day, of one caller and one model.
    void add(const Sums& more) {
        requests += more.requests;
        successes += more.successes;
        failures += more.failures;
        unpriced += more.unpriced;
        prompt += more.prompt;
        completion += more.completion;
        cached += more.cached;
        cache_write += more.cache_write;
        reasoning += more.reasoning;
        constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
        cost = cost > kMost - more.cost ? kMost : cost + more.cost;
    }
};

__extension__ typedef __int128 Wide;  // a sum over years is more than 64 bits of 1e-12 USD

/// Sums of many rows.
struct Total {
    Sums sums;  // but for cost
    Wide cost = 0;

    Total() = default;
    explicit Total(const Sums& one) : sums(one), cost(one.cost) { sums.cost = 0; }

    void add(const Sums& more) {
        cost += more.cost;
        Sums rest = more;
        rest.cost = 0;
        sums.add(rest);
    }
    void add(const Total& more) {
        cost += more.cost;
        sums.add(more.sums);
    }
};

}  // namespace store_common

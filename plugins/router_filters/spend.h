// What was spent, by name and window: "provider_spend:openai:1d". Local to this process.
//
// A window begins with the first spending and lasts as long as the budget says; afterwards it is empty, and
// the next spending begins another. Source: litellm/router_strategy/budget_limiter.py.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace router_filters {

/// One counter. Reading takes no lock. [any thread]
class Spend {
public:
    /// duration_ms 0: it never ends.
    explicit Spend(int64_t duration_ms) : duration_ms_(duration_ms) {}
    Spend(const Spend&) = delete;
    Spend& operator=(const Spend&) = delete;

    /// USD in the window that runs.
    double at(int64_t now_ms) const;
    void add(double usd, int64_t now_ms);

    struct State {
        int64_t begun_ms = 0;
        int64_t duration_ms = 0;
        double usd = 0;
        bool ended(int64_t now_ms) const {
            return duration_ms > 0 && (now_ms < begun_ms || now_ms - begun_ms >= duration_ms);
        }
    };
    State state() const;
    void restore(const State& state);

private:
    const int64_t duration_ms_;
    mutable std::mutex writing_;
    std::atomic<int64_t> begun_ms_{0};
    std::atomic<double> usd_{0};
};

/// All of them. Pointers that it gives hold as long as it does. [any thread]
class SpendBook {
public:
    /// The counter of that name; made if there is none, with what an earlier instance has handed over.
    Spend& counter(std::string_view name, int64_t duration_ms);

    /// As JSON, for the instance that comes after this one in a reload; read() takes it. Windows that have
    /// ended are left out. read() says whether it was that JSON, and is called before any request.
    std::string write(int64_t now_ms) const;
    bool read(std::string_view json);

private:
    static constexpr size_t kHandedOverMax = 100'000;

    mutable std::mutex mutex_;
    std::map<std::string, Spend, std::less<>> counters_;
    std::map<std::string, Spend::State, std::less<>> handed_over_;  // nobody has asked for these yet
};

}  // namespace router_filters

// Every strategy behind one face, each as its plugin calls it.
#pragma once

#include <sluice/candidates.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace routing {

/// One pick, as far as any strategy wants to know.
struct Ask {
    uint64_t random = 0;   // 64 uniform bits
    int64_t now_ms = 0;    // since the beginning
    uint64_t session = 0;  // what consistent-hash goes by
    double input_tokens = 0;
};

/// How a request ended at a deployment.
struct Ended {
    uint32_t deployment = 0;
    int64_t now_ms = 0;
    int64_t duration_us = 0, first_byte_us = 0, completion_tokens = 0;
    bool timed_out = false;
};

class Strategy {
public:
    virtual ~Strategy() = default;
    /// Index of a candidate, or a negative sluice_status.
    virtual int32_t pick(const sluice_candidates& candidates, const Ask& ask) = 0;
    virtual void ended(const Ended& /*how*/) {}
};

struct NamedStrategy {
    std::string name;
    std::unique_ptr<Strategy> strategy;
};

/// All of them, new ones that have learned nothing yet.
std::vector<NamedStrategy> allStrategies();

}  // namespace routing

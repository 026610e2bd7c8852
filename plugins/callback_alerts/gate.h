// The same alert once in its window, and how often it happened meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "alert.h"

namespace alerts {

/// Who else knows what was told: other generations of a reload, other gateways, this one before a restart.
class Memory {
public:
    virtual ~Memory() = default;
    /// True: it is ours to tell. False: somebody else has told it, and that holds until *until_ms.
    virtual bool claim(const Alert& alert, int64_t now_ms, int64_t* until_ms) = 0;
    /// The trouble is over.
    virtual void release(const Alert& alert) = 0;
};

/// One thread at a time.
class Gate {
public:
    /// `memory` may be null; outlives the gate.
    explicit Gate(Memory* memory = nullptr) : memory_(memory) {}

    /// Nothing: it was told a moment ago, or there is nothing to resolve.
    std::optional<Alert> pass(Alert alert, int64_t now_ms);

    size_t size() const { return told_.size(); }

private:
    struct Told {
        int64_t until_ms = 0;
        uint64_t repeats = 0;
        bool open = false;  // a resolve for it is of use
    };
    std::optional<Alert> resolve(Alert alert, int64_t now_ms);
    void sweep(int64_t now_ms);

    Memory* memory_;
    std::unordered_map<std::string, Told> told_;  // by Alert::key()
    int64_t sweep_ms_ = 0;
};

}  // namespace alerts

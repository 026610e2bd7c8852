// Handles of requests in the wrong hands: used after their hook has ended, or on another thread. Every host
// function that takes a sluice_ctx goes through the check here, before it touches the request.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "sluice/base.h"

namespace sluice::host {

/// What the instances of one id did with their handles.
struct HandleUse {
    explicit HandleUse(std::string id) : instance(std::move(id)) {}
    const std::string instance;
    std::atomic<uint64_t> misuses{0};
    std::atomic<bool> unpunished{false};  // the next hook of the instance counts as failed
};

/// Lives as long as the process, for a stray handle may lead here at any time. [any]
HandleUse& handleUseOf(const std::string& instance);

/// Which thread this is; compares only.
inline const void* thisThread() {
    thread_local const char here = 0;
    return &here;
}

/// Counts and logs that a handle was used where it may not be.
void noteMisuse(sluice_ctx* ctx);

/// The memory of a handle that has ended is kept for a while before it becomes another's, so that a plugin
/// that has kept it is noticed. [loop]
std::unique_ptr<sluice_ctx> newHandle();
void retireHandle(std::unique_ptr<sluice_ctx> handle);

}  // namespace sluice::host

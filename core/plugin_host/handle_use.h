// Handles of requests in the wrong hands: used after their hook has ended, or on another thread. Every host
// function that takes a sluice_ctx goes through the check here, before it touches the request.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <type_traits>

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
const void* thisThread();

/// True if the handle belongs to a hook that runs, and on this thread. If not, that is counted and logged.
bool mayUse(sluice_ctx* ctx);

/// The memory of a handle that has ended is kept for a while before it becomes another's, so that a plugin
/// that has kept it is noticed. [loop]
std::unique_ptr<sluice_ctx> newHandle();
void retireHandle(std::unique_ptr<sluice_ctx> handle);

template <auto Function>
struct Checked;
template <class R, class... Args, R (*Function)(sluice_ctx*, Args...)>
struct Checked<Function> {
    static R call(sluice_ctx* ctx, Args... args) {
        if (mayUse(ctx)) [[likely]]
            return Function(ctx, args...);
        if constexpr (std::is_same_v<R, sluice_status>) {
            return SLUICE_E_INVALID;
        } else {
            return R{};
        }
    }
};
/// `Function` behind the check, for the tables of the ABI.
template <auto Function>
inline constexpr auto checked = &Checked<Function>::call;

}  // namespace sluice::host

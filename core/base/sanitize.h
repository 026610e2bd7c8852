// What AddressSanitizer and ThreadSanitizer want to know when a fiber switches stacks; empty in normal
// builds.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define SLUICE_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define SLUICE_TSAN 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLUICE_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define SLUICE_TSAN 1
#endif
#endif

#ifdef SLUICE_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SLUICE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace sluice::base::sanitize {

inline void startSwitch([[maybe_unused]] void** fake, [[maybe_unused]] const void* low,
                        [[maybe_unused]] size_t size) {
#ifdef SLUICE_ASAN
    __sanitizer_start_switch_fiber(fake, low, size);
#endif
}

inline void finishSwitch([[maybe_unused]] void* fake, [[maybe_unused]] const void** low,
                         [[maybe_unused]] size_t* size) {
#ifdef SLUICE_ASAN
    __sanitizer_finish_switch_fiber(fake, low, size);
#endif
}

inline void* createFiber() {
#ifdef SLUICE_TSAN
    return __tsan_create_fiber(0);
#else
    return nullptr;
#endif
}

inline void destroyFiber([[maybe_unused]] void* fiber) {
#ifdef SLUICE_TSAN
    __tsan_destroy_fiber(fiber);
#endif
}

inline void* currentFiber() {
#ifdef SLUICE_TSAN
    return __tsan_get_current_fiber();
#else
    return nullptr;
#endif
}

inline void switchTo([[maybe_unused]] void* fiber) {
#ifdef SLUICE_TSAN
    __tsan_switch_to_fiber(fiber, 0);
#endif
}

}  // namespace sluice::base::sanitize

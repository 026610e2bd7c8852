#include "base/hot_code.h"

// The linker's script defines them; null in programs that are linked without it.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern const char sluice_hot_code_begin[];
[[gnu::weak, gnu::visibility("hidden")]] extern const char sluice_hot_code_end[];
}

namespace sluice::base {

void fetchHotCode() {
    constexpr int kLine = 64, kReadOnly = 0, kSecondCache = 2;
    for (const char* at = sluice_hot_code_begin; at < sluice_hot_code_end; at += kLine)
        __builtin_prefetch(at, kReadOnly, kSecondCache);
}

}  // namespace sluice::base

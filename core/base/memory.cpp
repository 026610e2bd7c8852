#include "base/memory.h"

#include <malloc.h>

#include <cstdint>

// Not there in programs that are not linked with jemalloc.
extern "C" int mallctl(const char* name, void* old, size_t* old_size, void* fresh, size_t fresh_size)
    __attribute__((weak));

// What jemalloc's own documentation calls it: read by the library before main(). A second instead of ten: an
// idle gateway is small soon. Without its background thread, memory would go back with the next requests
// only; one is enough, and it is there from the start, so that whoever counts threads does not meet a new
// one. Huge pages make small things large.
extern "C" __attribute__((visibility("default"))) const char* malloc_conf =
    "background_thread:true,max_background_threads:1,dirty_decay_ms:1000,muzzy_decay_ms:0,thp:never,"
    "metadata_thp:disabled";

namespace sluice::base {
namespace {

bool isJemalloc() { return mallctl != nullptr; }

}  // namespace

// glibc would go on to keep ever larger blocks, up to 32 MB, once one of them has been freed: what a burst of
// large bodies took would stay. Those of a megabyte, as prompts may be, are kept and come again without page
// faults.
void keepLittleMemory() {
    if (isJemalloc()) return;
    (void)::mallopt(M_MMAP_THRESHOLD, 2 << 20);
    (void)::mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

void giveMemoryBack() {
    if (!isJemalloc()) (void)::malloc_trim(0);
}

size_t memoryInUse() {
    if (!isJemalloc()) return ::mallinfo2().uordblks;
    (void)mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
    uint64_t epoch = 1;  // brings the figures up to date
    (void)mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    size_t bytes = 0;
    size_t size = sizeof bytes;
    return mallctl("stats.allocated", &bytes, &size, nullptr, 0) == 0 ? bytes : 0;
}

}  // namespace sluice::base

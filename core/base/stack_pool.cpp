#include "base/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "base/limits.h"

namespace sluice::base {
namespace {

constexpr size_t kKeepMax = 256;  // free stacks kept for reuse
constexpr size_t kHotMax = 32;    // of those, how many keep all their pages: no system call to reuse them
constexpr size_t kWarmBytes = 16 * 1024;  // left in memory when a stack is kept: what a request touches

size_t pageSize() {
    static const size_t size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace

StackPool::~StackPool() {
    for (auto& stack : free_) ::munmap(static_cast<char*>(stack.sp) - stack.size, stack.size);
}

boost::context::stack_context StackPool::allocate() {
    if (!free_.empty()) {
        auto stack = free_.back();
        free_.pop_back();
        return stack;
    }
    const size_t size = kFiberStackBytes + pageSize();
    void* low =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (low == MAP_FAILED) throw std::bad_alloc();
    ::mprotect(low, pageSize(), PROT_NONE);
    boost::context::stack_context stack;
    stack.size = size;
    stack.sp = static_cast<char*>(low) + size;
    return stack;
}

void StackPool::deallocate(boost::context::stack_context& stack) {
    char* low = static_cast<char*>(stack.sp) - stack.size;
    if (free_.size() >= kKeepMax) {
        ::munmap(low, stack.size);
        return;
    }
    if (free_.size() >= kHotMax)
        ::madvise(low + pageSize(), stack.size - pageSize() - kWarmBytes, MADV_DONTNEED);
    free_.push_back(stack);
}

}  // namespace sluice::base

#include "base/fiber.h"

#include <cxxabi.h>

#include <algorithm>
#include <cassert>
#include <exception>

#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/prefetch.h"
#include "base/sanitize.h"
#include "base/stack_pool.h"

namespace sluice::base {
namespace {

thread_local Fiber* t_current = nullptr;

// Where the loop's own stack is and how to get back to it, as the sanitizers see it.
thread_local const void* t_loop_low = nullptr;
thread_local size_t t_loop_size = 0;
thread_local void* t_loop_tsan = nullptr;

// Hands stacks of a StackPool to Boost.Context.
struct PoolAllocator {
    StackPool* pool;
    boost::context::stack_context allocate() { return pool->allocate(); }
    void deallocate(boost::context::stack_context& stack) { pool->deallocate(stack); }
};

}  // namespace

Fiber::Fiber(Loop& loop, StackPool& stacks, std::function<void()> body)
    : loop_(loop), body_(std::move(body)), tsan_(sanitize::createFiber()) {
    auto stack = stacks.allocate();
    stack_low_ = static_cast<char*>(stack.sp) - stack.size;
    stack_size_ = stack.size;
    context_ =
        boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack),
                              PoolAllocator{&stacks}, [this](boost::context::fiber&& caller) {
                                  sanitize::finishSwitch(nullptr, &t_loop_low, &t_loop_size);
                                  caller_ = std::move(caller);
                                  try {
                                      body_();
                                  } catch (const std::exception& e) {
                                      log::error("fiber ended by an exception: {}", e.what());
                                  } catch (...) {
                                      log::error("fiber ended by an unknown exception");
                                  }
                                  body_ = nullptr;  // what it captured dies on its own stack
                                  done_ = true;
                                  sanitize::startSwitch(nullptr, t_loop_low, t_loop_size);
                                  sanitize::switchTo(t_loop_tsan);
                                  return std::move(caller_);
                              });
}

Fiber::~Fiber() {
    assert(done_ || !context_);
    sanitize::destroyFiber(tsan_);
}

Fiber* Fiber::current() { return t_current; }

void Fiber::looksFirstAt(std::span<const MemorySpan> pieces) {
    first_count_ = std::min(pieces.size(), kFirstMax);
    std::copy_n(pieces.begin(), first_count_, first_.begin());
}

void Fiber::resume() {
    for (size_t i = 0; i < first_count_; ++i) prefetchToChange(first_[i].from, first_[i].bytes);
    auto* globals = reinterpret_cast<EhState*>(abi::__cxa_get_globals());
    const EhState loop_eh = *globals;
    *globals = eh_;
    t_current = this;
    t_loop_tsan = sanitize::currentFiber();
    void* fake = nullptr;
    sanitize::startSwitch(&fake, stack_low_, stack_size_);
    sanitize::switchTo(tsan_);
    context_ = std::move(context_).resume();
    sanitize::finishSwitch(fake, nullptr, nullptr);
    t_current = nullptr;
    eh_ = *globals;
    *globals = loop_eh;
}

void Fiber::switchToLoop() {
    sanitize::startSwitch(&fake_stack_, t_loop_low, t_loop_size);
    sanitize::switchTo(t_loop_tsan);
    caller_ = std::move(caller_).resume();
    sanitize::finishSwitch(fake_stack_, &t_loop_low, &t_loop_size);
}

Wake Fiber::park(TimePoint deadline, bool interruptible) {
    Fiber& self = *t_current;
    if (interruptible && self.interrupted_) return Wake::Interrupted;
    self.parked_ = true;
    self.interruptible_ = interruptible;
    if (deadline != kNever) self.loop_.timers_.arm(self, deadline);
    self.switchToLoop();
    return self.result_;
}

void Fiber::yield() {
    Fiber& self = *t_current;
    self.enqueue();
    self.switchToLoop();
}

void Fiber::wake() { wakeWith(Wake::Ready); }

void Fiber::interrupt() {
    interrupted_ = true;
    if (interruptible_) wakeWith(Wake::Interrupted);
}

void Fiber::wakeWith(Wake result) {
    if (!parked_) return;
    parked_ = false;
    result_ = result;
    loop_.timers_.disarm(*this);
    enqueue();
}

void Fiber::enqueue() { (rank_ == Rank::First ? loop_.ready_ : loop_.later_).push_back(this); }

}  // namespace sluice::base

// A fiber: straight-line code that waits by parking itself, not its thread. It is born on a loop, never
// leaves it, and always runs to its end: nobody unwinds a parked fiber from outside. Whoever wants it to stop
// interrupts it, and the wait it is in returns Wake::Interrupted.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include <boost/context/fiber.hpp>

#include "base/timer_wheel.h"

namespace sluice::base {

class Loop;
class StackPool;

enum class Wake : uint8_t { Ready, Timeout, Interrupted };

/// Whose turn it is when many fibers have been woken: a client that waits for its first byte notices a
/// millisecond, one that reads along does not.
enum class Rank : uint8_t { First, Later };

/// A piece of memory.
struct MemorySpan {
    const void* from = nullptr;
    size_t bytes = 0;
};

class Fiber final : private TimerNode {
public:
    Fiber(Loop& loop, StackPool& stacks, std::function<void()> body);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// The running fiber of this thread; null outside of fibers.
    static Fiber* current();

    /// Parks the running fiber until wake(), the deadline, or an interrupt (if `interruptible`). [loop]
    static Wake park(TimePoint deadline, bool interruptible = true);

    /// Lets those run that are ready, then goes on. [loop]
    static void yield();

    /// Ends the wait of a parked fiber with Wake::Ready; does nothing if it is not parked. [loop]
    void wake();

    /// Ends this and each later interruptible wait with Wake::Interrupted until clearInterrupt(). [loop]
    void interrupt();
    void clearInterrupt() { interrupted_ = false; }
    bool interrupted() const { return interrupted_; }

    Loop& loop() { return loop_; }

    /// From its next wake on. Rank::First until somebody says otherwise. [loop]
    void setRank(Rank rank) { rank_ = rank; }

    /// Memory that the fiber looks at first whenever it has woken: asked for while it still wakes
    /// (prefetch.h). At most kFirstMax pieces, which live until there are others, or none. [loop]
    static constexpr size_t kFirstMax = 6;
    void looksFirstAt(std::span<const MemorySpan> pieces);

private:
    friend class Loop;

    // The two words of the C++ runtime that hold the exceptions in flight. Boost.Context does not save them,
    // and two fibers parked inside catch blocks would otherwise swap their exceptions.
    struct EhState {
        void* caught = nullptr;
        unsigned int uncaught = 0;
    };

    void resume();  // loop side: run until the fiber parks or ends
    void switchToLoop();
    void wakeWith(Wake result);
    void enqueue();

    Loop& loop_;
    std::function<void()> body_;
    boost::context::fiber context_;  // the fiber while it is parked
    boost::context::fiber caller_;   // the loop while the fiber runs
    EhState eh_;
    Wake result_ = Wake::Ready;
    Rank rank_ = Rank::First;
    bool parked_ = false;
    bool interruptible_ = false;
    bool interrupted_ = false;
    bool done_ = false;
    size_t first_count_ = 0;
    std::array<MemorySpan, kFirstMax> first_;
    Fiber* list_prev_ = nullptr;  // all fibers of the loop
    Fiber* list_next_ = nullptr;
    // For the sanitizers, which have to be told about every change of stack; unused otherwise.
    void* fake_stack_ = nullptr;
    void* tsan_ = nullptr;
    const void* stack_low_ = nullptr;
    size_t stack_size_ = 0;
};

}  // namespace sluice::base

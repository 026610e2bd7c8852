// Rings when a script has had its time: on the thread that runs it, in a signal handler.
//
// Lua looks at a count hook before every instruction, whatever the interval, which halves its speed. So no
// hook is set until a script is to be stopped. Who sets it then has to be the thread that runs the script:
// lua_sethook() walks the list of its active calls, which may be interrupted but not shared (a call that is
// left and entered again as one of C has the error handler where lua_sethook writes its mark). Lua allows it
// in a signal handler, as its own command line does; another thread could not. Hence a timer for each thread
// (SIGEV_THREAD_ID) and a real-time signal that nobody else handles.
//
// Setting a timer is a system call, and most scripts end long before it rings. So it is left running when a
// script ends, for the next one: what rings too early asks for more. At most once for each time that it was
// set a system call of somebody else is interrupted (EINTR); the gateway's loops go on then.
#pragma once

#include <signal.h>
#include <time.h>

#include <atomic>
#include <chrono>

namespace lua_policy {

class Alarm {
public:
    /// What rings: called in the signal handler, may call nothing but set(), clocks, and lua_sethook.
    using Ring = void (*)(void* who, Alarm& alarm);

    /// This thread's alarm, now of `who`. Null: another has it, or there are no timers; count instructions
    /// then.
    static Alarm* take(Ring ring, void* who);
    /// It does not ring for `who` any more.
    void giveBack();

    /// Rings in that time at the latest, or earlier. In the handler: exactly then.
    void set(std::chrono::nanoseconds in);

    /// From now on take() gives null: for tools, which count, and for tests of that way.
    static void disable(bool disabled);

    Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm();

private:
    static void onSignal(int, siginfo_t* info, void*);
    static int signalNumber();

    timer_t timer_{};
    bool works_ = false;
    Ring ring_ = nullptr;
    std::atomic<void*> who_{nullptr};
    std::atomic<int64_t> rings_at_{0};  // ns of the monotonic clock; 0: it is not set
};

}  // namespace lua_policy

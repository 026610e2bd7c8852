#include "alarm.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace lua_policy {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kSignals = false;  // it delivers them at calls of its own, and a loop of Lua makes none
#else
constexpr bool kSignals = true;
#endif

std::atomic<bool> g_disabled{false};

int64_t nowNs() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

void Alarm::onSignal(int, siginfo_t* info, void*) {
    if (info->si_code != SI_TIMER) return;
    const int before = errno;
    auto& alarm = *static_cast<Alarm*>(info->si_value.sival_ptr);
    alarm.rings_at_.store(0, std::memory_order_relaxed);
    if (void* who = alarm.who_.load(std::memory_order_relaxed)) alarm.ring_(who, alarm);
    errno = before;
}

// The handler stays for good, like the library that holds it: nobody but our timers sends this signal.
int Alarm::signalNumber() {
    static const int kNumber = [] {
        for (int number = SIGRTMAX - 2; number > SIGRTMIN; --number) {
            struct sigaction old {};
            if (sigaction(number, nullptr, &old) != 0 || (old.sa_flags & SA_SIGINFO) ||
                old.sa_handler != SIG_DFL)
                continue;
            struct sigaction ours {};
            ours.sa_sigaction = onSignal;
            ours.sa_flags = SA_SIGINFO | SA_RESTART;
            sigfillset(&ours.sa_mask);
            if (sigaction(number, &ours, nullptr) == 0) return number;
        }
        return 0;
    }();
    return kNumber;
}

Alarm::Alarm() {
    const int number = kSignals ? signalNumber() : 0;
    if (number == 0) return;
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number;
    event.sigev_value.sival_ptr = this;
    event._sigev_un._tid = gettid();
    sigset_t mine;
    sigemptyset(&mine);
    sigaddset(&mine, number);
    works_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0 &&
             pthread_sigmask(SIG_UNBLOCK, &mine, nullptr) == 0;
}

Alarm::~Alarm() {
    if (works_) timer_delete(timer_);
}

Alarm* Alarm::take(Ring ring, void* who) {
    if (!kSignals || g_disabled.load(std::memory_order_relaxed)) return nullptr;
    thread_local Alarm alarm;
    if (!alarm.works_ || alarm.who_.load(std::memory_order_relaxed)) return nullptr;
    alarm.ring_ = ring;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    alarm.who_.store(who, std::memory_order_relaxed);
    return &alarm;
}

void Alarm::giveBack() { who_.store(nullptr, std::memory_order_relaxed); }

void Alarm::set(std::chrono::nanoseconds in) {
    const int64_t now = nowNs(), ns = std::max<int64_t>(in.count(), 1000);
    const int64_t before = rings_at_.load(std::memory_order_relaxed);
    if (before >= now && before <= now + ns) return;
    // First, since it may ring before this function returns.
    rings_at_.store(now + ns, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    itimerspec when{};
    when.it_value.tv_sec = ns / 1'000'000'000;
    when.it_value.tv_nsec = ns % 1'000'000'000;
    (void)timer_settime(timer_, 0, &when, nullptr);
}

void Alarm::disable(bool disabled) { g_disabled.store(disabled, std::memory_order_relaxed); }

}  // namespace lua_policy

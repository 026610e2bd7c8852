// sluice.host.wait/1: fibers that wait for another thread, and on_settled.
#include <atomic>
#include <thread>

#include "base/loop.h"
#include "plugin_host/host_world.h"
#include "support/on_loop.h"

using namespace sluice;
using host::kHostWait;
using host::Phase;
using test::onLoop;

namespace {

struct Call {
    Call() {
        plugin.preCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
        instance = &world.add(plugin);
        world.start();
    }
    sluice_ctx* ctx() { return &world.runner().context(*instance, Phase::PreCall); }
    const sluice_host* host() { return &instance->handle().api; }
    test::FakePlugin plugin;
    test::HostWorld world;
    host::Instance* instance;
};

}  // namespace

TEST_CASE("a wait ends when another thread wakes its ticket, before or after it began", "[plugin_host]") {
    onLoop([](base::Loop&) {
        Call call;
        auto* ctx = call.ctx();
        uint64_t ticket = kHostWait.open(ctx);
        REQUIRE(ticket != 0);
        std::thread later([&, host = call.host()] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            kHostWait.wake(host, ticket);
            kHostWait.wake(host, ticket);  // twice is once
        });
        CHECK(kHostWait.wait(ctx, ticket, 60'000) == SLUICE_OK);
        later.join();
        const uint64_t again = kHostWait.open(ctx);
        CHECK(again != ticket);
        kHostWait.wake(call.host(), again);
        CHECK(kHostWait.wait(ctx, again, 60'000) == SLUICE_OK);
        CHECK(kHostWait.wait(ctx, again, 60'000) == SLUICE_E_INVALID);  // it is spent
    });
}

TEST_CASE("a wait ends by its time, the hook's, or with the request; late wakes wake nobody", "[plugin_host]") {
    onLoop([](base::Loop& loop) {
        Call call;
        auto* ctx = call.ctx();
        const uint64_t late = kHostWait.open(ctx);
        CHECK(kHostWait.wait(ctx, late, 5) == SLUICE_E_DEADLINE);
        CHECK(kHostWait.wait(ctx, late, 5) == SLUICE_E_DEADLINE);  // and again
        ctx->hook_deadline = base::Clock::now() + base::milliseconds(5);
        const uint64_t cut = kHostWait.open(ctx);
        CHECK(kHostWait.wait(ctx, cut, 60'000) == SLUICE_E_DEADLINE);
        ctx = call.ctx();
        // A wake of the first ticket finds the slot with another one in it.
        const uint64_t next = kHostWait.open(ctx);
        kHostWait.wake(call.host(), late);
        kHostWait.wake(call.host(), 0);
        kHostWait.wake(call.host(), ~uint64_t{0});
        CHECK(kHostWait.wait(ctx, next, 5) == SLUICE_E_DEADLINE);
        base::Fiber* self = base::Fiber::current();
        loop.spawn([self] { self->interrupt(); });
        const uint64_t ended = kHostWait.open(ctx);
        CHECK(kHostWait.wait(ctx, ended, 60'000) == SLUICE_E_CANCELLED);
        self->clearInterrupt();
    });
}

TEST_CASE("a wake does not end another wait of the fiber", "[plugin_host]") {
    onLoop([](base::Loop&) {
        Call call;
        auto* ctx = call.ctx();
        const uint64_t ticket = kHostWait.open(ctx);
        kHostWait.wake(call.host(), ticket);
        const auto start = base::Clock::now();
        CHECK(host::kHostTimers.sleep(ctx, 10) == SLUICE_OK);
        CHECK(base::Clock::now() - start >= base::milliseconds(10));
        CHECK(kHostWait.wait(ctx, ticket, 60'000) == SLUICE_OK);
    });
}

TEST_CASE("many fibers and threads: each gets its own wake", "[plugin_host]") {
    std::atomic<int> woken{0};
    onLoop([&](base::Loop& loop) {
        Call call;
        std::atomic<int> left{50};
        base::Fiber* main = base::Fiber::current();
        for (int i = 0; i < 50; ++i) {
            loop.spawn([&] {
                Call own;
                for (int round = 0; round < 100; ++round) {
                    auto* ctx = own.ctx();
                    const uint64_t ticket = kHostWait.open(ctx);
                    std::thread([host = own.host(), ticket] { kHostWait.wake(host, ticket); }).detach();
                    woken += kHostWait.wait(ctx, ticket, 60'000) == SLUICE_OK ? 1 : 0;
                }
                if (--left == 0) main->wake();
            });
        }
        while (left > 0) (void)base::Fiber::park(base::kNever);
    });
    CHECK(woken == 5000);
}

TEST_CASE("outside of a fiber there is nothing to wait with", "[plugin_host]") {
    Call call;
    CHECK(kHostWait.open(call.ctx()) == 0);
    CHECK(kHostWait.wait(call.ctx(), 0, 1) == SLUICE_E_INVALID);
}

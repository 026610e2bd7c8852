#include "base/offload.h"

#include <atomic>
#include <future>

#include "base/loop.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

TEST_CASE("a job runs on another thread and may use the fiber's stack", "[base]") {
    Offload offload(1, 8);
    onLoop([&](Loop&) {
        const auto loop_thread = std::this_thread::get_id();
        std::thread::id job_thread;
        std::string on_stack = "in";
        const auto done = offload.run([&] {
            job_thread = std::this_thread::get_id();
            on_stack += " and out";
        });
        CHECK(done);
        CHECK(job_thread != loop_thread);
        CHECK(on_stack == "in and out");
        CHECK(std::this_thread::get_id() == loop_thread);
    });
}

TEST_CASE("the loop keeps running other fibers while a job blocks", "[base]") {
    Offload offload(1, 8);
    onLoop([&](Loop& loop) {
        std::promise<void> may_end;
        int turns = 0;
        loop.spawn([&] {
            for (; turns < 100; ++turns) yieldOnce(loop);
            may_end.set_value();  // the job cannot end before this
        });
        CHECK(offload.run([&] { may_end.get_future().wait(); }));
        CHECK(turns == 100);
    });
}

TEST_CASE("outside of a fiber a job runs at once on the calling thread", "[base]") {
    Offload offload(1, 8);
    std::thread::id where;
    CHECK(offload.run([&] { where = std::this_thread::get_id(); }));
    CHECK(where == std::this_thread::get_id());
}

TEST_CASE("a full queue is an error, and the job does not run", "[base]") {
    Offload offload(1, 1);
    onLoop([&](Loop& loop) {
        std::promise<void> started, may_end;
        loop.spawn([&] {
            CHECK(offload.run([&] {
                started.set_value();
                may_end.get_future().wait();
            }));
        });
        yieldOnce(loop);
        started.get_future().wait();  // the only thread is busy, the queue is empty
        std::atomic<bool> second{false};
        loop.spawn([&] { CHECK(offload.run([&] { second = true; })); });
        yieldOnce(loop);
        bool third = false;
        const auto refused = offload.run([&] { third = true; });
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::ResourceExhausted);
        CHECK_FALSE(offload.submit([] {}));
        may_end.set_value();
        while (!second) yieldOnce(loop);
        CHECK_FALSE(third);
    });
}

TEST_CASE("an interrupt does not cut a job short", "[base]") {
    Offload offload(1, 8);
    onLoop([&](Loop& loop) {
        std::promise<void> may_end;
        Fiber* self = Fiber::current();
        loop.spawn([&, self] {
            self->interrupt();
            yieldOnce(loop);
            may_end.set_value();
        });
        bool ran = false;
        CHECK(offload.run([&] {
            may_end.get_future().wait();
            ran = true;
        }));
        CHECK(ran);
        CHECK(self->interrupted());
    });
}

TEST_CASE("many fibers share few threads", "[base]") {
    Offload offload(3, 1000);
    std::atomic<int> jobs{0};
    onLoop([&](Loop& loop) {
        int finished = 0;
        for (int i = 0; i < 100; ++i) {
            loop.spawn([&] {
                for (int round = 0; round < 20; ++round) CHECK(offload.run([&] { ++jobs; }));
                ++finished;
            });
        }
        while (finished < 100) yieldOnce(loop);
    });
    CHECK(jobs == 2'000);
}

TEST_CASE("the destructor finishes what is queued", "[base]") {
    std::atomic<int> ran{0};
    {
        Offload offload(1, 100);
        for (int i = 0; i < 50; ++i) REQUIRE(offload.submit([&] { ++ran; }));
    }
    CHECK(ran == 50);
}

TEST_CASE("a submitted job that throws does not take its thread along", "[base]") {
    Offload offload(1, 8);
    REQUIRE(offload.submit([] { throw std::runtime_error("thrown by a test, on purpose"); }));
    std::promise<int> after;
    REQUIRE(offload.submit([&] { after.set_value(1); }));
    CHECK(after.get_future().get() == 1);
}

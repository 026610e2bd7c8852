// Boost.Context does not save the exceptions in flight (DESIGN.md, "Traps that were seen"): the fibers have
// to.
#include <exception>
#include <stdexcept>

#include "base/fiber.h"
#include "base/loop.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

namespace {

// Throws `text`, parks inside the catch block, and then says what `throw;` throws again.
std::string rethrownAfterParking(const std::string& text) {
    try {
        try {
            throw std::runtime_error(text);
        } catch (const std::exception&) {
            (void)Fiber::park(kNever, false);
            throw;
        }
    } catch (const std::exception& again) {
        return again.what();
    }
}

// Parks in its destructor, which runs while an exception unwinds the stack.
struct ParksWhileUnwinding {
    int& uncaught_before;
    int& uncaught_after;
    ~ParksWhileUnwinding() {
        uncaught_before = std::uncaught_exceptions();
        (void)Fiber::park(kNever, false);
        uncaught_after = std::uncaught_exceptions();
    }
};

}  // namespace

TEST_CASE("fibers parked inside catch blocks keep their own exceptions", "[base]") {
    onLoop([](Loop& loop) {
        std::map<int, std::string> seen;
        std::vector<Fiber*> parked;
        for (int i = 0; i < 4; ++i) {
            parked.push_back(&loop.spawn(
                [&seen, i] { seen[i] = rethrownAfterParking("exception " + std::to_string(i)); }));
        }
        yieldOnce(loop);
        for (const int i : {2, 0, 3, 1}) {  // not the order in which they threw
            parked[static_cast<size_t>(i)]->wake();
            yieldOnce(loop);
        }
        for (int i = 0; i < 4; ++i) CHECK(seen[i] == "exception " + std::to_string(i));
    });
}

TEST_CASE("current_exception is that of the fiber", "[base]") {
    onLoop([](Loop& loop) {
        Fiber* parked = &loop.spawn([] {
            try {
                throw std::runtime_error("other");
            } catch (...) {
                (void)Fiber::park(kNever, false);
            }
        });
        yieldOnce(loop);
        CHECK(std::current_exception() == nullptr);
        try {
            throw std::runtime_error("mine");
        } catch (...) {
            yieldOnce(loop);
            try {
                std::rethrow_exception(std::current_exception());
            } catch (const std::exception& e) {
                CHECK(e.what() == std::string("mine"));
            }
        }
        CHECK(std::current_exception() == nullptr);
        parked->wake();
        yieldOnce(loop);
    });
}

TEST_CASE("a fiber parked while it unwinds does not make others think that they unwind", "[base]") {
    onLoop([](Loop& loop) {
        int before = -1, after = -1;
        Fiber* unwinding = &loop.spawn([&] {
            try {
                const ParksWhileUnwinding guard{before, after};
                throw std::runtime_error("unwinding");
            } catch (const std::exception& e) {
                CHECK(e.what() == std::string("unwinding"));
                CHECK(std::uncaught_exceptions() == 0);
            }
        });
        yieldOnce(loop);
        CHECK(before == 1);
        CHECK(std::uncaught_exceptions() == 0);
        loop.spawn([] { CHECK(std::uncaught_exceptions() == 0); });
        yieldOnce(loop);
        unwinding->wake();
        yieldOnce(loop);
        CHECK(after == 1);
    });
}

TEST_CASE("exceptions nested across many fibers come back in any order", "[base]") {
    onLoop([](Loop& loop) {
        constexpr int kFibers = 50;
        int right = 0;
        std::vector<Fiber*> parked;
        for (int i = 0; i < kFibers; ++i) {
            parked.push_back(&loop.spawn([&right, i] {
                try {
                    throw std::runtime_error("outer");
                } catch (const std::exception&) {
                    right += rethrownAfterParking(std::to_string(i)) == std::to_string(i) ? 1 : 0;
                    try {
                        throw;
                    } catch (const std::exception& outer) {
                        right += outer.what() == std::string("outer") ? 1 : 0;
                    }
                }
            }));
        }
        yieldOnce(loop);
        for (int i = 0; i < kFibers; ++i) parked[static_cast<size_t>(i * 7 % kFibers)]->wake();
        yieldOnce(loop);
        CHECK(right == 2 * kFibers);
    });
}

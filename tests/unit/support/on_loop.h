// Runs a test's body as a fiber on a loop of its own.
#pragma once

#include <exception>
#include <utility>

#include "base/loop.h"

namespace sluice::test {

/// `body(loop)` runs as a fiber; when it returns, the loop stops and every fiber it left behind is
/// interrupted. What it throws (a failed REQUIRE does) comes out here.
template <class Body>
void onLoop(Body&& body) {
    base::Loop loop;
    std::exception_ptr thrown;
    loop.spawn([&] {
        try {
            body(loop);
        } catch (...) {
            thrown = std::current_exception();
        }
        loop.stop();
    });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
}

/// Lets every other fiber run that is ready. Waits for nothing.
inline void yieldOnce(base::Loop& loop) {
    base::Fiber* self = base::Fiber::current();
    loop.post([self] { self->wake(); });
    (void)base::Fiber::park(base::kNever, false);
}

}  // namespace sluice::test

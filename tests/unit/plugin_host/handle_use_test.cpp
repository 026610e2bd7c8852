// Handles in the wrong hands: kept, or carried to another thread.
#include "plugin_host/handle_use.h"

#include <thread>

#include "base/loop.h"
#include "plugin_host/host_world.h"

using namespace sluice;
using host::kHostRequest;
using host::kHostResponse;
using host::Outcome;
using host::view;

namespace {

uint64_t misuses(const host::Instance& instance) { return instance.handleUse().misuses; }

}  // namespace

TEST_CASE("a handle that is used after its hook is refused, counted, and the next hook fails",
          "[plugin_host]") {
    sluice_ctx* kept = nullptr;
    test::FakePlugin plugin;
    plugin.preCall([&](sluice_ctx* ctx) {
        kept = ctx;
        return SLUICE_CONTINUE;
    });
    plugin.postCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
    test::HostWorld world;
    auto& instance = world.add(plugin, test::instanceNamed("keeper-1"));
    world.start();
    CHECK(world.runner().preCall() == Outcome::Continue);
    CHECK(view(kHostRequest.body(kept)).empty());
    CHECK(kHostRequest.set_model(kept, host::str("x")) == SLUICE_E_INVALID);
    CHECK(misuses(instance) == 2);
    CHECK(world.runner().postCall() == Outcome::Block);
    CHECK(world.lastVerdict().reason == "it used the handle of a request when it may not");
    CHECK(world.runner().postCall() == Outcome::Continue);  // once for all of them
}

TEST_CASE("a handle that is used after its request is refused", "[plugin_host]") {
    sluice_ctx* kept = nullptr;
    test::FakePlugin plugin;
    plugin.preCall([&](sluice_ctx* ctx) {
        if (!kept) kept = ctx;
        return SLUICE_CONTINUE;
    });
    for (int request = 0; request < 200; ++request) {  // others have come and gone since
        test::HostWorld world;
        auto& instance = world.add(plugin, test::instanceNamed("keeper-2"));
        world.start();
        CHECK(world.runner().preCall() == Outcome::Continue);
        world.end();
        const auto before = misuses(instance);
        CHECK(kHostResponse.status(kept) == 0);
        CHECK(misuses(instance) == before + 1);
    }
}

TEST_CASE("a handle on another thread is refused, and the hook counts as failed", "[plugin_host]") {
    sluice_status elsewhere = SLUICE_OK;
    test::FakePlugin plugin;
    plugin.preCall([&](sluice_ctx* ctx) {
        std::thread([&] { elsewhere = kHostRequest.set_model(ctx, host::str("x")); }).join();
        return SLUICE_CONTINUE;
    });
    test::HostWorld world;
    auto& instance = world.add(plugin, test::instanceNamed("wanderer"));
    world.start();
    CHECK(world.runner().preCall() == Outcome::Block);
    CHECK(elsewhere == SLUICE_E_INVALID);
    CHECK(world.request.model.empty());
    CHECK(misuses(instance) == 1);
    CHECK(world.request.block.category == "plugin_failure");
}

TEST_CASE("no handle at all is refused", "[plugin_host]") {
    CHECK(kHostRequest.set_model(nullptr, host::str("x")) == SLUICE_E_INVALID);
    CHECK(view(kHostRequest.body(nullptr)).empty());
}

TEST_CASE("hooks of a plugin that blocks run beside the loop, which goes on", "[plugin_host]") {
    const auto loops_thread = std::this_thread::get_id();
    std::thread::id hooks_thread;
    std::atomic<bool> others_ran{false};
    test::FakePlugin plugin;
    plugin.blocks().preCall([&](sluice_ctx* ctx) {
        hooks_thread = std::this_thread::get_id();
        while (!others_ran) std::this_thread::yield();
        CHECK(kHostRequest.set_model(ctx, host::str("x")) == SLUICE_OK);
        CHECK(kHostRequest.cancelled(ctx) == 0);
        return SLUICE_CONTINUE;
    });
    plugin.postCall([](sluice_ctx*) -> sluice_verdict { throw std::runtime_error("as it must"); });
    test::HostWorld world;
    auto& instance = world.add(plugin, test::instanceNamed("slow"));
    world.start();
    base::Loop loop;
    loop.spawn([&] {
        CHECK(world.runner().preCall() == Outcome::Continue);
        CHECK(world.runner().postCall() == Outcome::Block);
        loop.stop();
    });
    loop.spawn([&] { others_ran = true; });
    loop.run();
    CHECK(hooks_thread != loops_thread);
    CHECK(world.request.model == "x");
    CHECK(world.lastVerdict().reason == "post_call threw: as it must");
    CHECK(misuses(instance) == 0);
}

TEST_CASE("a handle that has ended holds nothing that was lent", "[plugin_host]") {
    // More than are kept, so that they come back; a provider's calls lend without a hook that would take
    // back.
    for (int i = 0; i < 600; ++i) {
        auto handle = sluice::host::newHandle();
        REQUIRE(handle->lent == nullptr);
        (void)handle->lend(std::string(1000, 'x'));
        sluice::host::retireHandle(std::move(handle));
    }
}

// The watchdog reads it on a thread of its own, when the hook has ended and a reload may have taken the
// instance.
TEST_CASE("the name that the watchdog is told outlives the instance", "[plugin_host]") {
    const char *in_hook = nullptr, *after_wait = nullptr;
    base::Loop loop;
    loop.post([&] {
        loop.spawn([&] {
            test::FakePlugin plugin;
            plugin.preCall([&](sluice_ctx* ctx) {
                in_hook = loop.runningLabel();
                CHECK(host::kHostTimers.sleep(ctx, 1) == SLUICE_OK);
                after_wait = loop.runningLabel();
                return SLUICE_CONTINUE;
            });
            test::HostWorld world;
            world.add(plugin, test::instanceNamed("a name of more than fifteen letters"));
            (void)world.start().preCall();
            CHECK(loop.runningLabel() == nullptr);
            loop.stop();
        });
    });
    loop.run();
    CHECK(in_hook == std::string("a name of more than fifteen letters"));
    CHECK(after_wait == in_hook);
}

// Order of hooks, what ends a phase, authentication, state of a request.
#include "base/loop.h"
#include "plugin_host/host_world.h"
#include "support/on_loop.h"

using namespace sluice;
using host::Outcome;
using test::FakePlugin;
using test::HostWorld;

namespace {

// Hooks that note their names and answer with a verdict.
struct Noting {
    std::string trace;
    FakePlugin::Hook says(std::string word, sluice_verdict verdict = SLUICE_CONTINUE) {
        return [this, word = std::move(word), verdict](sluice_ctx*) {
            trace += word + " ";
            return verdict;
        };
    }
};

sluice_verdict identify(sluice_ctx* ctx, const char* key_id, const char* tenant = "") {
    sluice_identity identity{};
    identity.size = sizeof identity;
    identity.key_id = host::str(key_id);
    identity.tenant = host::str(tenant);
    CHECK(host::kHostReply.identify(ctx, &identity) == SLUICE_OK);
    return SLUICE_IDENTIFIED;
}

}  // namespace

TEST_CASE("request phases run in order, response phases in reverse", "[plugin_host]") {
    Noting n;
    std::array<FakePlugin, 3> plugins;
    HostWorld world;
    for (size_t i = 0; i < plugins.size(); ++i) {
        const std::string id(1, static_cast<char>('a' + i));
        plugins[i]
            .preCall(n.says("pre:" + id))
            .onUpstreamRequest(n.says("up:" + id))
            .onUpstreamResponse(n.says("head:" + id))
            .postCall(n.says("post:" + id))
            .onResponse(n.says("resp:" + id));
        world.add(plugins[i]);
    }
    auto& runner = world.start();
    (void)runner.preCall();
    (void)runner.onUpstreamRequest();
    (void)runner.onUpstreamResponse();
    (void)runner.postCall();
    (void)runner.onResponse();
    CHECK(n.trace ==
          "pre:a pre:b pre:c up:a up:b up:c head:c head:b head:a post:c post:b post:a resp:c resp:b resp:a ");
}

TEST_CASE("a definite answer ends a request phase", "[plugin_host]") {
    Noting n;
    FakePlugin first, blocker, never;
    first.preCall(n.says("first"));
    blocker.preCall(n.says("blocker", SLUICE_BLOCK));
    never.preCall(n.says("never"));
    HostWorld world;
    for (auto* plugin : {&first, &blocker, &never}) world.add(*plugin);
    CHECK(world.start().preCall() == Outcome::Block);
    CHECK(n.trace == "first blocker ");
}

TEST_CASE("in a response phase the next guard always runs, and the strictest outcome counts",
          "[plugin_host]") {
    Noting n;
    for (const bool blocker_first : {true, false}) {
        n.trace.clear();
        FakePlugin blocks, responds, passes;
        blocks.postCall(n.says("blocks", SLUICE_BLOCK));
        responds.postCall([&](sluice_ctx* ctx) {
            n.trace += "responds ";
            CHECK(host::kHostReply.respond(ctx, 200, host::str("text/plain"), host::str("x")) == SLUICE_OK);
            return SLUICE_RESPOND;
        });
        passes.postCall(n.says("passes"));
        HostWorld world;
        world.add(passes);
        world.add(blocker_first ? responds : blocks);
        world.add(blocker_first ? blocks : responds);
        CHECK(world.start().postCall() == Outcome::Block);
        CHECK(n.trace == (blocker_first ? "blocks responds passes " : "responds blocks passes "));
    }
}

TEST_CASE("a fallback is not taken back by a plain retry", "[plugin_host]") {
    for (const bool retry_last : {true, false}) {
        FakePlugin retries, falls_back;
        retries.onAttemptEnd([](sluice_ctx*) { return SLUICE_RETRY; });
        falls_back.onAttemptEnd([](sluice_ctx*) { return SLUICE_FALLBACK; });
        HostWorld world;
        world.add(retry_last ? retries : falls_back);  // reverse order: the first runs last
        world.add(retry_last ? falls_back : retries);
        CHECK(world.start().onAttemptEnd() == Outcome::Fallback);
    }
}

TEST_CASE("authentication: the first who knows the caller ends it", "[plugin_host]") {
    Noting n;
    FakePlugin stranger, knows, never;
    stranger.authenticates(n.says("stranger"));
    knows.authenticates([](sluice_ctx* ctx) { return identify(ctx, "key-1", "red"); });
    never.authenticates(n.says("never"));
    HostWorld world;
    for (auto* plugin : {&stranger, &knows, &never}) world.add(*plugin);
    CHECK(world.start().authenticate() == Outcome::Identified);
    CHECK(world.request.identity.known);
    CHECK(world.request.identity.key_id == "key-1");
    CHECK(world.request.identity.tenant == "red");
    CHECK_FALSE(world.request.identity.admin);
    CHECK(n.trace == "stranger ");
}

TEST_CASE("authentication: nobody knows the caller, or somebody denies, or fails", "[plugin_host]") {
    struct Case {
        sluice_verdict verdict;
        int status;
    };
    for (const auto& c : {Case{SLUICE_CONTINUE, 401},
                          {SLUICE_DENY, 401},
                          {SLUICE_FAILED, 500},
                          {SLUICE_IDENTIFIED, 500},
                          {SLUICE_RESPOND, 500},
                          {SLUICE_BLOCK, 500}}) {
        for (const auto mode : {config::FailMode::Default, config::FailMode::Open}) {  // cannot be opened
            CAPTURE(c.verdict);
            FakePlugin plugin;
            plugin.authenticates([verdict = c.verdict](sluice_ctx*) { return verdict; });
            config::PluginInstance settings;
            settings.on_error = settings.on_timeout = mode;
            HostWorld world;
            world.add(plugin, settings);
            CHECK(world.start().authenticate() == Outcome::Block);
            CHECK(world.request.block.set);
            CHECK(world.request.block.status == c.status);
        }
    }
}

TEST_CASE("authentication: an identity that its plugin did not stand by counts for nothing",
          "[plugin_host]") {
    FakePlugin undecided, careless;
    undecided.authenticates([](sluice_ctx* ctx) {
        (void)identify(ctx, "key-of-somebody");
        return SLUICE_CONTINUE;
    });
    careless.authenticates([](sluice_ctx*) { return SLUICE_IDENTIFIED; });  // without identify()
    HostWorld world;
    world.add(undecided);
    world.add(careless);
    CHECK(world.start().authenticate() == Outcome::Block);
}

TEST_CASE("a reply that its plugin did not stand by is not the answer of another", "[plugin_host]") {
    FakePlugin undecided, careless;
    undecided.preCall([](sluice_ctx* ctx) {
        CHECK(host::kHostReply.respond(ctx, 200, host::str("text/plain"), host::str("not for you")) ==
              SLUICE_OK);
        return SLUICE_CONTINUE;
    });
    careless.preCall([](sluice_ctx*) { return SLUICE_RESPOND; });
    HostWorld world;
    world.add(undecided);
    world.add(careless);
    CHECK(world.start().preCall() == Outcome::Block);
}

TEST_CASE("without authenticators everybody passes, unidentified", "[plugin_host]") {
    FakePlugin plugin;
    plugin.preCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
    HostWorld world;
    world.add(plugin);
    CHECK(world.start().authenticate() == Outcome::Continue);
    CHECK_FALSE(world.request.identity.known);
}

TEST_CASE("the state of a request begins with the first hook and ends once", "[plugin_host]") {
    int begun = 0, ended = 0, state = 0;
    FakePlugin plugin;
    plugin.keepsState(
        [&] {
            ++begun;
            return static_cast<void*>(&state);
        },
        [&](void* given) {
            ++ended;
            CHECK(given == &state);
        });
    plugin.preCall([](sluice_ctx* ctx) { return ctx->state ? SLUICE_CONTINUE : SLUICE_FAILED; });
    plugin.postCall([](sluice_ctx* ctx) { return ctx->state ? SLUICE_CONTINUE : SLUICE_FAILED; });
    plugin.duringCall([](sluice_ctx* ctx) { return ctx->state ? SLUICE_CONTINUE : SLUICE_FAILED; });
    HostWorld world;
    world.add(plugin);
    world.start();
    CHECK(begun == 0);
    SECTION("hooks ran") {
        CHECK(world.runner().duringCall(world.runner().chain().during_call.at(0)) == Outcome::Continue);
        CHECK(world.runner().preCall() == Outcome::Continue);
        CHECK(world.runner().postCall() == Outcome::Continue);
        CHECK(begun == 1);
        CHECK(ended == 0);
        world.end();
        CHECK(ended == 1);
    }
    SECTION("no hook ran") {
        world.end();
        CHECK(begun == 0);
        CHECK(ended == 0);
    }
}

TEST_CASE("the state ends also if a hook threw, and an exception at the end goes no further",
          "[plugin_host]") {
    int ended = 0;
    FakePlugin plugin;
    plugin.keepsState([] { return nullptr; },
                      [&](void*) {
                          ++ended;
                          throw std::runtime_error("thrown by a test, on purpose");
                      });
    plugin.preCall([](sluice_ctx*) -> sluice_verdict { throw 1; });
    HostWorld world;
    auto& instance = world.add(plugin);
    CHECK(world.start().preCall() == Outcome::Block);
    CHECK_NOTHROW(world.end());
    CHECK(ended == 1);
    CHECK(instance.failures == 2);
}

TEST_CASE("hooks of a model's scope are passed over for other models", "[plugin_host]") {
    Noting n;
    FakePlugin plugin;
    plugin.onRequest(n.says("request")).preCall(n.says("pre"));
    config::PluginInstance settings;
    settings.scope.models = {"gpt-*"};
    HostWorld world;
    world.add(plugin, settings);
    auto& runner = world.start();
    (void)runner.onRequest();  // no model is known yet
    world.request.model = "claude";
    (void)runner.preCall();
    world.request.model = "gpt-4o";
    (void)runner.preCall();
    CHECK(n.trace == "request pre ");
}

TEST_CASE("a hook that runs beside the call leaves the other hooks of its plugin alone", "[plugin_host]") {
    FakePlugin plugin;
    sluice_status edit_after_wait = SLUICE_E_INTERNAL;
    plugin.onUpstreamRequest([&](sluice_ctx* ctx) {
        (void)base::Fiber::park(base::Clock::now() + base::milliseconds(5));  // as if it called out
        edit_after_wait = host::kHostAttempt.set_header(ctx, host::str("x-signed"), host::str("1"));
        return SLUICE_CONTINUE;
    });
    plugin.duringCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
    HostWorld world;
    world.add(plugin);
    test::onLoop([&](base::Loop& loop) {
        auto& runner = world.start();
        loop.spawn([&] { (void)runner.duringCall(runner.chain().during_call.at(0)); });
        CHECK(runner.onUpstreamRequest() == Outcome::Continue);
        test::yieldOnce(loop);
    });
    CHECK(edit_after_wait == SLUICE_OK);
}

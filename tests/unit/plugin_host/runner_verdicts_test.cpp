// Which verdicts a phase accepts, and what becomes of those that it does not (plugin_api/sluice/hooks.h).
#include "plugin_host/host_world.h"

using namespace sluice;
using host::Outcome;
using host::Phase;
using test::FakePlugin;
using test::HostWorld;

namespace {

using Set = FakePlugin& (FakePlugin::*)(FakePlugin::Hook);

struct PhaseRow {
    Phase phase;
    Set set;
    Outcome (*run)(host::Runner&);
    std::vector<sluice_verdict> accepts;  // besides CONTINUE and FAILED
    bool closed;                          // by default, when the hook fails
};

const std::vector<PhaseRow>& phases() {
    static const std::vector<PhaseRow> rows{
        {Phase::OnRequest,
         &FakePlugin::onRequest,
         [](host::Runner& r) { return r.onRequest(); },
         {SLUICE_RESPOND, SLUICE_BLOCK},
         true},
        {Phase::Authorize,
         &FakePlugin::authorizes,
         [](host::Runner& r) { return r.authorize(); },
         {SLUICE_DENY},
         true},
        {Phase::PreCall,
         &FakePlugin::preCall,
         [](host::Runner& r) { return r.preCall(); },
         {SLUICE_RESPOND, SLUICE_BLOCK, SLUICE_NOT_SCANNED},
         true},
        {Phase::CacheLookup,
         &FakePlugin::cacheLookup,
         [](host::Runner& r) { return r.cacheLookup(); },
         {SLUICE_RESPOND},
         false},
        {Phase::DuringCall,
         &FakePlugin::duringCall,
         [](host::Runner& r) { return r.duringCall(r.chain().during_call.at(0)); },
         {SLUICE_BLOCK, SLUICE_NOT_SCANNED},
         true},
        {Phase::OnUpstreamRequest,
         &FakePlugin::onUpstreamRequest,
         [](host::Runner& r) { return r.onUpstreamRequest(); },
         {SLUICE_BLOCK},
         true},
        {Phase::OnUpstreamResponse,
         &FakePlugin::onUpstreamResponse,
         [](host::Runner& r) { return r.onUpstreamResponse(); },
         {SLUICE_RETRY},
         false},
        {Phase::OnAttemptEnd,
         &FakePlugin::onAttemptEnd,
         [](host::Runner& r) { return r.onAttemptEnd(); },
         {SLUICE_RETRY, SLUICE_FALLBACK},
         false},
        {Phase::PostCall,
         &FakePlugin::postCall,
         [](host::Runner& r) { return r.postCall(); },
         {SLUICE_RESPOND, SLUICE_BLOCK, SLUICE_NOT_SCANNED},
         true},
        {Phase::OnResponse,
         &FakePlugin::onResponse,
         [](host::Runner& r) { return r.onResponse(); },
         {},
         false},
    };
    return rows;
}

// A world with one instance whose hook of this phase does `hook`.
struct One {
    One(const PhaseRow& row, FakePlugin::Hook hook, config::FailMode on_error = config::FailMode::Default)
        : row_(row) {
        (plugin.*row.set)(std::move(hook));
        config::PluginInstance settings;
        settings.on_error = on_error;
        instance = &world.add(plugin, settings);
        world.start();
    }
    Outcome run() { return row_.run(world.runner()); }

    FakePlugin plugin;
    HostWorld world;
    host::Instance* instance;

private:
    const PhaseRow& row_;
};

Outcome outcomeOf(sluice_verdict verdict) {
    switch (verdict) {
        case SLUICE_RESPOND:
            return Outcome::Respond;
        case SLUICE_BLOCK:
        case SLUICE_DENY:
            return Outcome::Block;
        case SLUICE_RETRY:
            return Outcome::Retry;
        case SLUICE_FALLBACK:
            return Outcome::Fallback;
        default:
            return Outcome::Continue;
    }
}

sluice_verdict respondIfNeeded(sluice_ctx* ctx, sluice_verdict verdict) {
    if (verdict == SLUICE_RESPOND)
        CHECK(host::kHostReply.respond(ctx, 200, host::str("text/plain"), host::str("hi")) == SLUICE_OK);
    return verdict;
}

}  // namespace

TEST_CASE("CONTINUE goes on in every phase", "[plugin_host]") {
    for (const auto& row : phases()) {
        CAPTURE(host::name(row.phase));
        One one(row, [](sluice_ctx*) { return SLUICE_CONTINUE; });
        CHECK(one.run() == Outcome::Continue);
        REQUIRE(one.world.request.verdicts.size() == 1);
        CHECK(one.world.lastVerdict().verdict == std::string("pass"));
        CHECK(one.world.lastVerdict().phase == row.phase);
        CHECK(one.world.lastVerdict().instance == one.instance);
        CHECK(one.instance->failures == 0);
    }
}

TEST_CASE("each phase accepts its own verdicts and takes every other for a failure", "[plugin_host]") {
    for (const auto& row : phases()) {
        for (const sluice_verdict verdict :
             {SLUICE_RESPOND, SLUICE_BLOCK, SLUICE_IDENTIFIED, SLUICE_DENY, SLUICE_NOT_SCANNED, SLUICE_ABORT,
              SLUICE_RETRY, SLUICE_FALLBACK, 9, 1000, -2, INT32_MIN}) {
            CAPTURE(host::name(row.phase), verdict);
            One one(row, [verdict](sluice_ctx* ctx) { return respondIfNeeded(ctx, verdict); });
            const Outcome outcome = one.run();
            const bool accepted = std::count(row.accepts.begin(), row.accepts.end(), verdict) > 0;
            if (accepted && verdict != SLUICE_NOT_SCANNED) {
                CHECK(outcome == outcomeOf(verdict));
                CHECK(one.instance->failures == 0);
            } else if (!accepted) {
                CHECK(one.instance->failures == 1);
                CHECK(one.world.lastVerdict().verdict == std::string("failed"));
                CHECK(one.world.lastVerdict().reason.find("not allowed") != std::string::npos);
                CHECK(outcome == (row.closed ? Outcome::Block : Outcome::Continue));
            }
        }
    }
}

TEST_CASE("a hook that fails closes or opens as the phase has it, or as the instance says", "[plugin_host]") {
    for (const auto& row : phases()) {
        for (const auto mode :
             {config::FailMode::Default, config::FailMode::Closed, config::FailMode::Open}) {
            CAPTURE(host::name(row.phase), static_cast<int>(mode));
            One one(
                row, [](sluice_ctx*) { return SLUICE_FAILED; }, mode);
            const bool closed =
                row.phase == Phase::Authorize ||
                (mode == config::FailMode::Default ? row.closed : mode == config::FailMode::Closed);
            CHECK(one.run() == (closed ? Outcome::Block : Outcome::Continue));
            CHECK(one.instance->failures == 1);
            CHECK(one.world.lastVerdict().verdict == std::string("failed"));
            CHECK(one.world.lastVerdict().reason.find("not allowed") ==
                  std::string::npos);  // FAILED is allowed everywhere
            CHECK(one.world.request.block.set == closed);
            if (closed) {
                CHECK(one.world.request.block.status == 500);
                CHECK(one.world.request.block.category == "plugin_failure");
                CHECK(one.world.request.block.instance == "p0");
            }
        }
    }
}

TEST_CASE("an exception is a failure and goes no further", "[plugin_host]") {
    for (const auto& row : phases()) {
        CAPTURE(host::name(row.phase));
        One with_words(row, [](sluice_ctx*) -> sluice_verdict {
            throw std::runtime_error("thrown by a test, on purpose");
        });
        Outcome outcome = Outcome::Abort;
        REQUIRE_NOTHROW(outcome = with_words.run());
        CHECK(outcome == (row.closed ? Outcome::Block : Outcome::Continue));
        CHECK(with_words.instance->failures == 1);
        CHECK(with_words.world.lastVerdict().verdict == std::string("failed"));
        CHECK(with_words.world.lastVerdict().reason.find("on purpose") !=
              std::string::npos);  // the record tells why
        One without(row, [](sluice_ctx*) -> sluice_verdict { throw 42; });
        CHECK_NOTHROW(without.run());
        CHECK(without.instance->failures == 1);
    }
}

TEST_CASE("RESPOND without a reply is a failure", "[plugin_host]") {
    for (const auto& row : phases()) {
        if (std::count(row.accepts.begin(), row.accepts.end(), SLUICE_RESPOND) == 0) continue;
        CAPTURE(host::name(row.phase));
        One one(row, [](sluice_ctx*) { return SLUICE_RESPOND; });
        CHECK(one.run() == (row.closed ? Outcome::Block : Outcome::Continue));
        CHECK(one.instance->failures == 1);
    }
}

TEST_CASE("what a plugin says about a block is kept", "[plugin_host]") {
    One one(phases()[2], [](sluice_ctx* ctx) {
        const sluice_block block{
            sizeof block,    451, host::str("c"), host::str("t"), host::str("public"), host::str("internal"),
            host::str("pii")};
        CHECK(host::kHostReply.block(ctx, &block) == SLUICE_OK);
        return SLUICE_BLOCK;
    });
    CHECK(one.run() == Outcome::Block);
    const auto& block = one.world.request.block;
    CHECK(block.set);
    CHECK(block.status == 451);
    CHECK(block.code == "c");
    CHECK(block.type == "t");
    CHECK(block.public_message == "public");
    CHECK(block.internal_reason == "internal");
    CHECK(block.category == "pii");
    CHECK(block.instance == "p0");
    CHECK(one.world.lastVerdict().verdict == std::string("blocked"));
    CHECK(one.world.lastVerdict().reason == "internal");
}

TEST_CASE("a block without a status has that of its phase", "[plugin_host]") {
    One pre_call(phases()[2], [](sluice_ctx*) { return SLUICE_BLOCK; });
    (void)pre_call.run();
    CHECK(pre_call.world.request.block.status == 400);
    One authorize(phases()[1], [](sluice_ctx*) { return SLUICE_DENY; });
    (void)authorize.run();
    CHECK(authorize.world.request.block.status == 403);
}

TEST_CASE("NOT_SCANNED closes or opens by the instance's policy, with its reason", "[plugin_host]") {
    for (const auto mode : {config::FailMode::Default, config::FailMode::Open}) {
        One one(
            phases()[2],
            [](sluice_ctx* ctx) {
                CHECK(host::kHostReply.not_scanned(ctx, host::str("too_large")) == SLUICE_OK);
                return SLUICE_NOT_SCANNED;
            },
            mode);
        const bool closed = mode == config::FailMode::Default;
        CHECK(one.run() == (closed ? Outcome::Block : Outcome::Continue));
        CHECK(one.world.lastVerdict().verdict == std::string("not_scanned"));
        CHECK(one.world.lastVerdict().reason == "too_large");
        CHECK(one.world.request.block.set == closed);
        CHECK(one.instance->failures == 0);
    }
}

TEST_CASE("an edit shows in the verdict", "[plugin_host]") {
    One one(phases()[0], [](sluice_ctx* ctx) {
        CHECK(host::kHostRequest.set_header(ctx, host::str("x-a"), host::str("1")) == SLUICE_OK);
        return SLUICE_CONTINUE;
    });
    CHECK(one.run() == Outcome::Continue);
    CHECK(one.world.lastVerdict().verdict == std::string("modified"));
    CHECK(one.world.head.fields.find("x-a") == "1");
}

TEST_CASE("a failure past the hook's deadline is a timeout with a policy of its own", "[plugin_host]") {
    for (const auto mode : {config::FailMode::Closed, config::FailMode::Open}) {
        FakePlugin plugin;
        plugin.preCall([](sluice_ctx* ctx) {
            CHECK(host::kHostRequest.remaining_ms(ctx) <= 1);
            while (base::Clock::now() <= ctx->hook_deadline) continue;
            return SLUICE_FAILED;
        });
        config::PluginInstance settings;
        settings.timeout_ms = 1;
        settings.on_timeout = mode;
        settings.on_error =
            mode == config::FailMode::Open ? config::FailMode::Closed : config::FailMode::Open;
        HostWorld world;
        auto& instance = world.add(plugin, settings);
        CHECK(world.start().preCall() ==
              (mode == config::FailMode::Closed ? Outcome::Block : Outcome::Continue));
        CHECK(instance.timeouts == 1);
        CHECK(instance.failures == 0);
        CHECK(world.lastVerdict().verdict == std::string("timeout"));
    }
}

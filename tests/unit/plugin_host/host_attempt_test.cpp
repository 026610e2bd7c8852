// sluice.host.attempt/1, sluice.host.response/1, sluice.host.stream/1 and sluice.host.serve/1.
#include "plugin_host/host_world.h"

using namespace sluice;
using host::kHostAttempt;
using host::kHostResponse;
using host::kHostServe;
using host::kHostStream;
using host::Phase;
using host::str;
using host::view;

namespace {

struct Call {
    Call() {
        plugin.preCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
        plugin.onStream(
            [](sluice_ctx*, const sluice_stream_event&, sluice_stream_action&) { return SLUICE_CONTINUE; });
        instance = &world.add(plugin);
        world.start();
        auto body = llm::Body::read(R"({"model":"m"})", llm::BodyKind::Json, "application/json");
        REQUIRE(body);
        world.request.attempt.body = std::move(*body);
        deployment.id = "id-1";
        deployment.provider = "openai";
        world.request.attempt.deployment = &deployment;
        world.request.attempt.model = "gpt-4o";
        world.request.attempt.number = 2;
        world.request.attempt.path = "/chat/completions";
        world.request.response.status = 200;
        world.request.response.body = "answer";
        world.request.response.lanes[SLUICE_LANE_TEXT] = "text";
        CHECK(world.request.response.fields.add("X-Up", "1"));
    }
    sluice_ctx* in(Phase phase) { return &world.runner().context(*instance, phase); }
    config::Deployment deployment;
    test::FakePlugin plugin;
    test::HostWorld world;
    host::Instance* instance;
};

}  // namespace

TEST_CASE("an attempt says what it is", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::OnUpstreamRequest);
    const auto text = [&](uint32_t what) { return std::string(view(kHostAttempt.text(ctx, what))); };
    CHECK(text(SLUICE_ATTEMPT_DEPLOYMENT_ID) == "id-1");
    CHECK(text(SLUICE_ATTEMPT_MODEL) == "gpt-4o");
    CHECK(text(SLUICE_ATTEMPT_PROVIDER) == "openai");
    CHECK(text(SLUICE_ATTEMPT_PATH) == "/chat/completions");
    CHECK(text(77).empty());
    CHECK(kHostAttempt.number(ctx) == 2);
    call.world.request.attempt.deployment = nullptr;
    CHECK(text(SLUICE_ATTEMPT_MODEL).empty());
}

TEST_CASE("an attempt is edited before it is sent, not later", "[plugin_host]") {
    for (const auto phase : {Phase::PreCall, Phase::OnUpstreamRequest, Phase::OnUpstreamResponse,
                             Phase::OnAttemptEnd, Phase::OnStream}) {
        CAPTURE(host::name(phase));
        Call call;
        auto* ctx = call.in(phase);
        const auto expected = phase == Phase::OnUpstreamRequest ? SLUICE_OK : SLUICE_E_UNSUPPORTED;
        CHECK(kHostAttempt.set_path(ctx, str("/x?y=1")) == expected);
        CHECK(kHostAttempt.set_header(ctx, str("authorization"), str("Bearer x")) == expected);
        CHECK(kHostAttempt.set_member(ctx, str("model"), str("\"y\"")) == expected);
        CHECK(kHostAttempt.remove_member(ctx, str("model")) == expected);
        CHECK(kHostAttempt.set_body(ctx, str("{}")) == expected);
        CHECK(call.world.request.attempt.fields.has("authorization") == (expected == SLUICE_OK));
        if (expected == SLUICE_OK) CHECK(kHostAttempt.remove_header(ctx, str("authorization")) == SLUICE_OK);
    }
}

TEST_CASE("a path must be a request target and nothing more", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::OnUpstreamRequest);
    for (const char* bad : {"", "x", "http://h/x", "/a b", "/a\r\nX: y", "/a\tb", "/\x7f"})
        CHECK(kHostAttempt.set_path(ctx, str(bad)) == SLUICE_E_INVALID);
    CHECK(kHostAttempt.set_header(ctx, str("a"), str("b\r\nc: d")) == SLUICE_E_INVALID);
    CHECK(call.world.request.attempt.path == "/chat/completions");
    CHECK(kHostAttempt.set_path(ctx, str("/v1/x?y=%20#")) ==
          SLUICE_E_INVALID);  // a fragment never goes over the wire
}

TEST_CASE("the head of an answer is read and edited in its phases", "[plugin_host]") {
    Call call;
    sluice_str value{};
    for (const auto phase :
         {Phase::OnUpstreamResponse, Phase::OnAttemptEnd, Phase::PostCall, Phase::OnResponse}) {
        CAPTURE(host::name(phase));
        auto* ctx = call.in(phase);
        CHECK(kHostResponse.status(ctx) == 200);
        CHECK(kHostResponse.header(ctx, str("x-up"), &value) == SLUICE_OK);
        const bool editable = phase == Phase::OnUpstreamResponse || phase == Phase::OnResponse;
        CHECK(kHostResponse.set_header(ctx, str("x-new"), str("1")) ==
              (editable ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(kHostResponse.remove_header(ctx, str("x-new")) ==
              (editable ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
    }
    CHECK(kHostResponse.set_header(call.in(Phase::OnResponse), str("a"), str("b\nc")) == SLUICE_E_INVALID);
}

TEST_CASE("the whole answer is there in post_call, and may be replaced if it is not streamed",
          "[plugin_host]") {
    Call call;
    CHECK(view(kHostResponse.body(call.in(Phase::OnResponse))).empty());
    CHECK(kHostResponse.set_body(call.in(Phase::OnResponse), str("x")) == SLUICE_E_UNSUPPORTED);
    auto* ctx = call.in(Phase::PostCall);
    CHECK(view(kHostResponse.body(ctx)) == "answer");
    CHECK(view(kHostResponse.lane_text(ctx, SLUICE_LANE_TEXT)) == "text");
    CHECK(view(kHostResponse.lane_text(ctx, SLUICE_LANE_REFUSAL)).empty());
    CHECK(kHostResponse.set_body(ctx, str("new")) == SLUICE_OK);
    CHECK(call.world.request.response.body == "new");
    call.world.request.response.streamed = true;
    CHECK(kHostResponse.set_body(ctx, str("x")) == SLUICE_E_UNSUPPORTED);
}

TEST_CASE("subscriptions are taken before the stream begins; a lane asked for again is taken over",
          "[plugin_host]") {
    Call call;
    const auto& all = call.world.request.subscriptions;
    sluice_subscription wanted{};
    wanted.size = sizeof wanted;
    wanted.lanes = SLUICE_LANE_TEXT | SLUICE_LANE_REFUSAL;
    CHECK(kHostStream.subscribe(call.in(Phase::PreCall), &wanted) == SLUICE_OK);
    wanted.lanes = SLUICE_LANE_TEXT;
    wanted.mode = SLUICE_STREAM_REWRITE;
    CHECK(kHostStream.subscribe(call.in(Phase::OnUpstreamRequest), &wanted) == SLUICE_OK);
    REQUIRE(all.size() == 2);
    CHECK(all[0].lanes == SLUICE_LANE_REFUSAL);
    CHECK(all[1].lanes == SLUICE_LANE_TEXT);
    CHECK(all[1].max_hold_bytes == 64 * 1024);
    CHECK(all[1].abort_when_held);  // closed unless the instance says otherwise
    for (const auto phase : {Phase::OnUpstreamResponse, Phase::OnStream, Phase::PostCall})
        CHECK(kHostStream.subscribe(call.in(phase), &wanted) == SLUICE_E_UNSUPPORTED);
    // It runs beside the stream: a list that grows under the one who walks it.
    CHECK(kHostStream.subscribe(call.in(Phase::DuringCall), &wanted) == SLUICE_E_UNSUPPORTED);
}

TEST_CASE("subscriptions that make no sense are refused", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::PreCall);
    CHECK(kHostStream.subscribe(ctx, nullptr) == SLUICE_E_INVALID);
    sluice_subscription good{};
    good.size = sizeof good;
    good.lanes = SLUICE_LANE_TEXT;
    const auto refused = [&](auto spoil) {
        sluice_subscription bad = good;
        spoil(bad);
        return kHostStream.subscribe(ctx, &bad) == SLUICE_E_INVALID;
    };
    CHECK(refused([](auto& s) { s.size = 4; }));
    CHECK(refused([](auto& s) { s.lanes = 0; }));
    CHECK(refused([](auto& s) { s.mode = 3; }));
    CHECK(refused([](auto& s) { s.granularity = -1; }));
    CHECK(refused([](auto& s) { s.hold_policy = 9; }));
    CHECK(refused([](auto& s) {
        s.lanes = SLUICE_LANE_META;
        s.mode = SLUICE_STREAM_REWRITE;
    }));
    CHECK(call.world.request.subscriptions.empty());
}

TEST_CASE("only an attempt that the provider serves by itself has somebody to serve", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::OnUpstreamRequest);
    CHECK(kHostServe.begin(ctx, 200, str("text/plain")) == SLUICE_E_UNSUPPORTED);
    CHECK(kHostServe.write(ctx, str("x")) == SLUICE_E_UNSUPPORTED);
    std::string served;
    call.world.request.serve_begin = [&](int status, std::string_view type) {
        served += std::to_string(status) + " " + std::string(type) + ": ";
        return SLUICE_OK;
    };
    call.world.request.serve_write = [&](std::string_view bytes) {
        served += bytes;
        return SLUICE_OK;
    };
    CHECK(kHostServe.begin(ctx, 199, str("text/plain")) == SLUICE_E_INVALID);
    CHECK(kHostServe.begin(ctx, 200, str("a\r\nb")) == SLUICE_E_INVALID);
    CHECK(kHostServe.begin(ctx, 200, str("text/plain")) == SLUICE_OK);
    CHECK(kHostServe.write(ctx, str("hi")) == SLUICE_OK);
    CHECK(served == "200 text/plain: hi");
}

// sluice.host.content/1: texts and edits of the body side by side, and what is lent.
#include "plugin_host/host_world.h"

using namespace sluice;
using host::kHostContent;
using host::kHostRequest;
using host::kHostResponse;
using host::Phase;
using host::str;
using host::view;

namespace {

constexpr int32_t kRequest = SLUICE_CONTENT_REQUEST, kResponse = SLUICE_CONTENT_RESPONSE;

struct Call {
    explicit Call(test::HostWorld& w) : world(w) {
        plugin.preCall([this](sluice_ctx* ctx) { return hook(ctx); });
        plugin.postCall([this](sluice_ctx* ctx) { return hook(ctx); });
        instance = &world.add(plugin);
        world.start();
        auto body = llm::Body::read(R"({"model":"m","input":["one","two"],"n":1})", llm::BodyKind::Json,
                                    "application/json");
        REQUIRE(body);
        world.request.body = std::move(*body);
    }
    sluice_ctx* in(Phase phase) { return &world.runner().context(*instance, phase); }
    static std::string at(sluice_ctx* ctx, int32_t side, uint32_t i) {
        sluice_text text{};
        text.size = sizeof text;
        const auto status = kHostContent.at(ctx, side, i, &text);
        return status == SLUICE_OK ? std::string(view(text.text)) : "status " + std::to_string(status);
    }
    test::HostWorld& world;
    test::FakePlugin plugin;
    host::Instance* instance;
    std::function<sluice_verdict(sluice_ctx*)> hook;
};

}  // namespace

TEST_CASE("texts and edits of the body see each other", "[plugin_host]") {
    test::HostWorld world;
    Call call(world);
    call.hook = [&](sluice_ctx* ctx) {
        sluice_text first{};
        first.size = sizeof first;
        CHECK(kHostContent.at(ctx, kRequest, 0, &first) == SLUICE_OK);
        CHECK(kHostContent.replace(ctx, kRequest, 0, str("[1]")) == SLUICE_OK);
        CHECK(view(kHostRequest.body(ctx)) == R"({"model":"m","input":["[1]","two"],"n":1})");
        CHECK(kHostRequest.set_member(ctx, str("input"), str(R"(["[1]","other","third"])")) == SLUICE_OK);
        CHECK(Call::at(ctx, kRequest, 1) == "other");
        CHECK(Call::at(ctx, kRequest, 3) == "status -2");
        CHECK(kHostContent.replace(ctx, kRequest, 2, str("[3]")) == SLUICE_OK);
        CHECK(kHostContent.replace(ctx, kRequest, 1, str("[2]")) == SLUICE_OK);
        CHECK(kHostContent.replace(ctx, kRequest, 1, str("[22]")) == SLUICE_OK);
        CHECK(view(first.text) == "one");  // lent until the hook ends
        CHECK(view(first.where) == "input[0]");
        return SLUICE_CONTINUE;
    };
    CHECK(world.runner().preCall() == host::Outcome::Continue);
    CHECK(world.request.body.flattened() == R"({"model":"m","input":["[1]","[22]","[3]"],"n":1})");
    CHECK(std::string(world.lastVerdict().verdict) == "modified");
}

TEST_CASE("texts of an answer", "[plugin_host]") {
    test::HostWorld world;
    Call call(world);
    world.request.response.body = R"({"choices":[{"text":"a"},{"text":"b"}]})";
    call.hook = [&](sluice_ctx* ctx) {
        CHECK(Call::at(ctx, kResponse, 1) == "b");
        CHECK(kHostContent.replace(ctx, kResponse, 1, str("[b]")) == SLUICE_OK);
        CHECK(view(kHostResponse.body(ctx)) == R"({"choices":[{"text":"a"},{"text":"[b]"}]})");
        CHECK(kHostResponse.set_body(ctx, str(R"({"text":"new"})")) == SLUICE_OK);
        CHECK(Call::at(ctx, kResponse, 0) == "new");
        CHECK(kHostContent.replace(ctx, kRequest, 0, str("x")) == SLUICE_E_UNSUPPORTED);
        return SLUICE_CONTINUE;
    };
    CHECK(world.runner().postCall() == host::Outcome::Continue);
    CHECK(world.request.response.body == R"({"text":"new"})");
}

TEST_CASE("texts of a stream are told, and cannot be changed", "[plugin_host]") {
    test::HostWorld world;
    Call call(world);
    world.request.response.streamed = true;
    world.request.response.lanes = {{SLUICE_LANE_TEXT, "said"}, {SLUICE_LANE_REFUSAL, "no"}};
    call.hook = [&](sluice_ctx* ctx) {
        sluice_text text{};
        text.size = sizeof text;
        CHECK(kHostContent.at(ctx, kResponse, 1, &text) == SLUICE_OK);
        CHECK(text.lane == SLUICE_LANE_REFUSAL);
        CHECK(text.flags == (SLUICE_TEXT_READ_ONLY | SLUICE_TEXT_SENT));
        CHECK(kHostContent.replace(ctx, kResponse, 0, str("x")) == SLUICE_E_UNSUPPORTED);
        CHECK(kHostResponse.set_body(ctx, str("x")) == SLUICE_E_UNSUPPORTED);
        CHECK(view(kHostResponse.body(ctx)) == "saidno");
        text.size = 4;
        CHECK(kHostContent.at(ctx, kResponse, 0, &text) == SLUICE_E_INVALID);
        return SLUICE_CONTINUE;
    };
    CHECK(world.runner().postCall() == host::Outcome::Continue);
}

TEST_CASE("the phases in which there are texts", "[plugin_host]") {
    test::HostWorld world;
    Call call(world);
    uint32_t count = 0;
    CHECK(kHostContent.count(call.in(Phase::Authorize), kRequest, &count) == SLUICE_E_UNSUPPORTED);
    CHECK(kHostContent.count(call.in(Phase::DuringCall), kRequest, &count) == SLUICE_OK);
    CHECK(count == 2);
    CHECK(kHostContent.replace(call.in(Phase::DuringCall), kRequest, 0, str("x")) == SLUICE_E_UNSUPPORTED);
    CHECK(kHostContent.count(call.in(Phase::OnStream), kResponse, &count) == SLUICE_E_UNSUPPORTED);
    CHECK(kHostContent.count(call.in(Phase::PreCall), 7, &count) == SLUICE_E_UNSUPPORTED);
}

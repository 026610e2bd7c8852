// sluice.host.request/1 and sluice.host.reply/1: who may read and change what, and when.
#include "plugin_host/host_world.h"

using namespace sluice;
using host::kHostReply;
using host::kHostRequest;
using host::Phase;
using host::str;
using host::view;

namespace {

// One instance and a handle that says it is in some phase.
struct Call {
    Call() {
        plugin.preCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
        instance = &world.add(plugin);
        world.start();
        auto body = llm::Body::read(R"({"model":"m","n":1})", llm::BodyKind::Json, "application/json");
        REQUIRE(body);
        world.request.body = std::move(*body);
        CHECK(world.head.fields.add("X-One", "1"));
        CHECK(world.head.fields.add("X-Two", "2"));
    }
    sluice_ctx* in(Phase phase) { return &world.runner().context(*instance, phase); }
    test::FakePlugin plugin;
    test::HostWorld world;
    host::Instance* instance;
};

const std::vector<Phase> kPhases{Phase::OnRequest,    Phase::Authenticate,      Phase::Authorize,
                                 Phase::PreCall,      Phase::CacheLookup,       Phase::Route,
                                 Phase::DuringCall,   Phase::OnUpstreamRequest, Phase::OnUpstreamResponse,
                                 Phase::OnAttemptEnd, Phase::OnStream,          Phase::PostCall,
                                 Phase::OnResponse};

bool among(Phase phase, std::initializer_list<Phase> phases) {
    return std::find(phases.begin(), phases.end(), phase) != phases.end();
}

}  // namespace

TEST_CASE("texts of the request", "[plugin_host]") {
    Call call;
    call.world.head.method = "POST";
    call.world.head.path = "/v1/chat/completions";
    call.world.head.query = "a=b";
    call.world.request.model = "m";
    call.world.request.call_id = "id";
    call.world.request.client_address = "10.0.0.1";
    call.world.request.identity.tenant = "red";
    auto* ctx = call.in(Phase::PreCall);
    const auto text = [&](uint32_t what) { return std::string(view(kHostRequest.text(ctx, what))); };
    CHECK(text(SLUICE_REQUEST_METHOD) == "POST");
    CHECK(text(SLUICE_REQUEST_PATH) == "/v1/chat/completions");
    CHECK(text(SLUICE_REQUEST_QUERY) == "a=b");
    CHECK(text(SLUICE_REQUEST_ROUTE) == "chat");
    CHECK(text(SLUICE_REQUEST_MODEL) == "m");
    CHECK(text(SLUICE_REQUEST_CALL_ID) == "id");
    CHECK(text(SLUICE_REQUEST_CLIENT) == "10.0.0.1");
    CHECK(text(SLUICE_REQUEST_TENANT) == "red");
    CHECK(text(999).empty());
}

TEST_CASE("headers are read by name and by number", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::OnRequest);
    sluice_str name{}, value{};
    CHECK(kHostRequest.header(ctx, str("x-one"), &value) == SLUICE_OK);
    CHECK(view(value) == "1");
    CHECK(kHostRequest.header(ctx, str("nope"), &value) == SLUICE_E_NOT_FOUND);
    CHECK(kHostRequest.header_at(ctx, 1, &name, &value) == SLUICE_OK);
    CHECK(view(name) == "X-Two");
    CHECK(kHostRequest.header_at(ctx, 2, &name, &value) == SLUICE_E_NOT_FOUND);
}

TEST_CASE("headers and body are edited in their phases only", "[plugin_host]") {
    for (const auto phase : kPhases) {
        CAPTURE(host::name(phase));
        Call call;
        auto* ctx = call.in(phase);
        const bool head =
            among(phase, {Phase::OnRequest, Phase::Authenticate, Phase::Authorize, Phase::PreCall});
        CHECK(kHostRequest.set_header(ctx, str("X-One"), str("new")) ==
              (head ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(kHostRequest.remove_header(ctx, str("X-Two")) == (head ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(call.world.head.fields.find("x-one") == (head ? "new" : "1"));
        CHECK(call.world.head.fields.has("x-two") == !head);
        const bool body = phase == Phase::PreCall;
        CHECK(kHostRequest.set_member(ctx, str("n"), str("2")) == (body ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(kHostRequest.remove_member(ctx, str("model")) == (body ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(call.world.request.body.flattened() == (body ? R"({"n":2})" : R"({"model":"m","n":1})"));
        CHECK(kHostRequest.set_body(ctx, str("{}")) == (body ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(kHostRequest.set_model(ctx, str("other")) == (body ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
        CHECK(call.world.request.edits == (head ? 2u : 0u) + (body ? 4u : 0u));
    }
}

TEST_CASE("edits that cannot stand are invalid and change nothing", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::PreCall);
    CHECK(kHostRequest.set_header(ctx, str("X"), str("a\r\nX-Admin: true")) == SLUICE_E_INVALID);
    CHECK(kHostRequest.set_header(ctx, str("X\r\nY"), str("a")) == SLUICE_E_INVALID);
    CHECK(kHostRequest.set_header(ctx, str(""), str("a")) == SLUICE_E_INVALID);
    CHECK(kHostRequest.remove_header(ctx, str("nope")) == SLUICE_E_NOT_FOUND);
    CHECK(kHostRequest.set_member(ctx, str("n"), str("not json")) == SLUICE_E_INVALID);
    CHECK(kHostRequest.remove_member(ctx, str("nope")) == SLUICE_E_NOT_FOUND);
    CHECK(kHostRequest.set_body(ctx, str("[]")) == SLUICE_E_INVALID);
    CHECK(kHostRequest.set_model(ctx, str("")) == SLUICE_E_INVALID);
    CHECK(call.world.request.edits == 0);
    CHECK(call.world.head.fields.size() == 2);
    CHECK(call.world.request.body.flattened() == R"({"model":"m","n":1})");
}

TEST_CASE("the body can be read once it is there", "[plugin_host]") {
    Call call;
    sluice_str json{};
    CHECK(view(kHostRequest.body(call.in(Phase::OnRequest))).empty());
    CHECK(kHostRequest.member(call.in(Phase::Authenticate), str("n"), &json) == SLUICE_E_UNSUPPORTED);
    auto* ctx = call.in(Phase::PreCall);
    CHECK(view(kHostRequest.body(ctx)) == R"({"model":"m","n":1})");
    CHECK(kHostRequest.member(ctx, str("n"), &json) == SLUICE_OK);
    CHECK(view(json) == "1");
    CHECK(kHostRequest.member(ctx, str("nope"), &json) == SLUICE_E_NOT_FOUND);
    call.world.request.stream = true;
    CHECK(kHostRequest.stream(ctx) == 1);
}

TEST_CASE("time that is left, and whether the client is still there", "[plugin_host]") {
    Call call;
    call.world.request.deadline = base::Clock::now() + std::chrono::seconds(10);
    auto* ctx = call.in(Phase::PreCall);
    CHECK(kHostRequest.remaining_ms(ctx) <= 10'000);
    CHECK(kHostRequest.remaining_ms(ctx) > 9'000);
    call.world.request.deadline = base::Clock::now() - std::chrono::seconds(10);
    CHECK(kHostRequest.remaining_ms(call.in(Phase::PreCall)) == 0);
    call.world.request.deadline = base::kNever;
    CHECK(kHostRequest.remaining_ms(call.in(Phase::PreCall)) > 1'000'000'000);
    CHECK(kHostRequest.cancelled(ctx) == 0);
    bool gone = false;
    call.world.request.cancelled = [&] { return gone; };
    CHECK(kHostRequest.cancelled(ctx) == 0);
    gone = true;
    CHECK(kHostRequest.cancelled(ctx) == 1);
}

TEST_CASE("replies are checked", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::PreCall);
    for (const uint32_t status : {0u, 99u, 199u, 600u, 100'000u})
        CHECK(kHostReply.respond(ctx, status, str("a/b"), str("")) == SLUICE_E_INVALID);
    CHECK(kHostReply.respond(ctx, 200, str("a/b\r\nX: y"), str("")) == SLUICE_E_INVALID);
    CHECK_FALSE(call.world.request.reply.set);
    CHECK(kHostReply.respond(ctx, 299, str("text/plain"), str("body")) == SLUICE_OK);
    CHECK(call.world.request.reply.status == 299);
    CHECK(call.world.request.reply.body == "body");
    sluice_block block{};
    CHECK(kHostReply.block(ctx, nullptr) == SLUICE_E_INVALID);
    CHECK(kHostReply.block(ctx, &block) == SLUICE_E_INVALID);  // size 0
    block.size = sizeof block;
    for (const uint32_t status : {200u, 399u, 600u}) {
        block.http_status = status;
        CHECK(kHostReply.block(ctx, &block) == SLUICE_E_INVALID);
    }
    CHECK_FALSE(call.world.request.block.set);
}

TEST_CASE("identities are given in authenticate only, with a key", "[plugin_host]") {
    Call call;
    sluice_identity who{};
    who.size = sizeof who;
    who.key_id = str("k");
    for (const auto phase : kPhases) {
        CAPTURE(host::name(phase));
        CHECK(kHostReply.identify(call.in(phase), &who) ==
              (phase == Phase::Authenticate ? SLUICE_OK : SLUICE_E_UNSUPPORTED));
    }
    auto* ctx = call.in(Phase::Authenticate);
    CHECK(kHostReply.identify(ctx, nullptr) == SLUICE_E_INVALID);
    who.key_id = str("");
    CHECK(kHostReply.identify(ctx, &who) == SLUICE_E_INVALID);
    who.key_id = str("k");
    who.flags = SLUICE_IDENTITY_ADMIN;
    who.user = str("u");
    CHECK(kHostReply.identify(ctx, &who) == SLUICE_OK);
    CHECK(call.world.request.identity.admin);
    CHECK(call.world.request.identity.user == "u");
}

TEST_CASE("bodies that are asked for in one hook live side by side", "[plugin_host]") {
    Call call;
    auto* ctx = call.in(Phase::PreCall);
    const auto before = kHostRequest.body(ctx);
    const std::string copy(view(before));
    CHECK(kHostRequest.set_member(ctx, str("added"), str("1")) == SLUICE_OK);
    const auto after = kHostRequest.body(ctx);
    CHECK(view(before) == copy);
    CHECK(view(after) != copy);
}

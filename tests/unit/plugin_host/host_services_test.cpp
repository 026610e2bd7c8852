// Host services beside the request: attributes, secrets, metrics, timers, offload, HTTP calls.
#include <atomic>
#include <future>
#include <thread>

#include "base/limits.h"
#include "base/loop.h"
#include "plugin_host/host_world.h"
#include "support/on_loop.h"

using namespace sluice;
using host::Phase;
using host::str;
using host::view;
using test::onLoop;

namespace {

struct Call {
    explicit Call(config::PluginInstance settings = {}) {
        plugin.asksFor({"net"}).preCall([](sluice_ctx*) { return SLUICE_CONTINUE; });
        instance = &world.add(plugin, std::move(settings));
        world.start();
    }
    sluice_ctx* ctx() { return &world.runner().context(*instance, Phase::PreCall); }
    const sluice_host* host() { return &instance->handle().api; }
    test::FakePlugin plugin;
    test::HostWorld world;
    host::Instance* instance;
};

}  // namespace

TEST_CASE("every service is found by its id, nothing else", "[plugin_host]") {
    Call call;
    for (const char* id :
         {SLUICE_HOST_LOG_ID, SLUICE_HOST_METRICS_ID, SLUICE_HOST_SECRETS_ID, SLUICE_HOST_CLOCK_ID,
          SLUICE_HOST_TIMERS_ID, SLUICE_HOST_OFFLOAD_ID, SLUICE_HOST_ATTRIBUTES_ID, SLUICE_HOST_REQUEST_ID,
          SLUICE_HOST_REPLY_ID, SLUICE_HOST_RESPONSE_ID, SLUICE_HOST_ATTEMPT_ID, SLUICE_HOST_STREAM_ID,
          SLUICE_HOST_SERVE_ID}) {
        CAPTURE(id);
        const auto* table = call.host()->get_interface(call.host(), str(id));
        REQUIRE(table);
        CHECK(*static_cast<const uint32_t*>(table) >= 16);  // each says its size
    }
    for (const char* id : {"", "sluice.host.log/2", "sluice.host.log", "nope"})
        CHECK_FALSE(call.host()->get_interface(call.host(), str(id)));
}

TEST_CASE("what reaches beyond the request is asked for and granted", "[plugin_host]") {
    using Grants = std::optional<std::vector<std::string>>;
    struct Case {
        std::vector<std::string> asked;
        Grants granted;
        bool net, admin;
    };
    for (const auto& c :
         {Case{{}, std::nullopt, false, false}, Case{{"net", "admin"}, std::nullopt, true, false},
          Case{{"net", "admin"}, Grants(std::in_place, {std::string("admin")}), false, true},
          Case{{}, Grants(std::in_place, {std::string("net"), std::string("admin")}), false, false},
          Case{{"net"}, Grants(std::in_place), false, false}}) {
        test::FakePlugin plugin;
        plugin.asksFor(c.asked);
        config::PluginInstance settings;
        settings.grants = c.granted;
        test::HostWorld world;
        const sluice_host* host = &world.add(plugin, settings).handle().api;
        CHECK((host->get_interface(host, str(SLUICE_HOST_HTTP_ID)) != nullptr) == c.net);
        CHECK((host->get_interface(host, str(SLUICE_HOST_ADMIN_ID)) != nullptr) == c.admin);
    }
}

TEST_CASE("attributes are kept for the request, at most 64", "[plugin_host]") {
    Call call;
    auto* ctx = call.ctx();
    sluice_str value{};
    CHECK(host::kHostAttributes.get(ctx, str("a.b"), &value) == SLUICE_E_NOT_FOUND);
    CHECK(host::kHostAttributes.set(ctx, str("a.b"), str("1")) == SLUICE_OK);
    CHECK(host::kHostAttributes.set(ctx, str("a.b"), str("2")) == SLUICE_OK);
    CHECK(host::kHostAttributes.get(ctx, str("a.b"), &value) == SLUICE_OK);
    CHECK(view(value) == "2");
    CHECK(host::kHostAttributes.set(ctx, str(""), str("x")) == SLUICE_E_INVALID);
    for (size_t i = 1; i < base::kAttributesMax; ++i)
        CHECK(host::kHostAttributes.set(ctx, str("n." + std::to_string(i)), str("")) == SLUICE_OK);
    CHECK(host::kHostAttributes.set(ctx, str("one.more"), str("")) == SLUICE_E_LIMIT);
    CHECK(host::kHostAttributes.set(ctx, str("a.b"), str("3")) == SLUICE_OK);
}

TEST_CASE("an instance reveals the secrets of its own configuration, and no other", "[plugin_host]") {
    test::HostWorld world;
    const auto mine = world.secrets.keep("plugins[0].config.api_key", "sk-mine");
    const auto master = world.secrets.keep("general_settings.master_key", "sk-master");
    config::PluginInstance settings;
    settings.config = {{"deep", {{{"api_key", mine}}}}};
    test::FakePlugin plugin;
    auto made = world.tryCreate(plugin, settings);
    REQUIRE(made);
    const auto* api = &(*made)->handle().api;
    sluice_str out{};
    REQUIRE(host::kHostSecrets.reveal(api, str(*config::Secrets::handleOf(mine)), &out) == SLUICE_OK);
    CHECK(view(out) == "sk-mine");
    CHECK(host::kHostSecrets.reveal(api, str("nope"), &out) == SLUICE_E_NOT_FOUND);
    CHECK(host::kHostSecrets.reveal(api, str(*config::Secrets::handleOf(master)), &out) ==
          SLUICE_E_NOT_FOUND);  // plugin_api/sluice/host_secrets.h
}

TEST_CASE("metrics are defined while the instance is created, and recorded later", "[plugin_host]") {
    test::HostWorld world;
    test::FakePlugin plugin;
    int32_t id = -100;
    const sluice_str label = str("l");
    plugin.createsWith([&](const sluice_host* api, const std::string& config) {
        CHECK(config == "{}");
        id = host::kHostMetrics.define(api, SLUICE_COUNTER, str("t_total"), str("h"), &label, 1);
        CHECK(host::kHostMetrics.define(api, 7, str("x"), str(""), nullptr, 0) == SLUICE_E_INVALID);
        CHECK(host::kHostMetrics.define(api, SLUICE_COUNTER, str("bad name"), str(""), nullptr, 0) ==
              SLUICE_E_INVALID);
        CHECK(host::kHostMetrics.define(api, SLUICE_COUNTER, str("many"), str(""), nullptr, 17) ==
              SLUICE_E_INVALID);
    });
    auto& instance = world.add(plugin);
    REQUIRE(id >= 0);
    const auto* api = &instance.handle().api;
    CHECK(host::kHostMetrics.define(api, SLUICE_COUNTER, str("late"), str(""), nullptr, 0) ==
          SLUICE_E_UNSUPPORTED);
    const sluice_str value = str("v");
    CHECK(host::kHostMetrics.record(api, id, &value, 1, 2) == SLUICE_OK);
    CHECK(host::kHostMetrics.record(api, id, &value, 0, 2) == SLUICE_E_INVALID);
    CHECK(host::kHostMetrics.record(api, 99, &value, 1, 2) == SLUICE_E_INVALID);
    CHECK(host::kHostMetrics.record(api, id, &value, 17, 2) == SLUICE_E_INVALID);
}

TEST_CASE("an instance that refuses or throws is an error with its words", "[plugin_host]") {
    test::HostWorld world;
    test::FakePlugin refuses, throws;
    refuses.refusesConfig("no such region");
    const auto refused = world.tryCreate(refuses);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().origin == base::Origin::Plugin);
    CHECK(refused.error().message.find("no such region") != std::string::npos);
    throws.createsWith([](const sluice_host*, const std::string&) {
        throw std::runtime_error("thrown by a test, on purpose");
    });
    const auto thrown = world.tryCreate(throws);
    REQUIRE_FALSE(thrown);
    CHECK(thrown.error().message.find("on purpose") != std::string::npos);
}

TEST_CASE("a configuration with invalid UTF-8 is no exception", "[plugin_host]") {
    test::HostWorld world;
    test::FakePlugin plugin;
    config::PluginInstance settings;
    settings.config = {{"x", "\xff"}};
    CHECK_NOTHROW(world.tryCreate(plugin, settings).has_value());
}

TEST_CASE("sleep ends in time, at the deadline, or with the request", "[plugin_host]") {
    onLoop([](base::Loop& loop) {
        Call call;
        const auto& timers = host::kHostTimers;
        const auto start = base::Clock::now();
        CHECK(timers.sleep(call.ctx(), 5) == SLUICE_OK);
        CHECK(base::Clock::now() - start >= base::milliseconds(5));
        auto* late = call.ctx();
        late->hook_deadline = base::Clock::now() + base::milliseconds(5);
        CHECK(timers.sleep(late, 60'000) == SLUICE_E_DEADLINE);
        bool gone = false;
        call.world.request.cancelled = [&] { return gone; };
        base::Fiber* self = base::Fiber::current();
        loop.spawn([&, self] {
            gone = true;
            self->interrupt();
        });
        CHECK(timers.sleep(call.ctx(), 60'000) == SLUICE_E_CANCELLED);
        self->clearInterrupt();
    });
    Call outside;
    CHECK(host::kHostTimers.sleep(outside.ctx(), 1) == SLUICE_E_UNSUPPORTED);
}

TEST_CASE("a wake-up for another reason does not end a sleep", "[plugin_host]") {
    onLoop([](base::Loop& loop) {
        Call call;
        base::Fiber* self = base::Fiber::current();
        loop.spawn([self] { self->wake(); });
        const auto start = base::Clock::now();
        CHECK(host::kHostTimers.sleep(call.ctx(), 10) == SLUICE_OK);
        CHECK(base::Clock::now() - start >= base::milliseconds(10));
    });
}

TEST_CASE("timers of an instance end with the instance", "[plugin_host]") {
    test::HostServices services;
    test::FakePlugin plugin;
    static std::atomic<int> runs;
    static std::atomic<bool> alive;
    runs = 0;
    alive = true;
    {
        auto made = host::Instance::create(plugin.library(), test::instanceNamed("t"), services.services, 0);
        REQUIRE(made);
        const auto* api = &(*made)->handle().api;
        CHECK(host::kHostTimers.every(
                  api, 9, [](void*) {}, nullptr) == SLUICE_E_INVALID);
        CHECK(host::kHostTimers.every(api, 10, nullptr, nullptr) == SLUICE_E_INVALID);
        CHECK(host::kHostTimers.every(
                  api, 10, [](void*) { runs += alive ? 1 : 1'000; }, nullptr) > 0);
        const auto until = base::Clock::now() + base::milliseconds(200);
        while (runs == 0 && base::Clock::now() < until) std::this_thread::yield();
        CHECK(runs >= 1);
    }
    alive = false;
    const auto until = base::Clock::now() + base::milliseconds(50);
    while (base::Clock::now() < until) std::this_thread::yield();
    CHECK(runs < 1'000);  // its code and its object may be gone by now
}

TEST_CASE("offload runs a job and parks the request", "[plugin_host]") {
    onLoop([](base::Loop&) {
        Call call;
        int value = 1;
        CHECK(host::kHostOffload.run(
                  call.ctx(), [](void* arg) { ++*static_cast<int*>(arg); }, &value) == SLUICE_OK);
        CHECK(value == 2);
        CHECK(host::kHostOffload.run(call.ctx(), nullptr, nullptr) == SLUICE_E_INVALID);
    });
}

// The contract forbids it, a bug does it all the same: the request must not be parked for ever.
TEST_CASE("an offloaded job that throws is a failure for its caller", "[plugin_host]") {
    auto call = std::make_unique<Call>();
    auto status = std::make_shared<std::promise<sluice_status>>();
    auto answer = status->get_future();
    std::thread other([&call = *call, status] {
        onLoop([&](base::Loop&) {
            status->set_value(host::kHostOffload.run(
                call.ctx(), [](void*) { throw std::runtime_error("thrown by a test, on purpose"); },
                nullptr));
        });
    });
    const bool returned = answer.wait_for(base::milliseconds(200)) == std::future_status::ready;
    CHECK(returned);
    if (returned) {
        CHECK(answer.get() == SLUICE_E_INTERNAL);
        other.join();
    } else {
        other.detach();  // parked for ever, and what it uses with it
        (void)call.release();
    }
}

TEST_CASE("an HTTP call is checked, made and lent to the plugin", "[plugin_host]") {
    Call call;
    const auto* api = call.host();
    auto* ctx = call.ctx();
    sluice_http_request request{sizeof request, 0, {}, str("http://h/x"), nullptr, 0, {}};
    sluice_http_response response{};
    response.size = sizeof response;
    std::string method;
    call.world.http.answers = [&](const host::HttpCall& made, base::TimePoint deadline,
                                  host::HttpAnswer& answer) -> base::Status {
        method = made.method;
        CHECK(made.url == "http://h/x");
        CHECK(deadline <= base::Clock::now() + base::milliseconds(10'000));
        answer.status = 418;
        CHECK(answer.fields.add("A", "b"));
        answer.body = "teapot";
        return {};
    };
    CHECK(host::kHostHttp.call(api, ctx, &request, &response) == SLUICE_OK);
    CHECK(method == "GET");
    CHECK(response.status == 418);
    REQUIRE(response.field_count == 1);
    CHECK(view(response.fields[0].value) == "b");
    const sluice_str first_body = response.body;
    request.body = str("x");
    CHECK(host::kHostHttp.call(api, ctx, &request, &response) == SLUICE_OK);
    CHECK(method == "POST");
    CHECK(view(first_body) == "teapot");  // the first answer is still lent
    CHECK(host::kHostHttp.call(api, nullptr, &request, &response) == SLUICE_OK);
}

TEST_CASE("HTTP calls that cannot be made, and those that fail", "[plugin_host]") {
    Call call;
    const auto* api = call.host();
    sluice_http_field field{str("a"), str("b\r\nc: d")};
    sluice_http_request request{sizeof request, 0, {}, str("http://h/x"), &field, 1, {}};
    sluice_http_response response{};
    response.size = sizeof response;
    CHECK(host::kHostHttp.call(api, call.ctx(), &request, &response) == SLUICE_E_INVALID);
    field = {str("bad name"), str("b")};
    CHECK(host::kHostHttp.call(api, call.ctx(), &request, &response) == SLUICE_E_INVALID);
    field = {str("a"), str("b")};
    request.method = str("G ET");
    CHECK(host::kHostHttp.call(api, call.ctx(), &request, &response) == SLUICE_E_INVALID);
    request.method = str("GET");
    CHECK(host::kHostHttp.call(api, call.ctx(), nullptr, &response) == SLUICE_E_INVALID);
    CHECK(host::kHostHttp.call(api, call.ctx(), &request, nullptr) == SLUICE_E_INVALID);
    for (const auto& [code, status] : {std::pair{base::Code::InvalidArgument, SLUICE_E_INVALID},
                                       {base::Code::DeadlineExceeded, SLUICE_E_DEADLINE},
                                       {base::Code::Cancelled, SLUICE_E_CANCELLED},
                                       {base::Code::TooLarge, SLUICE_E_LIMIT},
                                       {base::Code::Unavailable, SLUICE_E_UNAVAILABLE},
                                       {base::Code::Malformed, SLUICE_E_UNAVAILABLE}}) {
        call.world.http.answers = [code = code](const host::HttpCall&, base::TimePoint,
                                                host::HttpAnswer&) -> base::Status {
            return base::upstreamError(code, "x");
        };
        CHECK(host::kHostHttp.call(api, call.ctx(), &request, &response) == status);
    }
}

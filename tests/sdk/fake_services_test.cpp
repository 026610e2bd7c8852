// FakeHost: log, metrics, secrets, clock, timers, http, routes and providers.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>

namespace {

using sluice::Verdict;
using sluice::testing::FakeHost;

// Asks an outside service, counts, waits.
class Worker {
public:
    Worker(std::string_view, sluice::Host host)
        : host_(host), asked_(host.counter("asked_total", "Calls", {"status"})) {
        const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
        timers->every(
            host_.raw(), 100, [](void* self) { ++static_cast<Worker*>(self)->ticks; }, this);
        late = host_.wallMs();
    }

    Verdict pre_call(sluice::Request r) {
        const auto answer = r.post(host_, "https://guard/check", r.body(), 500);
        if (answer.error != SLUICE_OK) return r.notScanned(std::to_string(answer.error));
        asked_.record(1, {std::to_string(answer.status)});
        if (!answer.ok()) return r.block({answer.body});
        return Verdict::Continue;
    }
    Verdict on_request(sluice::Request r) {
        return r.sleep(1000) == SLUICE_OK ? Verdict::Continue : Verdict::Failed;
    }
    Verdict authorize(sluice::Request r) {
        r.setAttribute("worker.secret", host_.reveal("H1").value_or("none"));
        return host_.reveal("H2") ? Verdict::Failed : Verdict::Continue;
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }
    Verdict handle(sluice::Request r, uint32_t route) {
        if (route == 2) return Verdict::Continue;
        return r.respond(200, "text/plain", std::to_string(route) + std::string(r.path()));
    }

    struct Deployment {
        Deployment(Worker&, const sluice_deployment_config& config, std::string& base_url) {
            if (sluice::view(config.model).empty()) throw sluice::ConfigError("no model");
            base_url = "https://upstream/" + std::string(sluice::view(config.model));
        }
    };
    sluice_status prepare(Deployment&, sluice::Attempt a) {
        return a.setPath("/v1/chat") ? SLUICE_OK : SLUICE_E_INTERNAL;
    }
    sluice_status serve(Deployment&, sluice::Attempt a) {
        if (!a.begin(200, "text/plain")) return SLUICE_E_INTERNAL;
        a.write("hel");
        return a.write("lo");
    }

    int ticks = 0;
    int64_t late;

private:
    sluice::Host host_;
    sluice::Metric asked_;
    std::vector<sluice::Route> routes_{{"GET", "/acme/*"}, {"GET", "/acme/status"}, {"GET", "/silent"}};
};

}  // namespace

TEST_CASE("http is scripted by URL or in order") {
    FakeHost host;
    auto plugin = host.load<Worker>();
    const auto request = host.request();

    CHECK(plugin.preCall(request).notScanned());  // nobody scripted it
    CHECK(request.notScannedReason() == "-7");
    host.http.next({200, "fine"});
    host.http.failNext(SLUICE_E_LIMIT);
    CHECK(plugin.preCall(request).continued());
    CHECK(plugin.preCall(request).notScanned());
    host.http.answer("https://guard/", {451, "no"});
    CHECK(plugin.preCall(request).blocked());
    CHECK(request.blockMessage() == "no");
    CHECK(host.metric("asked_total", {"451"}) == 1);
    CHECK(host.metric("asked_total", {"500"}) == 0);

    REQUIRE(host.http.asked().size() == 4);
    CHECK(host.http.asked()[0].method == "POST");
    CHECK(host.http.asked()[0].url == "https://guard/check");
    CHECK(host.http.asked()[0].body == request.body());
    CHECK(host.http.asked()[0].fields.find("Content-Type") == "application/json");
}

TEST_CASE("a slow answer moves the clock, and fails past its timeout") {
    FakeHost host;
    auto plugin = host.load<Worker>();
    const auto request = host.request();
    const auto start = host.wallMs();
    host.http.next({200, "", {}, 400});
    CHECK(plugin.preCall(request).continued());
    CHECK(host.wallMs() == start + 400);
    host.http.next({200, "", {}, 600});
    CHECK(plugin.preCall(request).reason() == "-5");
    CHECK(host.wallMs() == start + 900);
}

TEST_CASE("without the capability there is no http") {
    FakeHost host;
    auto granted = host.load<Worker>();
    host.capabilities.clear();
    auto refused = host.load<Worker>();
    const auto request = host.request();
    host.http.answer("https://", {200, ""});
    CHECK(refused.preCall(request).reason() == "-8");
    CHECK(granted.preCall(request).continued());  // side by side in one program
}

TEST_CASE("time passes only when the test or a sleep moves it") {
    FakeHost host;
    auto plugin = host.load<Worker>();
    auto request = host.request();
    CHECK(plugin.onRequest(request).continued());
    CHECK(plugin.as<Worker>().ticks == 10);
    CHECK(host.wallMs() == plugin.as<Worker>().late + 1000);
    host.advance(250);
    CHECK(plugin.as<Worker>().ticks == 12);
    request.withDeadline(500);
    CHECK(plugin.onRequest(request).failed());
    CHECK(host.wallMs() == plugin.as<Worker>().late + 1750);
    request.cancel();
    CHECK(plugin.onRequest(request).failed());
}

TEST_CASE("a secret is shown to the plugin whose configuration names it") {
    FakeHost host;
    host.secrets["H1"] = "text";
    host.secrets["H2"] = "another's";
    auto plugin = host.load<Worker>(R"({"key":{"$secret":"H1"}})");
    const auto request = host.request();
    CHECK(plugin.authorize(request).continued());
    CHECK(request.attribute("worker.secret") == "text");
}

TEST_CASE("routes are found by method and path") {
    FakeHost host;
    auto plugin = host.load<Worker>();
    CHECK(plugin.routes().size() == 3);
    auto request = host.request("").withMethod("HEAD").withPath("/acme/status");
    CHECK(plugin.handle(request).responded());
    CHECK(request.reply().body == "1/acme/status");
    CHECK(plugin.handle(request.withPath("/acme/x/y")).responded());
    CHECK(request.reply().body == "0/acme/x/y");
    CHECK(plugin.handle(request.withPath("/silent")).reason() == "the plugin gave no answer");
    CHECK_FALSE(plugin.handle(request.withPath("/nowhere")).called());
}

TEST_CASE("a provider opens deployments, prepares attempts and serves") {
    FakeHost host;
    auto plugin = host.load<Worker>();
    CHECK_THROWS_WITH(plugin.open("openai", ""), "no model");
    const auto deployment = plugin.open("openai", "gpt");
    CHECK(deployment.baseUrl() == "https://upstream/gpt");
    const auto request = host.request();
    CHECK(plugin.prepare(deployment, request) == SLUICE_OK);
    CHECK(request.upstreamPath() == "/v1/chat");
    CHECK(plugin.serve(deployment, request) == SLUICE_OK);
    CHECK(request.served().body == "hello");
}

TEST_CASE("random numbers repeat") {
    FakeHost one;
    FakeHost other;
    one.seed(7);
    other.seed(7);
    CHECK(one.random() == other.random());
    CHECK(one.random() != one.random());
}

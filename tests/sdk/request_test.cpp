// What the SDK wraps of a request, an attempt and a call over HTTP, and what it says when a hook throws.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>
#include <sluice/text.hpp>

#include <functional>

namespace {

using sluice::Verdict;
using sluice::testing::FakeHost;

struct Puppet {
    static inline std::function<Verdict(sluice::Request)> act;
    static inline std::function<Verdict(sluice::Attempt)> attempt;
    static inline std::function<Verdict(sluice::Response)> response;

    Puppet(std::string_view, sluice::Host host) : host_(host) {}
    Verdict pre_call(sluice::Request r) { return act(r); }
    Verdict on_upstream_request(sluice::Attempt a) { return attempt(a); }
    Verdict on_response(sluice::Response r) { return response(r); }
    int32_t pick(sluice::Request, const sluice_candidates&) { throw std::runtime_error("no choice"); }

    sluice::Host host_;
};

struct Asks {
    FakeHost host;
    sluice::testing::FakePlugin plugin = host.load<Puppet>();
    sluice::testing::FakeRequest request =
        host.request(R"({"model":"m","user":"u","n":1})").withHeader("X-One", "1").withHeader("x-two", "2");

    sluice::testing::Outcome preCall(std::function<Verdict(sluice::Request)> act) {
        Puppet::act = std::move(act);
        return plugin.preCall(request);
    }
};

}  // namespace

TEST_CASE("who asks, and how long they wait") {
    Asks a;
    sluice::testing::Identity who;
    who.key_id = "k", who.team = "red", who.end_user = "jo";
    a.request.withIdentity(who).withDeadline(1'500);
    a.preCall([&](sluice::Request r) {
        CHECK(r.team() == "red");
        CHECK(r.endUser() == "jo");
        CHECK(r.remainingMs() == 1'500);
        a.host.advance(2'000);
        CHECK(r.remainingMs() == 0);
        return Verdict::Continue;
    });
}

TEST_CASE("fields are walked, and removed") {
    Asks a;
    a.preCall([](sluice::Request r) {
        std::string all;
        for (const auto& [name, value] : r.headers())
            all += std::string(name) + "=" + std::string(value) + ";";
        CHECK(all == "X-One=1;x-two=2;");
        CHECK(sluice::sameName(r.headers().begin()->name, "x-oNe"));
        CHECK_FALSE(sluice::sameName("x-one", "x-on"));
        CHECK(std::distance(r.headers().begin(), r.headers().end()) == 2);
        CHECK(r.removeHeader("x-one"));
        CHECK_FALSE(r.removeHeader("x-one"));
        CHECK(std::distance(r.headers().begin(), r.headers().end()) == 1);
        CHECK(r.removeHeader("x-two"));
        CHECK(r.headers().begin() == r.headers().end());
        return Verdict::Continue;
    });
}

TEST_CASE("members go, and the body is replaced") {
    Asks a;
    a.preCall([](sluice::Request r) {
        CHECK(r.removeMember("user"));
        CHECK_FALSE(r.removeMember("user"));
        CHECK(r.body() == R"({"model":"m","n":1})");
        CHECK_FALSE(r.setBody("no object"));
        CHECK(r.setBody(R"({"model":"m"})"));
        return Verdict::Continue;
    });
    CHECK(a.request.body() == R"({"model":"m"})");
}

TEST_CASE("an attempt's fields and members") {
    Asks a;
    Puppet::attempt = [](sluice::Attempt t) {
        CHECK(t.upstreamPath() == "/chat/completions");
        CHECK(t.path() == "/v1/chat/completions");
        CHECK_FALSE(t.upstreamHeader("x-one"));
        CHECK(t.setUpstreamHeader("x-one", "9"));
        CHECK(t.upstreamHeader("X-ONE") == "9");
        CHECK(t.removeUpstreamHeader("x-one"));
        CHECK_FALSE(t.removeUpstreamHeader("x-one"));
        CHECK(t.removeUpstreamMember("user"));
        CHECK_FALSE(t.removeUpstreamMember("user"));
        CHECK(t.setUpstreamBody(R"({"model":"other"})"));
        return Verdict::Continue;
    };
    CHECK(a.plugin.onUpstreamRequest(a.request).continued());
    CHECK(a.request.upstreamBody() == R"({"model":"other"})");
    a.request.withResponse(200, "{}", {{"x-gone", "1"}});
    Puppet::response = [](sluice::Response r) {
        CHECK(r.removeResponseHeader("x-gone"));
        CHECK_FALSE(r.removeResponseHeader("x-gone"));
        return Verdict::Continue;
    };
    CHECK(a.plugin.onResponse(a.request).continued());
}

TEST_CASE("a call says everything, and shows the answer's fields") {
    Asks a;
    a.host.http.answer("http://guard/", {201, "body", {{"X-Rate", "5"}}});
    a.preCall([&](sluice::Request r) {
        const auto& host = a.plugin.as<Puppet>().host_;
        sluice::HttpCall call{"http://guard/v1"};
        call.method = "PUT";
        call.headers = {{"authorization", "Bearer x"}, {"x-a", "b"}};
        call.body = "text";
        call.timeout_ms = 70;
        const auto answer = r.http(host, call);
        CHECK(answer.ok());
        CHECK((answer.status == 201 && answer.body == "body"));
        CHECK(answer.header("x-rate") == "5");
        CHECK_FALSE(answer.header("x-none"));
        CHECK(r.http(host, {"http://guard/plain"}).status == 201);
        CHECK(r.http(host, {"ftp://guard/"}).error == SLUICE_E_INVALID);
        CHECK_FALSE(r.http(host, {"http://elsewhere/"}).ok());
        CHECK(r.post(host, "http://guard/p", "{}", 5).ok());
        CHECK(host.http({"http://guard/none"}).ok());  // without a request
        return Verdict::Continue;
    });
    const auto& asked = a.host.http.asked();
    REQUIRE(asked.size() == 5);
    CHECK((asked[0].method == "PUT" && asked[0].body == "text" && asked[0].timeout_ms == 70));
    CHECK(asked[0].fields.find("authorization") == "Bearer x");
    CHECK((asked[1].method == "GET" && asked[1].fields.list().empty()));
    CHECK((asked[3].method == "POST" && asked[3].fields.find("content-type") == "application/json"));
}

TEST_CASE("without the capability there is no call") {
    FakeHost host;
    host.capabilities.clear();
    auto plugin = host.load<Puppet>();
    auto request = host.request();
    Puppet::act = [&](sluice::Request r) {
        CHECK(r.http(plugin.as<Puppet>().host_, {"http://guard/"}).error == SLUICE_E_DENIED);
        CHECK(plugin.as<Puppet>().host_.http({"http://guard/"}).error == SLUICE_E_DENIED);
        return Verdict::Continue;
    };
    CHECK(plugin.preCall(request).continued());
}

TEST_CASE("a refusal is put together by name") {
    Asks a;
    const auto outcome = a.preCall([](sluice::Request r) {
        return r.block(sluice::Refusal{"Too long"}
                           .withCode("too_long")
                           .withType("size")
                           .withCategory("limits")
                           .withInternalReason("9 MB")
                           .withStatus(413));
    });
    CHECK(outcome.blocked());
    const auto& block = a.request.block();
    CHECK((block.message == "Too long" && block.code == "too_long" && block.type == "size"));
    CHECK((block.category == "limits" && block.internal_reason == "9 MB" && block.status == 413));
    CHECK(a.preCall([](sluice::Request r) { return r.block({"No"}); }).blocked());
    CHECK((a.request.blockMessage() == "No" && a.request.blockCode().empty()));
}

TEST_CASE("why a hook failed is in the outcome, whoever says so") {
    Asks a;
    const auto why = [&](std::function<Verdict(sluice::Request)> act) {
        const auto outcome = a.preCall(std::move(act));
        CHECK(outcome.failed());
        return outcome.reason();
    };
    CHECK(why([](sluice::Request r) { return r.failed("the model is not loaded"); }) ==
          "the model is not loaded");
    CHECK(why([](sluice::Request) -> Verdict { throw std::runtime_error("no luck"); }) == "no luck");
    CHECK(why([](sluice::Request) -> Verdict { throw sluice::ConfigError("url: is missing"); }) ==
          "url: is missing");
    CHECK(why([](sluice::Request) -> Verdict { throw 7; }) == "unknown exception");
    // What one hook said does not stand for the next.
    CHECK(why([](sluice::Request) { return Verdict::Failed; }) == "the hook says that it failed");
    sluice::testing::FakeCandidates candidates{{"a"}};
    CHECK(a.plugin.pick(a.request, candidates) == SLUICE_E_INTERNAL);
}

TEST_CASE("a host that does not ask why a hook fails") {
    Asks a;
    static sluice_host_reply older = *sluice::detail::tables.reply;
    older.size = offsetof(sluice_host_reply, failed);
    a.preCall([](sluice::Request r) {
        sluice::detail::tables.reply = &older;
        return r.failed("nobody hears this");
    });
    CHECK(a.request.data().failed.empty());
}

TEST_CASE("a scanner without a longest span holds until the text ends") {
    const auto stars = [](std::string_view text) {
        std::vector<sluice::Span> spans;
        for (size_t at = text.find('*'); at != std::string_view::npos; at = text.find('*', at)) {
            const size_t begin = at;
            while (at < text.size() && text[at] == '*') ++at;
            spans.push_back({begin, at});
        }
        return spans;
    };
    size_t release = 99;
    const sluice::WindowScanner unbounded(stars, 0);
    CHECK(unbounded.find("a ** b", false, release).empty());
    CHECK(release == 0);
    CHECK(unbounded.find("a ** b **", true, release).size() == 2);
    CHECK(release == 9);
    // A span that is longer than was promised is not cut while it grows.
    const sluice::WindowScanner bounded(stars, 2);
    CHECK(bounded.find("abc ******", false, release).empty());
    CHECK(release == 4);
    CHECK(bounded.find("abc ****** d", false, release).size() == 1);
    CHECK(release == 10);
    CHECK(bounded.find("", false, release).empty());
    CHECK(release == 0);
}

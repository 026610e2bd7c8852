// consistent-hash: which requests belong together.
#include <catch2/catch.hpp>

#include "router_affinity/request_key.h"
#include "support.h"

using namespace routers;
using router_affinity::KeySource;
using router_affinity::steadyHead;
using router_affinity::textMember;

namespace {

using Key = std::optional<uint64_t>;

// keyOf() needs a request in a hook.
struct Asks {
    Asks(std::string_view, sluice::Host) {}
    int32_t pick(sluice::Request request, const sluice_candidates&) {
        key = router_affinity::keyOf(request, by, prefix_bytes);
        return 0;
    }
    std::vector<KeySource> by;
    size_t prefix_bytes = 1024;
    Key key;
};

struct Asked {
    std::vector<KeySource> by = {KeySource::Session, KeySource::User, KeySource::Prefix};
    size_t prefix_bytes = 1024;
    std::pair<std::string, std::string> header = {};
    sluice::testing::Identity identity = {};
};

Key keyOf(std::string_view body, const Asked& asked = {}) {
    FakeHost host;
    auto plugin = host.load<Asks>();
    auto request = host.request(body).withIdentity(asked.identity);
    if (!asked.header.first.empty()) request.withHeader(asked.header.first, asked.header.second);
    plugin.as<Asks>().by = asked.by;
    plugin.as<Asks>().prefix_bytes = asked.prefix_bytes;
    FakeCandidates one{Deployment("a")};
    (void)plugin.pick(request, one);
    return plugin.as<Asks>().key;
}

Key withHeader(std::string name, std::string value, std::string_view body = "{}") {
    Asked asked;
    asked.header = {std::move(name), std::move(value)};
    return keyOf(body, asked);
}

}  // namespace

TEST_CASE("key: a session, wherever it stands") {
    const Key s1 = withHeader("x-session-id", "s1");
    REQUIRE(s1);
    CHECK(withHeader("X-LiteLLM-Session-Id", "s1") == s1);
    CHECK(keyOf(R"({"prompt_cache_key":"s1"})") == s1);
    CHECK(keyOf(R"({"metadata":{"a":[1,{}],"session_id":"s1"}})") == s1);
    CHECK(keyOf(R"({"prompt_cache_key":"s2"})") != s1);
    CHECK(withHeader("x-session-id", "s1", R"({"prompt_cache_key":"s2","user":"u"})") == s1);
    CHECK_FALSE(keyOf(R"({"prompt_cache_key":"","metadata":{"session_id":7}})"));
    CHECK_FALSE(keyOf(R"({"prompt_cache_key":null,"metadata":"session_id"})"));
}

TEST_CASE("key: a user, and what stands in for one") {
    const Key u = keyOf(R"({"user":"u"})");
    REQUIRE(u);
    CHECK(keyOf(R"({"metadata":{"user_id":"u"}})") == u);
    Asked by_end_user, by_user, by_key;
    by_end_user.identity.end_user = "u";
    by_user.identity.user = "u";
    by_key.identity.key_id = "u";
    CHECK(keyOf("{}", by_end_user) == u);
    CHECK(keyOf("{}", by_user) == u);
    CHECK(keyOf("{}", by_key) == u);
    by_key.identity.user = "somebody";
    CHECK(keyOf("{}", by_key) != u);
    CHECK(keyOf(R"({"prompt_cache_key":"u"})") != u);  // a session of that name
}

TEST_CASE("key: the configured sources in their order, and none") {
    const std::string both = R"({"user":"u","prompt_cache_key":"s"})";
    Asked user_first;
    user_first.by = {KeySource::User, KeySource::Session};
    CHECK(keyOf(both) == keyOf(R"({"prompt_cache_key":"s"})"));
    CHECK(keyOf(both, user_first) == keyOf(R"({"user":"u"})"));
    Asked only_session;
    only_session.by = {KeySource::Session};
    CHECK_FALSE(keyOf(R"({"user":"u","messages":[]})", only_session));
    CHECK_FALSE(keyOf("{}"));
    CHECK_FALSE(keyOf("no JSON"));
}

TEST_CASE("key: a prompt stays itself while the conversation goes on") {
    const auto body = [](std::string_view more, std::string_view system = "be kind") {
        return R"({"messages":[{"role":"system","content":")" + std::string(system) +
               R"("},{"role":"user","content":"hi"})" + std::string(more) + "]}";
    };
    const Key first = keyOf(body(""));
    REQUIRE(first);
    CHECK(keyOf(body(R"(,{"role":"assistant","content":"hello"},{"role":"user","content":"?"})")) == first);
    CHECK(keyOf(body("", "be rude")) != first);
    CHECK(keyOf(R"({"system":"x","messages":[]})") != keyOf(R"({"system":"y","messages":[]})"));
    for (const char* name : {"messages", "system", "instructions", "prompt", "input"})
        CHECK(keyOf("{\"" + std::string(name) + R"(":"text"})"));
}

TEST_CASE("key: no more of a prompt than configured") {
    Asked few;
    few.prefix_bytes = 20;
    const std::string same(18, 'x');
    CHECK(keyOf(R"({"prompt":")" + same + R"( one"})", few) ==
          keyOf(R"({"prompt":")" + same + R"( two"})", few));
    CHECK(keyOf(R"({"prompt":")" + same + R"(one"})", few) !=
          keyOf(R"({"prompt":")" + same + R"(two"})", few));
    CHECK(keyOf(R"({"system":")" + same + R"(","prompt":"one"})", few) ==
          keyOf(R"({"system":")" + same + R"(","prompt":"two"})", few));
}

TEST_CASE("the steady head of messages") {
    const std::string user = R"([ {"role":"user","content":"a \"]\" b"})";
    CHECK(steadyHead(user + R"(,{"role":"assistant"}])", 1024) == user);
    CHECK(steadyHead(user + "]", 1024) == user);
    CHECK(steadyHead(user + "]", 10) == user.substr(0, 10));
    CHECK(steadyHead(R"([{"role":"system"}])", 1024) == R"([{"role":"system"}])");
    CHECK(steadyHead("[]", 1024) == "[]");
    CHECK(steadyHead("[1,2]", 1024) == "[1,2]");
    CHECK(steadyHead(R"("text")", 3) == R"("te)");
}

TEST_CASE("a text in an object") {
    CHECK(textMember(R"({"a":{"b":"no"},"b":"yes"})", "b") == "yes");
    CHECK(textMember(R"({"b":"es\"caped"})", "b") == R"(es\"caped)");
    CHECK_FALSE(textMember(R"({"a":"x"})", "b"));
    CHECK_FALSE(textMember(R"({"b":1})", "b"));
    CHECK_FALSE(textMember(R"(["b","x"])", "b"));
    CHECK_FALSE(textMember(R"({})", "b"));
    CHECK_FALSE(textMember(R"({"a":)", "b"));
}

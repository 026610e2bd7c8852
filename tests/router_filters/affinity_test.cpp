// Affinity: who is sent back to whom, for how long, and what a failure changes.
#include "affinity.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

const std::string kLong(5'000, 's');  // more than 1,024 tokens

std::string message(const std::string& role, const std::string& text, bool cached = false) {
    return R"({"role":")" + role + R"(","content":[{"type":"text","text":")" + text + "\"" +
           (cached ? R"(,"cache_control":{"type":"ephemeral"})" : "") + "}]}";
}
std::string chat(const std::string& messages, const std::string& model = "gpt") {
    return R"({"model":")" + model + R"(","messages":[)" + messages + "]}";
}

struct Router {
    explicit Router(std::string config) : plugin(host.load<Plugin>(std::move(config))) {}

    // What is left for the request, which deployment `number` then serves with that outcome.
    std::string serve(FakeRequest request, uint32_t number, int64_t outcome = SLUICE_ATTEMPT_OK) {
        FakeCandidates given{deployment("a"), deployment("b"), deployment("c")};
        if (excluded < 3) given.exclude(excluded);
        CHECK(plugin.route(request, given).continued());
        const bool preferred = given.preferred() < 3;
        if (preferred) CHECK(left(given, 3) == (excluded < 3 ? std::string("a c") : std::string("a b c")));
        const std::string ids =
            preferred ? std::string(1, static_cast<char>('a' + given.preferred())) : left(given, 3);
        CHECK(plugin
                  .onAttemptEnd(
                      ended(request, std::string(1, static_cast<char>('a' + number)), number, outcome))
                  .continued());
        return ids;
    }
    std::string serve(const std::string& body, uint32_t number, int64_t outcome = SLUICE_ATTEMPT_OK) {
        return serve(host.request(body), number, outcome);
    }

    FakeHost host;
    FakePlugin plugin;
    uint32_t excluded = 3;
};

const char* const kPrompts = R"({"optional_pre_call_checks":["prompt_caching"]})";

}  // namespace

TEST_CASE("a conversation stays where its prompt is cached") {
    Router router(kPrompts);
    const std::string system = message("system", kLong), first = system + "," + message("user", "one");
    CHECK(router.serve(chat(first), 1) == "a b c");
    CHECK(router.serve(chat(first), 2) == "b");
    // The next turn, another question after the same system prompt, and a third one far down the road.
    CHECK(router.serve(chat(first + "," + message("assistant", "1") + "," + message("user", "two")), 2) ==
          "c");
    CHECK(router.serve(chat(system + "," + message("user", "else")), 2) == "c");
    std::string many = first;
    for (int i = 0; i < 40; ++i) many += "," + message("user", std::to_string(i));
    CHECK(router.serve(chat(many), 0) == "a b c");  // too far: the beginning is 40 messages back
    CHECK(router.serve(chat(many + "," + message("user", "x")), 0) == "a");
    CHECK(router.serve(chat(system + "," + message("user", "one"), "other-model"), 0) == "a b c");
    CHECK(router.serve(chat(message("system", kLong + "t") + "," + message("user", "one")), 0) == "a b c");
}

TEST_CASE("what is in the middle of a conversation is nobody else's beginning") {
    Router router(kPrompts);
    const std::string system = message("system", kLong);
    const std::string turns =
        message("user", "one") + "," + message("assistant", "1") + "," + message("user", "two");
    CHECK(router.serve(chat(system + "," + turns), 1) == "a b c");
    CHECK(router.serve(chat(system + "," + message("user", "else")), 2) == "a b c");
}

TEST_CASE("short prompts are free") {
    Router router(kPrompts);
    const std::string body = chat(message("system", "short") + "," + message("user", "one"));
    CHECK(router.serve(body, 1) == "a b c");
    CHECK(router.serve(body, 1) == "a b c");
    // A long question after a short system prompt: the question's own, not everybody's.
    CHECK(router.serve(chat(message("system", "short") + "," + message("user", kLong)), 1) == "a b c");
    CHECK(router.serve(chat(message("system", "short") + "," + message("user", kLong)), 1) == "b");
    CHECK(router.serve(chat(message("system", "short") + "," + message("user", kLong + "?")), 1) == "a b c");
}

TEST_CASE("a cache_control says how far the beginning reaches") {
    Router router(kPrompts);
    const std::string shared = message("system", kLong) + "," + message("user", "document", true);
    CHECK(router.serve(chat(shared + "," + message("user", "x") + "," + message("user", "one")), 1) ==
          "a b c");
    CHECK(router.serve(chat(shared + "," + message("user", "y") + "," + message("user", "two")), 1) == "b");
    // The mark has moved on, as clients move it: the beginning is the same.
    const std::string moved =
        message("system", kLong) + "," + message("user", "document") + "," + message("user", "z", true);
    CHECK(router.serve(chat(moved), 1) == "b");
}

TEST_CASE("the mark may be further back than the last messages") {
    Router router(kPrompts);
    std::string tail;
    for (int i = 0; i < 40; ++i) tail += "," + message("user", std::to_string(i));
    CHECK(router.serve(chat(message("system", kLong, true) + tail), 1) == "a b c");
    CHECK(router.serve(chat(message("system", kLong, true) + tail + "," + message("user", "else")), 1) ==
          "b");
    std::string other;
    for (int i = 40; i < 80; ++i) other += "," + message("user", std::to_string(i));
    CHECK(router.serve(chat(message("system", kLong, true) + other), 1) == "b");
}

TEST_CASE("a pin ends: by time, by failure, and while the deployment is away") {
    Router router(R"({"optional_pre_call_checks":["prompt_caching"],"deployment_affinity_ttl_seconds":60})");
    const std::string body = chat(message("system", kLong) + "," + message("user", "one"));
    CHECK(router.serve(body, 1) == "a b c");
    router.host.advance(59'999);
    CHECK(router.serve(body, 1) == "b");
    router.host.advance(60'000);
    CHECK(router.serve(body, 1) == "a b c");
    router.excluded = 1;
    CHECK(router.serve(body, 2, SLUICE_ATTEMPT_CANCELLED) == "a c");
    router.excluded = 3;
    CHECK(router.serve(body, 1, SLUICE_ATTEMPT_CANCELLED) == "b");
    CHECK(router.serve(body, 2, SLUICE_ATTEMPT_FAILED) == "b");  // another's failure
    CHECK(router.serve(body, 1, SLUICE_ATTEMPT_FAILED) == "b");
    CHECK(router.serve(body, 1, SLUICE_ATTEMPT_FAILED) == "a b c");
}

TEST_CASE("sessions and callers") {
    Router session(R"({"optional_pre_call_checks":["session_affinity"]})");
    const auto with = [&](const std::string& id) {
        return session.host.request(R"({"model":"m"})").withHeader("x-litellm-session-id", id);
    };
    CHECK(session.serve(with("s1"), 2) == "a b c");
    CHECK(session.serve(with("s1"), 2) == "c");
    CHECK(session.serve(with("s2"), 2) == "a b c");
    CHECK(session.serve(with(""), 2) == "a b c");
    CHECK(session.serve(R"({"model":"m"})", 2) == "a b c");
    CHECK(session.serve(R"({"model":"m","metadata":{"session_id":"s9"}})", 1) == "a b c");
    CHECK(session.serve(R"({"model":"m","metadata":{"session_id":"s9"}})", 1) == "b");
    CHECK(session.serve(R"({"model":"m","metadata":{"session_id":["s9"]}})", 1) == "a b c");
    auto other_tenant = with("s1").withIdentity({"key", "tenant-2"});
    CHECK(session.serve(other_tenant, 1) == "a b c");

    Router key(R"({"optional_pre_call_checks":["deployment_affinity"]})");
    const auto by = [&](const std::string& id) {
        return key.host.request(R"({"model":"m"})").withIdentity({id});
    };
    CHECK(key.serve(by("k1"), 0) == "a b c");
    CHECK(key.serve(by("k1"), 0) == "a");
    CHECK(key.serve(by("k2"), 0) == "a b c");
    CHECK(key.serve(R"({"model":"m"})", 0) == "a b c");
    CHECK(key.serve(R"({"model":"m"})", 0) == "a b c");
}

TEST_CASE("the session goes before the key") {
    Router router(R"({"optional_pre_call_checks":["deployment_affinity","session_affinity"]})");
    const auto request = [&](const char* session) {
        return router.host.request(R"({"model":"m"})")
            .withIdentity({"k"})
            .withHeader("x-litellm-session-id", session);
    };
    CHECK(router.serve(request("s1"), 0) == "a b c");
    CHECK(router.serve(request("s2"), 1) == "a");
    CHECK(router.serve(request("s1"), 0) == "a");
    CHECK(router.serve(request("s2"), 1) == "b");
}

TEST_CASE("the table keeps what ends last, within its size") {
    AffinityTable table;
    for (uint64_t key = 0; key < 1'000'000; ++key)
        table.put(key, {static_cast<uint32_t>(key), key}, 1 + static_cast<int64_t>(key));
    size_t found = 0;
    for (uint64_t key = 0; key < 1'000'000; ++key) found += table.find(key, 0).has_value() ? 1 : 0;
    CHECK(found <= AffinityTable::kSets * AffinityTable::kWays);
    CHECK(found > AffinityTable::kSets * AffinityTable::kWays * 9 / 10);
    CHECK(table.find(999'999, 0) == Served{999'999, 999'999});
    CHECK_FALSE(table.find(999'999, 1'000'000));
    table.forget(999'999, {1, 1});
    CHECK(table.find(999'999, 0));
    table.forget(999'999, {999'999, 999'999});
    CHECK_FALSE(table.find(999'999, 0));
}

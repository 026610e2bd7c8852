// The examples of docs/policy_api.md run, against the request that is described at its beginning; and every
// function has one, and an annotation.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>
#include <sluice/testing/fake_host.hpp>

#include "api/api.h"
#include "plugin.h"
#include "sandbox/freeze.h"

namespace {

using namespace sluice::testing;
using lua_policy::Plugin;
using nlohmann::json;

const char* const kBody =
    R"({"model":"gpt","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"My mail is ann@example.com."}],"temperature":0.5,"tools":[{"type":"function","function":{"name":"search"}}]})";

std::string readFile(const std::string& path) {
    std::ifstream file(std::string(SLUICE_ROOT) + "/" + path);
    std::stringstream all;
    all << file.rdbuf();
    REQUIRE(!all.str().empty());
    return all.str();
}

std::vector<std::string> examples() {
    const std::string text = readFile("docs/policy_api.md");
    std::vector<std::string> all;
    for (size_t at = 0; (at = text.find("```lua\n", at)) != std::string::npos;) {
        at += 7;
        const size_t end = text.find("```", at);
        all.push_back(text.substr(at, end - at));
        at = end;
    }
    return all;
}

FakeRequest requestOf(FakeHost& host, bool stream) {
    json body = json::parse(kBody);
    std::string text = kBody;
    if (stream) text.insert(1, "\"stream\":true,");
    auto request = host.request(text).withHeader("x-app", "shop").withHeader("authorization", "Bearer sk-1");
    Identity who;
    who.key_id = "key-1";
    who.tenant = "acme";
    who.user = "ann";
    who.team = "red";
    who.organization = "org";
    who.end_user = "c1";
    request.withIdentity(who);
    return request;
}

sluice_status noFinding(sluice_instance*, sluice_str, int32_t (*)(void*, const sluice_finding*), void*) {
    return SLUICE_OK;
}

// The names that a script sees: "kv.get", "ctx:block", …
std::vector<std::string> functionsOf(lua_policy::Sandbox& sandbox) {
    lua_State* L = sandbox.raw();
    std::vector<std::string> names;
    lua_settop(L, 0);
    sandbox.pushGlobals();
    for (const char* library :
         {"re", "text", "json", "http", "kv", "metrics", "log", "time", "hash", "scan"}) {
        lua_getfield(L, 1, library);
        lua_policy::pushContents(L, -1);
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
            if (lua_isfunction(L, -1)) names.push_back(std::string(library) + "." + lua_tostring(L, -2));
        }
        lua_settop(L, 1);
    }
    lua_policy::pushContext(L);
    lua_getmetatable(L, -1);
    lua_getfield(L, -1, "__index");
    lua_getupvalue(L, -1, 1);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_isfunction(L, -1)) names.push_back(std::string("ctx:") + lua_tostring(L, -2));
    }
    for (const char* one : {"m:replace", "m:redact", "chunk:replace", "chunk:redact", "chunk:hold",
                            "chunk:release", "chunk:abort", "c:drop", "c:prefer", "c:pin"})
        names.emplace_back(one);
    return names;
}

}  // namespace

TEST_CASE("the examples of the manual run") {
    static const sluice_scanner kScanner{sizeof(sluice_scanner), 0, noFinding};
    const auto all = examples();
    CHECK(all.size() > 15);
    for (size_t i = 0; i < all.size(); ++i) {
        for (const bool stream : {false, true}) {
            FakeHost host;
            host.http.answer("https://judge/", {200, R"({"bad":false})"});
            host.services[SLUICE_SCANNER_ID] = {sizeof(sluice_service), 0, &kScanner, nullptr,
                                                sluice::str("pii")};
            const json policy = {{"name", "example"},
                                 {"code", all[i]},
                                 {"params", {{"limit", 3}}},
                                 {"urls", {{"judge", "https://judge/v1"}}}};
            INFO("example " << i + 1 << ":\n" << all[i]);
            auto plugin =
                host.load<Plugin>(json{{"policies", {policy}}, {"scanners", {{"pii", "pii"}}}}.dump());
            REQUIRE(plugin.start().empty());
            if (stream && all[i].find("not ctx.stream") != std::string::npos) continue;
            auto request = requestOf(host, stream);
            (void)plugin.preCall(request);
            FakeCandidates candidates{
                {"a", -1, -1, -1, -1, 0, "openai", "gpt-5", "{}", R"({"region":"us"})"},
                {"b", -1, -1, -1, -1, 0, "openai", "gpt-5", "{}", R"({"region":"eu"})"}};
            (void)plugin.route(request, candidates);
            request.withResponse(
                200, R"({"choices":[{"message":{"role":"assistant","content":"Hello ann@example.com."}}]})");
            if (stream) {
                auto out = host.stream(request);
                (void)out.run("Hello ann@example.com. And more", 3 + i);
            } else {
                (void)plugin.postCall(request);
            }
            auto record = request.record();
            record.user = "ann";
            record.prompt_tokens = 5;
            plugin.onComplete(record);
            const std::string verdicts = request.attribute("lua.verdicts").value_or("");
            INFO(verdicts << (host.log.empty() ? "" : host.log.back().text));
            CHECK(verdicts.find("\"verdict\":\"error\"") == std::string::npos);
            CHECK(verdicts.find("\"verdict\":\"timeout\"") == std::string::npos);
            CHECK(host.metric("sluice_lua_policy_runs_total", {"example", "error"}) == 0);
        }
    }
}

TEST_CASE("every function has an example and an annotation") {
    std::string shown;
    for (const auto& example : examples()) shown += example;
    const std::string annotations = readFile("plugins/lua/annotations/sluice.lua");
    lua_policy::Sandbox sandbox(lua_policy::Limits{});
    REQUIRE(lua_policy::openApi(sandbox, lua_policy::Limits{}).ok());
    std::set<std::string> known;
    for (const auto& name : functionsOf(sandbox)) {
        INFO(name);
        const bool used = shown.find(name + "(") != std::string::npos ||
                          shown.find(name + "{") != std::string::npos ||
                          shown.find(name + ",") != std::string::npos;
        CHECK(used);
        const std::string annotated = name[0] == 'm' && name[1] == ':'   ? "message" + name.substr(1)
                                      : name[0] == 'c' && name[1] == ':' ? "candidate" + name.substr(1)
                                                                         : name;
        CHECK(annotations.find("function " + annotated + "(") != std::string::npos);
        known.insert(annotated);
    }
    // And nothing is annotated that is not there.
    const std::string_view word = "\nfunction ";
    for (size_t at = 0; (at = annotations.find(word, at)) != std::string::npos;) {
        at += word.size();
        const std::string name = annotations.substr(at, annotations.find('(', at) - at);
        INFO(name);
        const size_t colon = name.find(':');  // of expressions and zones: what the examples call
        CHECK((known.count(name) == 1 ||
               (colon != std::string::npos && shown.find(name.substr(colon) + "(") != std::string::npos)));
    }
}

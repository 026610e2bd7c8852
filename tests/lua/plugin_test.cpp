// Policies as requests meet them, on the fake host.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sluice/testing/fake_host.hpp>

#include "plugin.h"

namespace {

using lua_policy::Plugin;
using nlohmann::json;
using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;
using sluice::testing::FakeRequest;

const char* const kChat =
    R"({"model":"gpt","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"my mail is a@b.com"}],"temperature":0.5})";

json policy(const std::string& code, json more = json::object()) {
    json one = {{"name", "p"}, {"code", code}};
    if (more.is_object()) one.update(more);
    return one;
}
std::string config(std::initializer_list<json> all) { return json{{"policies", json::array_t(all)}}.dump(); }
std::string one(const std::string& code, json more = json::object()) {
    return config({policy(code, std::move(more))});
}

sluice::testing::Identity tenant(std::string name) {
    sluice::testing::Identity who;
    who.key_id = "key-1";
    who.tenant = std::move(name);
    who.user = "ann";
    who.team = "red";
    return who;
}

}  // namespace

TEST_CASE("a policy refuses a request, in its words") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        function on_request(ctx)
          for m in ctx:messages{role="user"} do
            if m.text:find("mail", 1, true) then return ctx:block("mail found", {message="No mail, please", code="no_mail", status=422, category="pii"}) end
          end
        end)"));
    auto request = host.request(kChat);
    CHECK(plugin.preCall(request).blocked());
    CHECK(request.blockMessage() == "No mail, please");
    CHECK(request.blockCode() == "no_mail");
    CHECK(request.blockStatus() == 422);
    CHECK(request.block().category == "pii");
    CHECK(request.block().internal_reason.find("mail found") != std::string::npos);
    CHECK(request.attribute("lua.verdicts")->find(R"("verdict":"block")") != std::string::npos);
    auto other = host.request(R"({"model":"gpt","messages":[{"role":"user","content":"hello"}]})");
    CHECK(plugin.preCall(other).continued());
    CHECK(*other.attribute("lua.verdicts") == R"([{"policy":"p","hook":"on_request","verdict":"pass"}])");
    CHECK(host.metric("sluice_lua_policy_runs_total", {"p", "block"}) == 1);
}

TEST_CASE("texts are read, replaced and added") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        local mail = re.compile([[\w+@\w+\.\w+]])
        function on_request(ctx)
          assert(ctx:redact(mail, "<mail>") == 1)
          assert(ctx:last_user() == "my mail is <mail>")
          assert(ctx:prompt_text() == "be kind\nmy mail is <mail>", ctx:prompt_text())
          assert(ctx:add_system("first \"rule\""))
          assert(ctx:add_message("user", "last"))
          local seen = {}
          for m in ctx:messages() do seen[#seen + 1] = m.role .. "=" .. m.text end
          assert(table.concat(seen, "|") == 'system=first "rule"|system=be kind|user=my mail is <mail>|user=last', table.concat(seen, "|"))
          ctx:set_param("temperature", 0) ctx:set_param("stop", {"x"}) ctx:set_param("gone", nil)
          assert(ctx.params.temperature == 0 and ctx.params.stop[1] == "x" and ctx.params.none == nil)
          ctx:route_to("other") ctx:tag("a") ctx:tag("k", "v") ctx:set_header("x-mine", "1")
        end)"));
    auto request = host.request(kChat);
    const auto outcome = plugin.preCall(request);
    INFO((host.log.empty() ? "" : host.log.back().text));
    CHECK(outcome.continued());
    CHECK(request.model() == "other");
    CHECK(request.attribute("tags") == R"(["a","k:v"])");
    CHECK(request.header("x-mine") == "1");
    const json body = json::parse(request.body());
    CHECK(body["messages"].size() == 4);
    CHECK(body["messages"][2]["content"] == "my mail is <mail>");
    CHECK(body["temperature"] == 0);
}

TEST_CASE("who asks is known, and secrets of the head are not") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        function on_request(ctx)
          assert(ctx.team == "red", ctx.team) assert(ctx.user == "ann", ctx.user) assert(ctx.key.id == "key-1") assert(ctx.tenant == "acme", ctx.tenant) assert(ctx.model == "gpt", ctx.model) assert(ctx.route == "chat", ctx.route) assert(ctx.key.id == "key-1" and ctx.user == "ann" and ctx.team == "red" and ctx.model == "gpt" and ctx.route == "chat")
          assert(ctx.headers["x-a"] == "1" and ctx.headers["X-A"] == "1" and ctx.headers.missing == nil)
          assert(ctx.headers.Authorization == nil and ctx.headers["x-api-key"] == nil)
          assert(ctx.tools[1] == "search" and ctx.tools[2] == "get" and #ctx.tools == 2)
          assert(ctx.stream == false and ctx.phase == "on_request" and ctx.policy == "p")
          assert(not pcall(function() ctx.x = 1 end) and not pcall(function() return ctx.nonsense end))
          assert(ctx:remove_tool("search") == 1 and #ctx.tools == 1 and ctx:remove_tool("get") == 1 and ctx:remove_tool("x") == 0 and #ctx.tools == 0)
        end)"));
    auto request =
        host.request(
                R"({"model":"gpt","messages":[],"tools":[{"type":"function","function":{"name":"search"}},{"name":"get"}]})")
            .withIdentity(tenant("acme"));
    request.withHeader("x-a", "1")
        .withHeader("authorization", "Bearer sk-secret")
        .withHeader("x-api-key", "sk-secret");
    const auto outcome = plugin.preCall(request);
    INFO((host.log.empty() ? "" : host.log.back().text));
    CHECK(outcome.continued());
    CHECK(request.member("tools").empty());
}

TEST_CASE("modes: shadow changes nothing and says what it would have done; off does not run") {
    FakeHost host;
    const char* code =
        R"(local m = re.compile("mail") function on_request(ctx) ctx:redact(m) ctx:route_to("x") ctx:set_param("a", 1) ctx:tag("t") ctx:add_system("s") kv.set("k", "v") ctx:block("no") end)";
    auto plugin = host.load<Plugin>(one(code, {{"mode", "shadow"}}));
    auto request = host.request(kChat);
    CHECK(plugin.preCall(request).continued());
    CHECK(request.body() == kChat);
    CHECK(request.model() == "gpt");
    CHECK(!request.attribute("tags"));
    CHECK(request.attribute("lua.verdicts")->find(R"("verdict":"block","mode":"shadow","edits":5)") !=
          std::string::npos);
    auto off = host.load<Plugin>(one(code, {{"mode", "off"}}));
    CHECK(!off.as<Plugin>().wants("pre_call"));
}

TEST_CASE("policies run in order, mandatory ones first, and only where they are bound") {
    FakeHost host;
    const auto tagging = [](const char* name, json more) {
        json p = {{"name", name},
                  {"code", std::string("function on_request(ctx) ctx:tag('") + name + "') end"}};
        if (more.is_object()) p.update(more);
        return p;
    };
    auto plugin = host.load<Plugin>(config(
        {tagging("all", {}), tagging("acme", {{"bind", {{"tenant", "acme"}}}}),
         tagging("must", {{"mandatory", true}}),
         tagging("reds", {{"bind", {{"team", {"blue", "red*"}}, {"route", "chat"}}}}),
         tagging("bob", {{"bind", {{"key", "bob"}}}}), tagging("tagged", {{"bind", {{"tag", "beta"}}}}),
         tagging("models", {{"bind", {{"model", "gpt-*"}}}})}));
    auto request = host.request(R"({"model":"gpt-5","messages":[],"metadata":{"tags":["beta"]}})")
                       .withIdentity(tenant("acme"));
    CHECK(plugin.preCall(request).continued());
    CHECK(request.attribute("tags") == R"(["must","all","acme","reds","tagged","models"])");
    auto stranger = host.request(R"({"model":"claude","messages":[]})").withIdentity({"k", "other"});
    CHECK(plugin.preCall(stranger).continued());
    CHECK(stranger.attribute("tags") == R"(["must","all"])");
}

TEST_CASE("failures and budgets are blocked or allowed, as configured, and told without the prompt") {
    const char* fails = "function on_request(ctx) local x = nil; return x.field end";
    const char* loops = "function on_request(ctx) pcall(function() while true do end end) end";
    const auto outcome = [](const std::string& code, json more) {
        FakeHost host;
        auto plugin = host.load<Plugin>(one(code, std::move(more)));
        auto request = host.request(kChat);
        const bool blocked = plugin.preCall(request).blocked();
        CHECK(host.log.size() == 1);
        CHECK(!host.logged("a@b.com"));
        CHECK((!blocked || (request.blockStatus() == 500 && request.blockCode() == "policy_failed")));
        // It goes on afterwards.
        auto again = host.request(kChat);
        (void)plugin.preCall(again);
        return blocked;
    };
    CHECK(outcome(fails, {}));
    CHECK(!outcome(fails, {{"on_error", "allow"}}));
    CHECK(outcome(loops, {}));
    CHECK(!outcome(loops, {{"on_error", "allow"}}));
    CHECK(outcome(loops, {{"on_error", "allow"}, {"on_timeout", "block"}}));
    CHECK(!outcome(loops, {{"mode", "shadow"}}));
}

TEST_CASE("errors name the phase and what is allowed in it") {
    FakeHost host;
    const auto fault = [&](const std::string& code) {
        host.log.clear();
        auto plugin = host.load<Plugin>(one(code));
        auto request = host.request(kChat).withResponse(200, R"({"choices":[{"message":{"content":"x"}}]})");
        (void)plugin.preCall(request);
        (void)plugin.postCall(request);
        (void)plugin.onComplete(request.record());
        host.advance(2000);
        return host.log.empty() ? std::string() : host.log.back().text;
    };
    CHECK(fault("function on_response(ctx) ctx:route_to('x') end")
              .find("ctx:route_to cannot be called in on_response; allowed in: on_request") !=
          std::string::npos);
    CHECK(fault("function on_request(ctx) re.compile('x') end")
              .find("re.compile cannot be called in on_request; allowed in: the main chunk, on_load") !=
          std::string::npos);
    CHECK(fault("function on_complete(ev) return ev.nonsense end")
              .find("ev.nonsense: not known; allowed: call_id") != std::string::npos);
    CHECK(fault("function on_request(ctx) scan.pii('x') end").find("no scanner pii is configured") !=
          std::string::npos);
    CHECK(fault("function on_request(ctx) http.post('x', {}) end").find("no URL is named \"x\"") !=
          std::string::npos);
    CHECK(fault("function on_request(ctx) count = 1 end").find("'count' cannot be set") != std::string::npos);
}

TEST_CASE("a configuration that cannot work is refused, with the place") {
    FakeHost host;
    const auto refusal = [&](const std::string& text) { return host.refusal<Plugin>(text); };
    CHECK(refusal(one("function on_request(")).find("policy p: p:1:") != std::string::npos);
    CHECK(refusal(one("x = 1")).find("it has no hook") != std::string::npos);
    CHECK(refusal(one("re.compile('(') function on_request() end")).find("re.compile: \"(\": missing") !=
          std::string::npos);
    CHECK(refusal(one("while true do end")).find("used up its") != std::string::npos);
    CHECK(refusal(one("function on_load(cfg) error('bad ' .. cfg.a) end function on_request() end",
                      {{"params", {{"a", "param"}}}}))
              .find("bad param") != std::string::npos);
    CHECK(refusal(one("", {{"mode", "on"}}))
              .find("policies[0].mode: found \"on\"; allowed: enforce, shadow, off") != std::string::npos);
    CHECK(refusal(one("x", {{"bind", {{"planet", "x"}}}})).find("policies[0].bind.planet") !=
          std::string::npos);
    CHECK(refusal(one("x", {{"urls", {{"a", "file:///etc"}}}})).find("policies[0].urls.a") !=
          std::string::npos);
    CHECK(refusal(one("x", {{"script", "y"}})).find("one of script (a path) and code") != std::string::npos);
    CHECK(refusal(R"({"policies":[{"name":"p","script":"/nowhere.lua"}]})")
              .find("/nowhere.lua cannot be read") != std::string::npos);
    CHECK(refusal(config({policy("function on_request() end"), policy("function on_request() end")}))
              .find("is there twice") != std::string::npos);
    CHECK(refusal(one("policy = {granularity='month'} function on_chunk() end"))
              .find("granularity: found \"month\"") != std::string::npos);
    CHECK(refusal("{}").empty());
}

TEST_CASE("no policy: no hook") {
    FakeHost host;
    auto plugin = host.load<Plugin>("{}");
    for (const char* hook : {"pre_call", "route", "on_stream", "post_call", "on_complete"})
        CHECK(!plugin.as<Plugin>().wants(hook));
}

TEST_CASE("what a request leaves in ctx.vars, its later hooks find, and no other request") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        function on_request(ctx) assert(ctx.vars.n == nil) ctx.vars.n = 7 ctx.vars.s = "x" ctx.vars.b = true ctx.vars.f = 1.5
          assert(not pcall(function() ctx.vars.t = {} end))
          assert(not pcall(function() for i = 1, 9 do ctx.vars["x" .. i] = ("x"):rep(40000) end end)) end
        function on_response(ctx) assert(ctx.vars.n == 7 and ctx.vars.s == "x" and ctx.vars.b == true and ctx.vars.f == 1.5 and ctx.status == 200)
          for m in ctx:messages() do m:replace("changed") end
          assert(ctx:prompt_text{side="request"} ~= "") end)"));
    for (int i = 0; i < 3; ++i) {
        auto request = host.request(kChat).withResponse(
            200, R"({"choices":[{"message":{"role":"assistant","content":"x"}}]})");
        CHECK(plugin.preCall(request).continued());
        CHECK(plugin.postCall(request).continued());
        INFO((host.log.empty() ? "" : host.log.back().text));
        CHECK(request.responseBody().find("changed") != std::string::npos);
    }
}

TEST_CASE("states serve one tenant only, and values of kv are the tenant's") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(
        R"(function on_request(ctx) ctx:tag(tostring(kv.incr("n"))) kv.set("secret", ctx.tenant) assert(kv.get("secret") == ctx.tenant) end)"));
    for (const char* name : {"a", "a", "b", "a"}) {
        auto request = host.request(kChat).withIdentity(tenant(name));
        CHECK(plugin.preCall(request).continued());
        CHECK(request.attribute("tags").value_or("").size() == 5);
    }
    CHECK(plugin.as<Plugin>().idleStates() == 2);
    CHECK(host.kv.size() == 4);
}

TEST_CASE("answers are given without a model, as the route has them") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one("function on_request(ctx) ctx:respond('No.') end"));
    for (const auto& [route, part] : {std::pair{"chat", R"("content":"No.")"},
                                      {"messages", R"("text":"No.")"},
                                      {"completions", R"("text":"No.")"},
                                      {"responses", R"("text":"No.")"}}) {
        for (const bool stream : {false, true}) {
            auto request = host.request(kChat).withRoute(route).withStream(stream);
            CHECK(plugin.preCall(request).responded());
            CHECK(request.reply().body.find(part) != std::string::npos);
            CHECK(request.reply().content_type == (stream ? "text/event-stream" : "application/json"));
            if (!stream) CHECK(json::parse(request.reply().body).is_object());
        }
    }
    auto chat = host.request(kChat);
    (void)plugin.preCall(chat);
    CHECK(json::parse(chat.reply().body)["choices"][0]["message"]["content"] == "No.");
    auto embeddings = host.request(kChat).withRoute("embeddings");
    CHECK(plugin.preCall(embeddings).blocked());
    CHECK(host.logged("a text has no form"));
}

TEST_CASE("http.post goes to named URLs only, and its wait is not the script's") {
    FakeHost host;
    host.secrets["S"] = "token";
    host.http.answer("https://judge/", {200, R"({"bad":true})"});
    const json urls = {{"judge",
                        {{"url", "https://judge/v1"},
                         {"headers", {{"authorization", {{"$secret", "S"}}}}},
                         {"timeout_ms", 500}}},
                       {"down", "http://down/"}};
    auto plugin = host.load<Plugin>(one(R"(
        function on_request(ctx)
          local res, err = http.post("judge", {json = {text = ctx:last_user()}, timeout_ms = 100})
          assert(res.status == 200 and res.json.bad == true and res.body == '{"bad":true}' and err == nil)
          local none, why = http.post("down", {body = "x"})
          assert(none == nil and why == "unavailable", why)
          assert(not pcall(http.post, "https://judge/v1", {}))
          if res.json.bad then ctx:block("judged") end
        end)",
                                        {{"urls", urls}}));
    auto request = host.request(kChat);
    CHECK(plugin.preCall(request).blocked());
    CHECK(request.blockCode() == "policy_violation");
    REQUIRE(host.http.asked().size() == 2);
    CHECK(host.http.asked()[0].body == R"({"text":"my mail is a@b.com"})");
    CHECK(host.http.asked()[0].fields.find("authorization") == "token");
    CHECK(host.http.asked()[0].timeout_ms == 100);
}

TEST_CASE("on_route chooses among deployments") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        function on_route(ctx)
          assert(ctx:deny_model("openai/gpt-old*", "old") == 1)
          for _, c in ipairs(ctx:candidates()) do
            if c.info.region ~= "eu" then c:drop("not in the EU") elseif c.id == "b" then c:prefer() end
          end
        end)"));
    FakeCandidates candidates{{"a"}, {"b"}, {"c"}, {"d"}};
    FakeCandidates real{{"a", -1, -1, -1, -1, 0, "openai", "gpt-5", "{}", R"({"region":"us"})"},
                        {"b", -1, -1, -1, -1, 0, "openai", "gpt-5", "{}", R"({"region":"eu"})"},
                        {"c", -1, -1, -1, -1, 0, "openai", "gpt-old-1", "{}", R"({"region":"eu"})"}};
    auto request = host.request(kChat);
    CHECK(plugin.route(request, real).continued());
    CHECK(!real.available(0));
    CHECK(real.dropReason(0) == "not in the EU");
    CHECK(real.available(1));
    CHECK(real.preferred() == 1);
    CHECK(real.dropReason(2) == "old");
}

TEST_CASE("on_complete counts what has been used") {
    FakeHost host;
    auto plugin = host.load<Plugin>(one(R"(
        function on_complete(ev)
          if ev.outcome == "success" then kv.incr("tokens:" .. ev.user, ev.prompt_tokens + ev.completion_tokens, 3600) metrics.inc("done") end
        end)"));
    auto request = host.request(kChat);
    auto record = request.record();
    record.user = "ann";
    record.prompt_tokens = 10;
    record.completion_tokens = 5;
    plugin.onComplete(record);
    plugin.onComplete(record);
    CHECK(host.kv.begin()->second.value == "30");
    CHECK(host.metric("sluice_lua_policy_events_total", {"p", "done"}) == 2);
}

TEST_CASE("scanners of guardrails, by name") {
    static const sluice_scanner kTable{
        sizeof(sluice_scanner), 0,
        [](sluice_instance*, sluice_str text, int32_t (*found)(void*, const sluice_finding*),
           void* arg) -> sluice_status {
            const auto at = sluice::view(text).find("ann");
            if (at == std::string_view::npos) return SLUICE_OK;
            sluice_finding one{sizeof one, 0, at, at + 3, sluice::str("PERSON"), 0.5};
            if (found(arg, &one) != 0) return SLUICE_OK;
            one = {sizeof one, 0, at + 3, at + 4, sluice::str("SPACE"), 1};
            (void)found(arg, &one);
            return SLUICE_OK;
        }};
    FakeHost host;
    host.services[SLUICE_SCANNER_ID] = {sizeof(sluice_service), 0, &kTable, nullptr, sluice::str("no-pii")};
    json settings = json::parse(one(R"(
        function on_request(ctx)
          assert(scan.available("pii") and not scan.available("secrets"))
          local all = scan.pii("I am ann .")
          assert(#all == 2 and all[1].text == "ann" and all[1].first == 6 and all[1].last == 8 and all[1].entity == "PERSON" and all[1].score == 0.5)
          assert(#scan.pii("ann ", {"PERSON"}) == 1 and #scan.with("pii", "nobody") == 0)
          assert(not pcall(scan.secrets, "x"))
        end)"));
    settings["scanners"] = {{"pii", "no-pii"}};
    auto plugin = host.load<Plugin>(settings.dump());
    CHECK(plugin.start().empty());
    auto request = host.request(kChat);
    const auto outcome = plugin.preCall(request);
    INFO((host.log.empty() ? "" : host.log.back().text));
    CHECK(outcome.continued());
    host.services.clear();
    auto alone = host.load<Plugin>(settings.dump());
    CHECK(alone.start().find("scanners.pii: no guardrail \"no-pii\" lends a scanner") != std::string::npos);
}

#include "world.h"

#include <deque>

#include <date/date.h>

namespace lua_policy::tool {
namespace {

using namespace sluice::testing;

const std::string& textOf(const json& object, const char* key) {
    static const std::string kNone;
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get_ref<const std::string&>() : kNone;
}

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error(what); }

void onlyKnown(const json& object, std::initializer_list<std::string_view> known, const std::string& where) {
    std::string all;
    for (const auto& name : known) all += (all.empty() ? "" : ", ") + std::string(name);
    for (const auto& [key, value] : object.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            refuse(where + "." + key + ": not known; allowed: " + all);
    }
}

int64_t msOf(const std::string& time) {
    std::istringstream in(time);
    date::sys_seconds at{};
    in >> date::parse("%Y-%m-%dT%H:%M:%SZ", at);
    if (in.fail()) refuse("time: found \"" + time + "\"; allowed: 2026-01-31T09:30:00Z");
    return at.time_since_epoch().count() * 1000;
}

// One request on its way through the hooks, as far as the step says.
class Step {
public:
    Step(FakeHost& host, FakePlugin& plugin, const json& step, uint64_t seed)
        : host_(host), plugin_(plugin), step_(step), seed_(seed) {}

    std::vector<std::string> faults() {
        onlyKnown(step_,
                  {"name", "request", "route", "identity", "headers", "time", "advance_s", "response",
                   "status", "stream", "lane", "candidates", "complete", "repeat", "expect", "attributes"},
                  "case");
        expect_ = step_.value("expect", json::object());
        onlyKnown(expect_,
                  {"verdict",
                   "code",
                   "message",
                   "message_contains",
                   "category",
                   "status",
                   "model",
                   "tags",
                   "body_contains",
                   "body_lacks",
                   "params",
                   "last_user",
                   "headers",
                   "response_contains",
                   "response_lacks",
                   "reply_contains",
                   "text",
                   "candidates",
                   "preferred",
                   "attributes",
                   "kv",
                   "logged",
                   "asked"},
                  "expect");
        setTime();
        if (step_.contains("request") || !step_.contains("complete")) request();
        if (step_.contains("complete")) complete();
        expectHost();
        return faults_;
    }

private:
    void setTime() {
        if (step_.contains("time"))
            host_.advance(std::max<int64_t>(0, msOf(textOf(step_, "time")) - host_.wallMs()));
        if (step_.contains("advance_s"))
            host_.advance(static_cast<int64_t>(step_["advance_s"].get<double>() * 1000));
    }

    FakeRequest makeRequest() {
        json body = step_.value("request", json::object());
        if (body.is_string()) body = {{"messages", {{{"role", "user"}, {"content", body}}}}};
        if (!body.contains("model")) body["model"] = "gpt";
        if (step_.contains("stream")) body["stream"] = true;
        auto request = host_.request(ordered(body));
        if (step_.contains("route")) request.withRoute(textOf(step_, "route"));
        const json who = step_.value("identity", json::object());
        Identity identity;
        identity.key_id = who.value("key", "key-1");
        identity.tenant = who.value("tenant", "");
        identity.user = who.value("user", "");
        identity.team = who.value("team", "");
        identity.organization = who.value("organization", "");
        identity.end_user = who.value("customer", "");
        request.withIdentity(identity);
        const json headers = step_.value("headers", json::object());
        for (const auto& [name, value] : headers.items()) request.withHeader(name, value.get<std::string>());
        const json attributes = step_.value("attributes", json::object());
        for (const auto& [name, value] : attributes.items())
            request.withAttribute(name, value.get<std::string>());
        return request;
    }
    // The fake host wants to see the role of a message in front of its text.
    static std::string ordered(const json& body) {
        nlohmann::ordered_json out = body;
        for (const char* list : {"messages", "input"}) {
            if (!out.contains(list) || !out[list].is_array()) continue;
            for (auto& message : out[list]) {
                if (!message.is_object() || !message.contains("role")) continue;
                nlohmann::ordered_json first = {{"role", message["role"]}};
                message.erase("role");
                first.update(message);
                message = first;
            }
        }
        return out.dump();
    }

    void request() {
        auto request = makeRequest();
        const Outcome outcome = plugin_.preCall(request);
        std::string verdict = outcome.blocked() ? "block" : outcome.responded() ? "respond" : "";
        const bool goes_on = verdict.empty() && !outcome.failed();
        if (outcome.failed()) verdict = "failed";
        if (goes_on && step_.contains("candidates")) verdict = route(request);
        if (goes_on && step_.contains("stream")) verdict = stream(request);
        if (goes_on && step_.contains("response")) verdict = response(request);
        expectRequest(request, verdict);
    }

    std::string route(FakeRequest& request) {
        std::deque<FakeCandidate> list;
        for (const auto& one : step_["candidates"]) {
            FakeCandidate c;
            c.id = one.value("id", "");
            c.model = one.value("model", "model");
            c.provider = one.value("provider", "openai");
            c.info = one.value("info", json::object()).dump();
            c.params = one.value("params", json::object()).dump();
            c.input_cost = one.value("input_cost", -1.0);
            list.push_back(std::move(c));
        }
        // The fake takes a list that is written down.
        if (list.size() > 4) refuse("candidates: at most 4");
        while (list.size() < 4) list.emplace_back();
        FakeCandidates candidates{list[0], list[1], list[2], list[3]};
        const auto count = static_cast<uint32_t>(step_["candidates"].size());
        for (uint32_t i = count; i < 4; ++i) candidates.exclude(i);
        const Outcome outcome = plugin_.route(request, candidates);
        json left = json::array();
        for (uint32_t i = 0; i < count; ++i) {
            if (candidates.available(i)) left.push_back(list[i].id);
        }
        compare("candidates", left);
        if (candidates.preferred() < count) compare("preferred", list[candidates.preferred()].id);
        return outcome.blocked() ? "block" : "";
    }

    std::string stream(FakeRequest& request) {
        static const std::map<std::string, uint32_t> kLanes = {{"", SLUICE_LANE_TEXT},
                                                               {"text", SLUICE_LANE_TEXT},
                                                               {"reasoning", SLUICE_LANE_REASONING},
                                                               {"tool_args", SLUICE_LANE_TOOL_ARGS},
                                                               {"refusal", SLUICE_LANE_REFUSAL}};
        const auto lane = kLanes.find(textOf(step_, "lane"));
        if (lane == kLanes.end()) refuse("lane: allowed: text, reasoning, tool_args, refusal");
        auto all = host_.stream(request);
        compare("text", all.run(textOf(step_, "stream"), seed_, lane->second));
        return all.aborted() ? "block" : "";
    }

    std::string response(FakeRequest& request) {
        json body = step_["response"];
        if (body.is_string()) body = {{"choices", {{{"index", 0}, {"message", {{"content", body}}}}}}};
        request.withResponse(step_.value("status", 200u), body.dump());
        const Outcome outcome = plugin_.postCall(request);
        contains("response_contains", request.responseBody(), true);
        contains("response_lacks", request.responseBody(), false);
        return outcome.blocked() ? "block" : outcome.responded() ? "respond" : "";
    }

    void complete() {
        FakeRecord record;
        const json& given = step_["complete"];
        record.user = given.value("user", "");
        record.team = given.value("team", "");
        record.key_id = given.value("key", "key-1");
        record.end_user = given.value("customer", "");
        record.outcome = given.value("outcome", "success");
        record.model = given.value("model", "gpt");
        record.prompt_tokens = given.value("prompt_tokens", 0u);
        record.completion_tokens = given.value("completion_tokens", 0u);
        record.cost_pico_usd = static_cast<int64_t>(given.value("cost_usd", 0.0) * 1e12);
        plugin_.onComplete(record);
    }

    void expectRequest(const FakeRequest& request, const std::string& verdict) {
        compare("verdict", verdictOf(request, verdict));
        compare("code", request.blockCode());
        compare("message", request.blockMessage());
        contains("message_contains", request.blockMessage(), true);
        compare("category", request.block().category);
        compare("status", request.blockStatus());
        compare("model", request.model());
        compare("tags", json::parse(request.attribute("tags").value_or("[]"), nullptr, false));
        contains("body_contains", request.body(), true);
        contains("body_lacks", request.body(), false);
        contains("reply_contains", request.reply().body, true);
        const json params = expect_.value("params", json::object());
        for (const auto& [name, value] : params.items()) {
            const std::string got = request.member(name);
            const json there = got.empty() ? json() : json::parse(got, nullptr, false);
            if (there != value) fault("params." + name, value, there);
        }
        const json attributes = expect_.value("attributes", json::object());
        for (const auto& [name, value] : attributes.items()) {
            if (request.attribute(name).value_or("") != value)
                fault("attributes." + name, value, request.attribute(name).value_or(""));
        }
        const json headers = expect_.value("headers", json::object());
        for (const auto& [name, value] : headers.items()) {
            if (request.header(name).value_or("") != value)
                fault("headers." + name, value, request.header(name).value_or(""));
        }
    }

    // A block or an answer; else the strongest word that a policy has said.
    static std::string verdictOf(const FakeRequest& request, const std::string& known) {
        std::string word = "pass";
        for (const auto& one : verdictsOf(request)) {
            const std::string said = one.value("verdict", "");
            if (said == "error" || said == "timeout") return said;
            if (one.value("mode", "") == "shadow") {
                if (known.empty() && said != "pass") word = "shadow:" + said;
            } else if (said != "pass" && said != "block" && said != "respond") {
                word = said;
            }
        }
        return known.empty() ? word : known;
    }

    void expectHost() {
        const json kv = expect_.value("kv", json::object());
        for (const auto& [name, value] : kv.items()) {
            bool there = false;
            for (const auto& [key, entry] : host_.kv)
                there = there || (key.size() >= name.size() &&
                                  key.compare(key.size() - name.size(), name.size(), name) == 0 &&
                                  entry.value == value.get<std::string>());
            if (!there) fault("kv." + name, value, nullptr);
        }
        if (expect_.contains("logged") && !host_.logged(textOf(expect_, "logged")))
            fault("logged", expect_["logged"], host_.log.empty() ? "" : host_.log.back().text);
        if (expect_.contains("asked") && expect_["asked"] != host_.http.asked().size())
            fault("asked", expect_["asked"], host_.http.asked().size());
    }

    void compare(const char* key, const json& got) {
        const auto wanted = expect_.find(key);
        if (wanted != expect_.end() && *wanted != got) fault(key, *wanted, got);
    }
    void contains(const char* key, const std::string& text, bool must) {
        const auto wanted = expect_.find(key);
        if (wanted == expect_.end()) return;
        for (const auto& part : wanted->is_array() ? *wanted : json::array({*wanted})) {
            if ((text.find(part.get<std::string>()) != std::string::npos) != must) fault(key, part, text);
        }
    }
    void fault(const std::string& what, const json& wanted, const json& got) {
        const auto show = [](const json& value) {
            return value.dump(-1, ' ', false, json::error_handler_t::replace);
        };
        std::string line = what + ": expected " + show(wanted) + ", found " + show(got);
        if (!host_.log.empty()) line += "; the log says: " + host_.log.back().text;
        faults_.push_back(std::move(line));
    }

    FakeHost& host_;
    FakePlugin& plugin_;
    const json& step_;
    uint64_t seed_;
    json expect_;
    std::vector<std::string> faults_;
};

std::vector<std::string> runOnce(const json& settings, const json& test, const json& http, uint64_t seed) {
    FakeHost host;
    host.seed(seed);
    for (const auto& [url, answer] : http.items()) {
        HttpReply reply{answer.value("status", 200u),
                        answer.contains("json") ? answer["json"].dump() : answer.value("body", "")};
        if (answer.value("down", false)) reply.error = SLUICE_E_UNAVAILABLE;
        host.http.answer(url, reply);
    }
    auto plugin = host.load<Plugin>(settings.dump());
    const json steps = test.contains("steps") ? test["steps"] : json::array({test});
    std::vector<std::string> faults;
    for (size_t i = 0; i < steps.size(); ++i) {
        const int repeat = steps[i].value("repeat", 1);
        for (int n = 0; n < repeat; ++n) {
            for (auto& fault : Step(host, plugin, steps[i], seed).faults())
                faults.push_back(steps.size() > 1 ? "step " + std::to_string(i + 1) + ": " + fault : fault);
        }
    }
    return faults;
}

bool streams(const json& test) {
    if (test.contains("stream")) return true;
    const json steps = test.value("steps", json::array());
    return std::any_of(steps.begin(), steps.end(), [](const json& step) { return step.contains("stream"); });
}

}  // namespace

std::vector<std::string> runCase(const json& settings, const json& test, const json& http, const Cuts& cuts) {
    const uint32_t rounds = streams(test) ? cuts.count : 1;
    for (uint32_t i = 0; i < rounds; ++i) {
        auto faults = runOnce(settings, test, http, cuts.seed + i);
        if (faults.empty()) continue;
        if (rounds > 1) faults.push_back("with the stream cut by seed " + std::to_string(cuts.seed + i));
        return faults;
    }
    return {};
}

}  // namespace lua_policy::tool

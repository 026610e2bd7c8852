#include <algorithm>
#include <chrono>
#include <set>

#include "api/api.h"
#include "bytecode.h"
#include "sandbox/freeze.h"
#include "tool.h"

namespace lua_policy::tool {
namespace {

const std::set<std::string> kHooks = {"on_load",  "on_request", "on_response",
                                      "on_chunk", "on_route",   "on_complete"};
const Limits kLimits{20'000'000, std::chrono::milliseconds(2000), 64 * 1024 * 1024};

struct Note {
    std::string level;  // "error", "warning"
    int line = 0;
    std::string text;
};

struct Report {
    std::string script;
    std::vector<Note> notes;
    json cost = json::array();
    bool failed() const {
        return std::any_of(notes.begin(), notes.end(), [](const Note& n) { return n.level == "error"; });
    }
};

std::set<std::string> knownGlobals() {
    Sandbox sandbox(kLimits);
    std::set<std::string> names = kHooks;
    names.insert("policy");
    if (!openApi(sandbox, kLimits).ok()) return names;
    lua_State* L = sandbox.raw();
    lua_settop(L, 0);
    sandbox.pushGlobals();
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) names.insert(lua_tostring(L, -2));
    return names;
}

// How many letters have to change.
size_t distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
            corner = above;
        }
    }
    return row[b.size()];
}

std::string guess(const std::string& name, const std::set<std::string>& known) {
    for (const auto& one : known) {
        if (one != name && distance(one, name) <= 2) return ": is " + one + " meant?";
    }
    return {};
}

void checkGlobals(const std::string& binary, Report& report) {
    const auto known = knownGlobals();
    const auto uses = globalsOf(binary);
    std::set<std::string> defined, told;
    for (const auto& use : uses) {
        if (use.set) defined.insert(use.name);
    }
    for (const auto& use : uses) {
        if (!use.set && known.count(use.name) == 0 && defined.count(use.name) == 0 &&
            told.insert(use.name).second)
            report.notes.push_back(
                {"error", use.line, "unknown global '" + use.name + "'" + guess(use.name, known)});
        const bool hook = use.name.rfind("on_", 0) == 0 ||
                          (use.set && guess(use.name, kHooks).size() > 0 && use.name.rfind("on", 0) == 0);
        if (use.set && hook && kHooks.count(use.name) == 0)
            report.notes.push_back(
                {"warning", use.line,
                 "'" + use.name + "' is no hook and is never called" + guess(use.name, kHooks)});
        if (use.set && known.count(use.name) != 0 && kHooks.count(use.name) == 0 && use.name != "policy")
            report.notes.push_back({"warning", use.line, "'" + use.name + "' hides a part of the API"});
    }
}

// A request of middle size: what the hooks cost on it.
std::string sample() {
    json messages = {{{"role", "system"}, {"content", "You are an assistant of the company."}}};
    for (int i = 0; i < 4; ++i) {
        messages.push_back(
            {{"role", i % 2 == 0 ? "user" : "assistant"},
             {"content",
              std::string(
                  i % 2 == 0
                      ? "Please tell me about the state of order 4711, and write it to ann@example.com. "
                      : "The order has left our house. ") +
                  std::string(400, 'x')}});
    }
    return json{{"model", "gpt"}, {"messages", messages}}.dump();
}

void measure(const std::string& script, const json& params, Report& report) {
    sluice::testing::FakeHost host;
    auto plugin = host.load<Plugin>(configOf(script, {{"params", params}}).dump());
    Policy& policy = *plugin.as<Plugin>().policies().front();
    report.cost.push_back({{"what", "memory of a state"}, {"bytes", policy.stateBytes()}});
    if (!policy.has(Phase::Request)) return;
    constexpr int kRounds = 200;
    auto first = host.request(sample());
    (void)plugin.preCall(first);
    std::vector<sluice::testing::FakeRequest> requests;
    for (int i = 0; i < kRounds; ++i) requests.push_back(host.request(sample()));
    const auto begin = std::chrono::steady_clock::now();
    for (auto& request : requests) (void)plugin.preCall(request);
    const double us =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / kRounds;
    report.cost.push_back({{"what", "on_request of 5 messages, 2 KB"},
                           {"microseconds", us},
                           {"steps", policy.stepsOfLastRun()}});
    for (const auto& verdict : verdictsOf(first)) {
        if (verdict.value("verdict", "") == "error")
            report.notes.push_back({"warning", 0,
                                    "on_request fails on a sample request" +
                                        (host.log.empty() ? "" : ": " + host.log.back().text)});
    }
}

Report checkOne(const std::string& script, const json& params) {
    Report report{script, {}};
    Sandbox sandbox(kLimits);
    const Ran ran = sandbox.compile(readFile(script), script.substr(script.find_last_of('/') + 1));
    if (!ran.ok()) {
        report.notes.push_back({"error", 0, ran.fault});
        return report;
    }
    checkGlobals(sandbox.dump(), report);
    try {
        measure(script, params, report);
    } catch (const std::runtime_error& e) {
        report.notes.push_back({"error", 0, e.what()});
    }
    return report;
}

json asJson(const Report& report) {
    json notes = json::array();
    for (const auto& note : report.notes)
        notes.push_back({{"level", note.level}, {"line", note.line}, {"text", note.text}});
    return {{"script", report.script}, {"ok", !report.failed()}, {"notes", notes}, {"cost", report.cost}};
}

std::string asText(const Report& report) {
    std::string out;
    for (const auto& note : report.notes)
        out += report.script + (note.line > 0 ? ":" + std::to_string(note.line) : "") + ": " + note.level +
               ": " + note.text + "\n";
    out += report.script + ": " + (report.failed() ? "failed" : "good");
    for (const auto& cost : report.cost) {
        out += "; " + cost["what"].get<std::string>() + ":";
        if (cost.contains("bytes")) out += " " + std::to_string(cost["bytes"].get<size_t>()) + " bytes";
        if (cost.contains("microseconds"))
            out += " " + std::to_string(static_cast<int>(cost["microseconds"].get<double>() + 0.5)) + " us";
        if (cost.contains("steps")) out += ", " + std::to_string(cost["steps"].get<uint64_t>()) + " steps";
    }
    return out + "\n";
}

}  // namespace

int check(const CheckOptions& options) {
    const json params = json::parse(options.params, nullptr, false);
    if (!params.is_object()) throw std::runtime_error("--params: allowed: a JSON object");
    bool failed = false;
    json all = json::array();
    for (const auto& script : options.scripts) {
        const Report report = checkOne(script, params);
        failed = failed || report.failed();
        if (options.as_json)
            all.push_back(asJson(report));
        else
            print(asText(report));
    }
    if (options.as_json) print(all.dump(2) + "\n");
    return failed ? kFound : kGood;
}

}  // namespace lua_policy::tool

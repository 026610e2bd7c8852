#include "policy.h"

#include <algorithm>

#include <sluice/json.hpp>

#include "api/api.h"
#include "sandbox/freeze.h"

namespace lua_policy {
namespace {

constexpr std::pair<Phase, const char*> kHooks[] = {
    {Phase::Request, "on_request"}, {Phase::Response, "on_response"}, {Phase::Chunk, "on_chunk"},
    {Phase::Route, "on_route"},     {Phase::Complete, "on_complete"}, {Phase::Load, "on_load"}};
constexpr std::pair<Grain, const char*> kGrains[] = {
    {Grain::Arrival, "arrival"},   {Grain::Word, "word"},     {Grain::Line, "line"},
    {Grain::Sentence, "sentence"}, {Grain::Window, "window"}, {Grain::Whole, "whole"}};
constexpr std::pair<uint32_t, const char*> kLanes[] = {{SLUICE_LANE_TEXT, "text"},
                                                       {SLUICE_LANE_REASONING, "reasoning"},
                                                       {SLUICE_LANE_TOOL_ARGS, "tool_args"},
                                                       {SLUICE_LANE_REFUSAL, "refusal"}};
constexpr size_t kExpressionsMax = 256;        // of one policy
constexpr int64_t kExpressionBytes = 1 << 20;  // of one compiled expression and its caches

// For a load there is time: it happens once, on the thread that reads the configuration or before a first
// request.
Limits loadLimits(const Limits& of_hooks) {
    return {std::max<uint64_t>(of_hooks.steps, 20'000'000), std::chrono::milliseconds(500),
            of_hooks.memory_bytes};
}

void nothing(void*) {}

// The thread is its requests', not the script's: they run while another thread does nothing for a moment.
void letOthersRun(lua_State* L) {
    const Call& call = Call::of(L);
    if (const auto* table = call.services.host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID))
        (void)table->run(call.request->raw(), nothing, nullptr);
}

std::string textField(lua_State* L, const char* field) {
    std::string text;
    if (lua_getfield(L, -1, field) == LUA_TSTRING || lua_isnumber(L, -1)) text = lua_tostring(L, -1);
    lua_pop(L, 1);
    return text;
}

}  // namespace

const char* name(Phase phase) {
    for (const auto& [one, text] : kHooks) {
        if (one == phase) return text;
    }
    return "?";
}

Policy::Policy(PolicyOptions options, const Services& services, Pool& pool)
    : options_(std::move(options)),
      services_(services),
      pool_(pool),
      name_json_(sluice::jsonQuoted(options_.name)) {
    Ran ran;
    auto first = make({}, ran);
    if (!ran.ok()) throw sluice::ConfigError("policy " + options_.name + ": " + ran.fault);
    for (const auto& [phase, hook] : kHooks) {
        if (first->pushGlobal(hook) == LUA_TFUNCTION && phase != Phase::Load) hooks_ |= bit(phase);
        lua_settop(first->raw(), 0);
    }
    if (hooks_ == 0)
        throw sluice::ConfigError(
            "policy " + options_.name +
            ": it has no hook; known: on_request, on_response, on_chunk, on_route, on_complete");
    readPolicyTable(*first);
    state_bytes_ = first->budget().memory();
}

std::unique_ptr<Sandbox> Policy::make(std::string_view tenant, Ran& ran) {
    auto sandbox = std::make_unique<Sandbox>(options_.limits);
    Call call{Phase::Load, *this, services_, tenant};
    sandbox->user = &call;
    ran = load(*sandbox, call);
    sandbox->user = nullptr;
    return sandbox;
}

Ran Policy::load(Sandbox& sandbox, Call&) {
    const Limits limits = loadLimits(options_.limits);
    Ran ran = openApi(sandbox, limits);
    if (!ran.ok()) return ran;
    ran = binary_.empty() ? sandbox.compile(options_.source, options_.chunk)
                          : sandbox.undump(binary_, options_.chunk);
    if (!ran.ok()) return ran;
    if (binary_.empty()) binary_ = sandbox.dump();
    ran = sandbox.run(0, 0, limits);
    if (!ran.ok()) return ran;
    if (sandbox.pushGlobal("on_load") == LUA_TFUNCTION) {
        ran = pushJson(sandbox, options_.params, limits);
        if (ran.ok()) ran = sandbox.run(1, 0, limits);
        if (!ran.ok()) return ran;
    }
    lua_settop(sandbox.raw(), 0);
    return sandbox.seal();
}

void Policy::readPolicyTable(Sandbox& sandbox) {
    lua_State* L = sandbox.raw();
    std::string grain;
    std::vector<std::string> lanes;
    if (sandbox.pushGlobal("policy") == LUA_TTABLE) {
        pushContents(L, -1);
        version_ = textField(L, "version");
        grain = textField(L, "granularity");
        if (const auto bytes = textField(L, "window_bytes"); !bytes.empty())
            stream_.window_bytes = static_cast<uint32_t>(std::clamp(std::atoi(bytes.c_str()), 16, 65536));
        if (const auto bytes = textField(L, "overlap_bytes"); !bytes.empty())
            stream_.overlap_bytes = static_cast<uint32_t>(std::clamp(std::atoi(bytes.c_str()), 0, 16384));
        if (lua_getfield(L, -1, "lanes") == LUA_TTABLE) {
            for (lua_Integer i = 1; lua_geti(L, -1, i) == LUA_TSTRING; ++i) {
                lanes.emplace_back(lua_tostring(L, -1));
                lua_pop(L, 1);
            }
        }
    }
    lua_settop(L, 0);
    if (options_.stream.granularity) grain = *options_.stream.granularity;
    if (options_.stream.lanes) lanes = *options_.stream.lanes;
    if (options_.stream.window_bytes) stream_.window_bytes = *options_.stream.window_bytes;
    if (options_.stream.overlap_bytes) stream_.overlap_bytes = *options_.stream.overlap_bytes;
    planStream(grain, lanes);
}

void Policy::planStream(const std::string& grain, const std::vector<std::string>& lanes) {
    const std::string where = "policy " + options_.name + ": ";
    if (!grain.empty()) {
        const auto found = std::find_if(std::begin(kGrains), std::end(kGrains),
                                        [&](const auto& one) { return grain == one.second; });
        if (found == std::end(kGrains))
            throw sluice::ConfigError(where + "granularity: found \"" + grain +
                                      "\"; allowed: arrival, word, line, sentence, window, whole");
        stream_.grain = found->first;
    }
    if (lanes.empty()) return;
    stream_.lanes = 0;
    for (const auto& lane : lanes) {
        const auto found = std::find_if(std::begin(kLanes), std::end(kLanes),
                                        [&](const auto& one) { return lane == one.second; });
        if (found == std::end(kLanes))
            throw sluice::ConfigError(where + "lanes: found \"" + lane +
                                      "\"; allowed: text, reasoning, tool_args, refusal");
        stream_.lanes |= found->first;
    }
}

Ran Policy::run(Call& call) {
    std::string key = options_.name;
    key += '\0';
    key += call.tenant;
    auto sandbox = pool_.take(key);
    Ran ran;
    if (!sandbox) {
        sandbox = make(call.tenant, ran);
        if (!ran.ok()) return ran;
    }
    sandbox->user = &call;
    sandbox->budget().setPause(call.request ? letOthersRun : nullptr);
    sandbox->pushGlobal(lua_policy::name(call.phase));
    const int arguments = pushArguments(*sandbox, call);
    ran = sandbox->run(arguments, 0, options_.limits);
    steps_.store(ran.steps, std::memory_order_relaxed);
    sandbox->user = nullptr;
    // A state that was killed may be in any condition; one more is soon made.
    if (ran.kind == Ran::Kind::Killed) return ran;
    sandbox->reset();
    pool_.give(key, std::move(sandbox));
    return ran;
}

const re2::RE2* Policy::expression(const std::string& source, bool ignore_case, std::string& fault) const {
    const std::lock_guard lock(expressions_mutex_);
    auto& slot = expressions_[(ignore_case ? "i" : "c") + source];
    if (slot && slot->ok()) return slot.get();
    if (expressions_.size() > kExpressionsMax) {
        fault = "more than 256 expressions";
        return nullptr;
    }
    RE2::Options how;
    how.set_case_sensitive(!ignore_case);
    how.set_log_errors(false);
    how.set_max_mem(kExpressionBytes);
    slot = std::make_unique<re2::RE2>(source, how);
    if (slot->ok()) return slot.get();
    fault = slot->error();
    return nullptr;
}

}  // namespace lua_policy

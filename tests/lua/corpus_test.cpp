// Every script of corpus/: what the sandbox does with it, and that it ends within 50 ms of its budget. The
// comment at its beginning says what is expected: "ok", "error TEXT", "killed", "stopped" (either, of the
// function run), "refused TEXT" (of loading); "twice" runs it a second time in the same state, which must
// come to the same.
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <pthread.h>
#include <catch2/catch.hpp>

#include "sandbox/sandbox.h"

namespace {

using lua_policy::Alarm;
using lua_policy::Limits;
using lua_policy::Ran;
using lua_policy::Sandbox;

const Limits kLimits{};  // the defaults: 1,000,000 steps, 20 ms, 8 MiB
const Limits kLoadLimits{20'000'000, std::chrono::milliseconds(500), 8 * 1024 * 1024};  // as a policy has
constexpr double kLastMs = 20 + 50;                                                     // and 50 ms more

struct Script {
    std::string name, source, kind, text;
    bool twice = false;
};

Script readScript(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    Script script{path.stem().string(), all.str(), {}, {}};
    const std::string mark = "-- expect: ";
    const size_t begin = script.source.find(mark) + mark.size();
    const std::string line = script.source.substr(begin, script.source.find('\n', begin) - begin);
    script.kind = line.substr(0, line.find(' '));
    if (line.find(' ') != std::string::npos) script.text = line.substr(line.find(' ') + 1);
    if (script.text == "twice") {
        script.twice = true;
        script.text.clear();
    }
    return script;
}

// On a stack as small as a fiber's: what recurses must stop before it is used up.
template <class Call>
void onFiberStack(Call&& call) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    pthread_t thread{};
    const auto body = [](void* arg) -> void* {
        (*static_cast<std::remove_reference_t<Call>*>(arg))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &small, body, &call) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&small);
}

// Of this thread on the processor: a busy machine must not fail the test.
double processorMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

Ran load(Sandbox& sandbox, const Script& script) {
    Ran ran = sandbox.compile(script.source, script.name);
    if (ran.ok()) ran = sandbox.run(0, 0, script.kind == "refused" ? kLimits : kLoadLimits);
    if (ran.ok()) ran = sandbox.seal();
    return ran;
}

void judge(const Script& script, const Ran& ran) {
    INFO("it came to: " << (ran.ok() ? "ok" : ran.fault));
    if (script.kind == "ok") CHECK(ran.ok());
    if (script.kind == "killed") CHECK(ran.kind == Ran::Kind::Killed);
    if (script.kind == "error") CHECK(ran.kind == Ran::Kind::Error);
    if (script.kind == "refused" || script.kind == "stopped") CHECK(!ran.ok());
    if (!script.text.empty()) CHECK(ran.fault.find(script.text) != std::string::npos);
    CHECK(ran.fault.find("0x") == std::string::npos);
}

// Loads and runs it, as often as it says; the longest call of these, ms.
double attempt(const Script& script) {
    Sandbox sandbox(kLimits);
    Ran ran;
    double longest = 0;
    const auto timed = [&](auto&& call) {
        onFiberStack([&] {
            const double begin = processorMs();
            ran = call();
            longest = std::max(longest, processorMs() - begin);
        });
    };
    timed([&] { return load(sandbox, script); });
    if (script.kind == "refused") {
        judge(script, ran);
        return longest;
    }
    longest = 0;
    INFO(ran.fault);
    REQUIRE(ran.ok());
    for (int round = 0; round < (script.twice ? 3 : 1); ++round) {
        sandbox.reset();
        REQUIRE(sandbox.pushGlobal("run") == LUA_TFUNCTION);
        timed([&] { return sandbox.run(0, 0, kLimits); });
        judge(script, ran);
    }
    return longest;
}

}  // namespace

TEST_CASE("every script of the escape corpus ends as it must, in time") {
    const bool counted = GENERATE(false, true);  // instructions, where there is no alarm
    Alarm::disable(counted);
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SLUICE_LUA_CORPUS)) {
        const Script script = readScript(entry.path());
        ++count;
        INFO(script.name << (counted ? ", counted" : ""));
        // A machine that stops for a while charges it to whom it stopped: the best of three counts.
        double took = attempt(script);
        for (int more = 0; more < 2 && took > kLastMs; ++more) took = std::min(took, attempt(script));
        CHECK(took < kLastMs);
    }
    Alarm::disable(false);
    CHECK(count >= 60);
}

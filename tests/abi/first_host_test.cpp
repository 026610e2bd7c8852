// Today's plugins in a host that pretends to be the first: FakeHost(Abi::V1_0). Each plugin has a process of
// its own, so that one that crashes is named.
#include <catch2/catch.hpp>

#include "try_plugin.h"

#include <dlfcn.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using sluice::abi_test::tryPlugin;
using sluice::testing::Abi;
using sluice::testing::FakeHost;

// What became of a plugin, as the exit code of its process.
constexpr int kWorks = 0, kFails = 3, kReadTooFar = 4, kCrashed = 5, kSaysWhatItMisses = 6;

void onFault(int, siginfo_t* fault, void*) {
    // SEGV_ACCERR: the page behind a struct. Anything else is an ordinary crash.
    _exit(fault->si_code == SEGV_ACCERR ? kReadTooFar : kCrashed);
}

// A refusal is a good one if it names an interface that the first release did not have, or the release that
// brought what it needs.
bool namesWhatIsMissing(std::string_view why) {
    if (why.find("needs ABI 1.2") != std::string_view::npos) return true;
    const size_t at = why.find("sluice.host.");
    if (at == std::string_view::npos) return false;
    const std::string_view id =
        why.substr(at, why.find_first_not_of("abcdefghijklmnopqrstuvwxyz./0123456789", at) - at);
    const auto& all = sluice::testing::kTablesOfV1_0;
    return std::none_of(std::begin(all), std::end(all), [&](const auto& table) { return table.first == id; });
}

[[noreturn]] void child(const std::string& path, const std::string& config, Abi abi) {
    struct sigaction action {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
    sigaction(SIGBUS, &action, nullptr);
    alarm(60);
    try {
        void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) throw std::runtime_error(dlerror());
        const auto entry =
            reinterpret_cast<decltype(&sluice_plugin_entry_v1)>(dlsym(library, "sluice_plugin_entry_v1"));
        if (!entry) throw std::runtime_error(dlerror());
        FakeHost host(abi);
        tryPlugin(host, *entry(), config);
    } catch (const sluice::abi_test::Refused& e) {
        std::fprintf(stderr, "%s refuses: %s\n", path.c_str(), e.what());
        _exit(abi == Abi::V1_0 && namesWhatIsMissing(e.what()) ? kSaysWhatItMisses : kFails);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), e.what());
        _exit(kFails);
    }
    _exit(kWorks);
}

int run(const std::string& path, const std::string& config = {}, Abi abi = Abi::V1_0) {
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid == 0) child(path, config, abi);
    int status = 0;
    REQUIRE(pid > 0);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : kCrashed;
}

const std::filesystem::path kLibraries = SLUICE_LIBRARIES;

std::vector<std::string> pluginsIn(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(kLibraries / folder))
        if (file.path().extension() == ".so") found.push_back(file.path());
    return found;
}

std::string newer() { return kLibraries / "newer_plugins" / "newer_plugin.so"; }
std::string rude(const std::string& what) { return R"({"rude":")" + what + R"("})"; }

// "sluice.host.log/1" -> "sluice_host_log"
std::string structOf(std::string_view id) {
    std::string name(id.substr(0, id.find('/')));
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

}  // namespace

TEST_CASE("every plugin works in a host of ABI 1.0 or says what it misses, and works in today's") {
    for (const char* folder : {"plugins", "examples", "test_plugins", "newer_plugins", "frozen_plugins"}) {
        const auto plugins = pluginsIn(folder);
        INFO(folder);
        CHECK_FALSE(plugins.empty());
        for (const auto& path : plugins) {
            INFO(path);
            const int first = run(path, {}, Abi::V1_0);
            CHECK((first == kWorks || first == kSaysWhatItMisses));
            CHECK(run(path, {}, Abi::Today) == kWorks);
        }
    }
}

TEST_CASE("a plugin that uses what is newer without asking is caught") {
    CHECK(run(newer(), rude("reply")) == kReadTooFar);
    // There is no such interface: a call through null, which UBSan ends before the processor does.
    const int through_null = run(newer(), rude("content"));
    CHECK((through_null != kWorks && through_null != kSaysWhatItMisses));
    CHECK(run(newer(), rude("nothing")) == kWorks);
    CHECK(run(newer(), rude("needs")) == kSaysWhatItMisses);
    CHECK(run(newer(), rude("needs"), Abi::Today) == kWorks);
    CHECK(run(newer(), rude("refusal")) == kFails);  // which does not say what it misses
}

TEST_CASE("a plugin that reads behind a struct is caught") {
    for (const char* given : {"host", "candidates", "candidate", "event", "action", "record"}) {
        INFO(given);
        CHECK(run(newer(), rude(given)) == kReadTooFar);
    }
}

TEST_CASE("the first host is the one that was frozen") {
    std::map<std::string, size_t> frozen;
    std::ifstream layout(SLUICE_LAYOUT_1_0);
    for (std::string line; std::getline(layout, line);) {
        const auto space = line.find(' ');
        frozen[line.substr(0, space)] = std::stoul(line.substr(space + 1));
    }
    // Every table of a host that the release had, and none that it had not.
    std::map<std::string, size_t> ours;
    for (const auto& [id, size] : sluice::testing::kTablesOfV1_0) ours[structOf(id)] = size;
    std::map<std::string, size_t> theirs;
    for (const auto& [name, size] : frozen) {
        if (name.rfind("sluice_host_", 0) == 0 && name.find('.') == std::string::npos) theirs[name] = size;
    }
    CHECK(ours == theirs);
    using sluice::testing::kSizeInV1_0;
    CHECK(frozen["sluice_host"] == kSizeInV1_0<sluice_host>);
    CHECK(frozen["sluice_candidate"] == kSizeInV1_0<sluice_candidate>);
    CHECK(frozen["sluice_candidates"] == kSizeInV1_0<sluice_candidates>);
    CHECK(frozen["sluice_stream_event"] == kSizeInV1_0<sluice_stream_event>);
    CHECK(frozen["sluice_stream_action"] == kSizeInV1_0<sluice_stream_action>);
    CHECK(frozen["sluice_record"] == kSizeInV1_0<sluice_record>);
    CHECK(frozen["sluice_deployment_config"] == kSizeInV1_0<sluice_deployment_config>);
    CHECK(frozen["sluice_upstream"] == kSizeInV1_0<sluice_upstream>);
}

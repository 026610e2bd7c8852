#include "app/child_check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/text.h"

extern char** environ;

namespace sluice::app {

using base::Clock;

namespace {

constexpr auto kPatience = base::milliseconds(30'000);
constexpr size_t kOutputMax = 256 * 1024;

// Starts ourselves with these arguments; what it prints goes to `output`.
pid_t start(std::vector<std::string> arguments, int output) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, output, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;  // we wait for signals, the child shall die of them
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = -1;
    if (::posix_spawn(&child, "/proc/self/exe", &files, &attributes, argv.data(), environ) != 0) child = -1;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return child;
}

// Until the child closes its end, or time is up.
bool readAll(int from, std::string& text) {
    const auto deadline = Clock::now() + kPatience;
    std::array<char, 4096> buffer;
    for (;;) {
        const auto left = std::chrono::duration_cast<base::milliseconds>(deadline - Clock::now()).count();
        pollfd ready{from, POLLIN, 0};
        if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return false;
        const auto n = ::read(from, buffer.data(), buffer.size());
        if (n <= 0) return true;
        if (text.size() < kOutputMax) text.append(buffer.data(), static_cast<size_t>(n));
    }
}

}  // namespace

ChildCheck checkInChild(const std::string& config, const std::vector<std::string>& plugin_dirs) {
    std::vector<std::string> arguments{"sluice", "check", "--load", "-c", config};
    for (const auto& dir : plugin_dirs) arguments.insert(arguments.end(), {"--plugin-dir", dir});
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {false, {"no descriptor is left for the check"}};
    const pid_t child = start(std::move(arguments), ends[1]);
    ::close(ends[1]);
    std::string text;
    const bool in_time = child > 0 && readAll(ends[0], text);
    ::close(ends[0]);
    if (child <= 0) return {false, {"the check could not be started"}};
    if (!in_time) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ChildCheck outcome;
    for (const auto line : base::split(text, '\n')) {
        if (!line.empty()) outcome.words.emplace_back(line);
    }
    outcome.fine = in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!in_time) outcome.words.push_back("a plugin did not finish loading within 30 s");
    if (in_time && WIFSIGNALED(status)) {
        outcome.words.push_back(fmt::format("a plugin crashed while it was loaded (signal {}: {})",
                                            WTERMSIG(status), ::strsignal(WTERMSIG(status))));
    }
    return outcome;
}

}  // namespace sluice::app

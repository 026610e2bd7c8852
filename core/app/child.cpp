#include "app/child.h"

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
bool readAll(int from, base::TimePoint deadline, std::string& text) {
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

ChildOutcome runSelf(std::vector<std::string> arguments, base::milliseconds patience) {
    ChildOutcome outcome;
    int ends[2];
    arguments.insert(arguments.begin(), "sluice");
    if (::pipe2(ends, O_CLOEXEC) != 0) return outcome;
    const pid_t child = start(std::move(arguments), ends[1]);
    ::close(ends[1]);
    outcome.started = child > 0;
    outcome.in_time = outcome.started && readAll(ends[0], Clock::now() + patience, outcome.output);
    ::close(ends[0]);
    if (!outcome.started) return outcome;
    if (!outcome.in_time) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && outcome.in_time) {
        outcome.signal = fmt::format("signal {}: {}", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    }
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

ChildCheck checkInChild(const std::string& config, const std::vector<std::string>& plugin_dirs) {
    std::vector<std::string> arguments{"check", "--load", "-c", config};
    for (const auto& dir : plugin_dirs) arguments.insert(arguments.end(), {"--plugin-dir", dir});
    const auto child = runSelf(std::move(arguments), kPatience);
    ChildCheck check;
    check.fine = child.in_time && child.code == 0;
    for (const auto line : base::split(child.output, '\n')) {
        if (!line.empty()) check.words.emplace_back(line);
    }
    if (!child.started) check.words.emplace_back("the check could not be started");
    if (child.started && !child.in_time)
        check.words.emplace_back("a plugin did not finish loading within 30 s");
    if (!child.signal.empty())
        check.words.push_back("a plugin crashed while it was loaded (" + child.signal + ")");
    return check;
}

}  // namespace sluice::app

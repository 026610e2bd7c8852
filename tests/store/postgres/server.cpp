#include "server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

namespace store_tests {
namespace {

std::string programs() {
    for (int version = 30; version >= 13; --version) {
        const std::string path = "/usr/lib/postgresql/" + std::to_string(version) + "/bin";
        if (::access((path + "/postgres").c_str(), X_OK) == 0) return path;
    }
    return "";
}

// As nobody if we are root, with the output in a file, and gone when we are.
pid_t run(const std::vector<std::string>& command, const std::string& output) {
    const passwd* nobody = ::getuid() == 0 ? ::getpwnam("nobody") : nullptr;
    std::vector<char*> arguments;
    for (const auto& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(file, 1);
    ::dup2(file, 2);
    if (nobody &&
        (::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir("/") != 0) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

bool Server::installed() { return !programs().empty(); }

Server& Server::common() {
    static Server server;
    return server;
}

Server::Server(int port) : port_(port) {
    std::string name = (std::filesystem::temp_directory_path() / "sluice_pg_XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no directory for PostgreSQL");
    directory_ = name;
    if (::getuid() == 0) {
        const passwd* nobody = ::getpwnam("nobody");
        if (!nobody || ::chown(name.c_str(), nobody->pw_uid, nobody->pw_gid) != 0)
            throw std::runtime_error("no user for PostgreSQL");
    }
    const pid_t made = run({programs() + "/initdb", "-D", directory_ + "/data", "-U", "sluice", "-A", "trust",
                            "-E", "UTF8", "--locale=C", "--no-sync"},
                           directory_ + "/initdb.log");
    int status = 0;
    if (::waitpid(made, &status, 0) != made || status != 0)
        throw std::runtime_error("initdb failed: " + directory_ + "/initdb.log");
    if (port_ > 0) {
        const pid_t signs = run({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                                 "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                                 "-keyout", directory_ + "/data/server.key", "-out", certificate()},
                                directory_ + "/initdb.log");
        if (::waitpid(signs, &status, 0) != signs || status != 0) throw std::runtime_error("openssl failed");
    }
    start();
}

Server::~Server() {
    stop(false);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

// The file "postmaster.pid" has the word "ready" in its last line when clients may come.
void Server::start() {
    if (pid_ > 0) return;
    std::vector<std::string> command = {programs() + "/postgres",
                                        "-D",
                                        directory_ + "/data",
                                        "-k",
                                        directory_,
                                        "-c",
                                        "fsync=off",
                                        "-c",
                                        "max_connections=60",
                                        "-c",
                                        port_ > 0 ? "listen_addresses=127.0.0.1" : "listen_addresses="};
    if (port_ > 0) command.insert(command.end(), {"-p", std::to_string(port_), "-c", "ssl=on"});
    pid_ = run(command, directory_ + "/server.log");
    for (int i = 0; i < 1'000; ++i) {
        std::string text(4'096, '\0');
        const int file = ::open((directory_ + "/data/postmaster.pid").c_str(), O_RDONLY);
        const auto size = file < 0 ? 0 : ::read(file, text.data(), text.size());
        if (file >= 0) ::close(file);
        text.resize(size < 0 ? 0 : static_cast<size_t>(size));
        if (text.find(std::to_string(pid_) + "\n") == 0 && text.find("\nready") != std::string::npos) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("PostgreSQL does not start: " + directory_ + "/server.log");
}

void Server::stop(bool fast) {
    if (pid_ <= 0) return;
    (void)::kill(pid_, fast ? SIGINT : SIGQUIT);
    int status = 0;
    (void)::waitpid(pid_, &status, 0);
    pid_ = -1;
}

void Server::freeze(bool frozen) const {
    const int sign = frozen ? SIGSTOP : SIGCONT;
    (void)::kill(pid_, sign);
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const int file = ::open((entry.path() / "stat").c_str(), O_RDONLY);
        char text[256] = {};
        const auto size = file < 0 ? 0 : ::read(file, text, sizeof text - 1);
        if (file >= 0) ::close(file);
        const std::string_view stat(text, size < 0 ? 0 : static_cast<size_t>(size));
        const size_t end = stat.rfind(')');
        // pid (name) state parent
        if (end == std::string_view::npos || end + 4 > stat.size()) continue;
        if (std::atoi(stat.data() + end + 4) == pid_) (void)::kill(std::atoi(name.c_str()), sign);
    }
}

}  // namespace store_tests

// A PostgreSQL of the tests' own: in a directory of its own, on a socket there and nowhere else, ended with
// the program. As root it runs as "nobody", because it refuses root.
#pragma once

#include <sys/types.h>

#include <string>

namespace store_tests {

class Server {
public:
    /// Makes the directory and starts it. Throws std::runtime_error. With a port it listens there, too, on
    /// 127.0.0.1, and offers TLS.
    explicit Server(int port = 0);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Is there one to start?
    static bool installed();
    /// The one of this program, started when it is first asked for.
    static Server& common();

    std::string url() const { return "postgresql:///postgres?user=sluice&host=" + directory_; }
    std::string certificate() const { return directory_ + "/data/server.crt"; }
    void start();
    /// Fast: clients are thrown out, all is written. Otherwise as if it had crashed: SIGQUIT.
    void stop(bool fast);
    /// SIGSTOP and SIGCONT for it and its children: it is there and does not answer.
    void freeze(bool frozen) const;
    pid_t pid() const { return pid_; }
    const std::string& directory() const { return directory_; }

private:
    std::string directory_;
    const int port_;
    pid_t pid_ = -1;
};

}  // namespace store_tests

// A redis-server, or a sentinel, of this machine's package: on a free port of 127.0.0.1, in a directory that
// goes with it. Ended by its id, also when the test program dies.
#pragma once

#include <hiredis/hiredis.h>
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "reply.h"

namespace cache_tests {

int freePort();

class Server {
public:
    using Words = std::vector<std::string>;
    static bool installed();

    /// Started; `options` as on its command line: "--requirepass", "word".
    explicit Server(Words options = {}, int port = freePort());
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    int port() const { return port_; }
    bool runs() const { return process_ > 0; }
    std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string directory() const { return directory_; }

    void start();
    void kill();  // SIGKILL
    void freeze();
    void thaw();

    /// One command; throws std::runtime_error if it has no answer. The first line of a list in a list,
    /// joined.
    std::string ask(const Words& words);

private:
    redisContext* connection();

    const int port_;
    const Words options_;
    std::string password_;  // of the options, or of a sentinel's file
    std::string directory_;
    pid_t process_ = -1;
    std::unique_ptr<redisContext, void (*)(redisContext*)> connection_{nullptr, redisFree};
};

/// A sentinel that watches `master` as "mymaster".
std::unique_ptr<Server> sentinel(const Server& master, int quorum, const Server::Words& more = {});

/// Masters with a third of the slots each, and `replicas` more, of the first ones.
class Cluster {
public:
    explicit Cluster(size_t replicas);
    Server& operator[](size_t i) { return *servers_[i]; }
    size_t size() const { return servers_.size(); }
    std::string config(const std::string& more = "") const;
    /// One slot with all its keys, as redis-cli --cluster reshard does it.
    void move(int slot, size_t from, size_t to);
    /// The server that has the key.
    size_t owner(const std::string& key);

private:
    std::string idOf(size_t i) { return servers_[i]->ask({"CLUSTER", "MYID"}); }
    std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace cache_tests

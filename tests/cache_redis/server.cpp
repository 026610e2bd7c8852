#include "server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "host.h"

namespace cache_tests {
namespace {

const char* kProgram = "/usr/bin/redis-server";

std::string textOf(const redisReply* reply) {
    switch (reply->type) {
        case REDIS_REPLY_INTEGER:
            return std::to_string(reply->integer);
        case REDIS_REPLY_NIL:
            return "(nil)";
        case REDIS_REPLY_ARRAY: {
            std::string out;
            for (size_t i = 0; i < reply->elements; ++i)
                out += (i > 0 ? "\n" : "") + textOf(reply->element[i]);
            return out;
        }
        default:
            return {reply->str, reply->len};
    }
}

}  // namespace

// Far below those that the system gives to connections, and with room for a cluster's bus 10000 above.
int freePort() {
    static int next = 11'000 + static_cast<int>(getpid() * 37 % 9000);
    for (int tries = 0; tries < 10'000; ++tries) {
        next = next >= 20'000 ? 11'000 : next + 1;
        bool free = true;
        for (const int port : {next, next + 10'000}) {
            const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<uint16_t>(port));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            free = free && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
            close(fd);
        }
        if (free) return next;
    }
    throw std::runtime_error("no free port");
}

bool Server::installed() { return access(kProgram, X_OK) == 0; }

Server::Server(Words options, int port) : port_(port), options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "sluice_redis_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no directory for Redis");
    directory_ = name;
    for (size_t i = 0; i < options_.size(); ++i) {
        const size_t line = options_[i].find("\nrequirepass ");
        if (line != std::string::npos)
            password_ = options_[i].substr(line + 13, options_[i].find('\n', line + 1) - line - 13);
        if (options_[i] == "--requirepass") password_ = options_[i + 1];
    }
    start();
}

Server::~Server() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void Server::start() {
    Words words{kProgram};
    // A sentinel's configuration is a file that it writes to.
    const bool sentinel = !options_.empty() && options_[0].front() != '-';
    if (sentinel) words.push_back(directory_ + "/sentinel.conf");
    if (sentinel && !std::filesystem::exists(words[1])) std::ofstream(words[1]) << options_[0];
    for (const char* word : {"--port", "", "--bind", "127.0.0.1", "--dir", ""}) words.emplace_back(word);
    words[words.size() - 5] = std::to_string(port_);
    words.back() = directory_;
    if (sentinel) words.emplace_back("--sentinel");
    if (!sentinel)
        words.insert(words.end(), {"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"});
    if (!sentinel) words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = directory_ + "/log";
    process_ = fork();
    if (process_ == 0) {
        const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
        dup2(file, 1);
        dup2(file, 2);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    const bool answers = eventually(
        [this] {
            try {
                return !ask({"PING"}).empty();
            } catch (const std::runtime_error&) {
                return false;
            }
        },
        20'000);
    if (!answers) throw std::runtime_error("redis-server does not start: " + log);
}

void Server::kill() {
    connection_.reset();
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

void Server::freeze() { ::kill(process_, SIGSTOP); }
void Server::thaw() { ::kill(process_, SIGCONT); }

redisContext* Server::connection() {
    if (connection_ && connection_->err == 0) return connection_.get();
    connection_.reset(redisConnectWithTimeout("127.0.0.1", port_, {5, 0}));
    if (connection_) redisSetTimeout(connection_.get(), {5, 0});
    if (!password_.empty()) freeReplyObject(redisCommand(connection_.get(), "AUTH %s", password_.c_str()));
    return connection_.get();
}

std::string Server::ask(const Words& words) {
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    for (const auto& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    for (int tries = 0; tries < 2; ++tries) {  // sentinels have the connections to a new master cut
        redisContext* context = connection();
        if (!context || context->err != 0) throw std::runtime_error("no connection to " + place());
        const cache_redis::Reply reply(static_cast<redisReply*>(
            redisCommandArgv(context, static_cast<int>(texts.size()), texts.data(), sizes.data())));
        if (reply) return textOf(reply.get());
    }
    throw std::runtime_error("no answer of " + place());
}

std::unique_ptr<Server> sentinel(const Server& master, int quorum, const Server::Words& more) {
    std::string text =
        "sentinel monitor mymaster 127.0.0.1 " + std::to_string(master.port()) + " " +
        std::to_string(quorum) +
        "\nsentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 3000\n";
    for (const auto& line : more) text += line + "\n";
    return std::make_unique<Server>(Server::Words{text});
}

Cluster::Cluster(size_t replicas) {
    for (size_t i = 0; i < 3 + replicas; ++i)
        servers_.push_back(std::make_unique<Server>(
            Server::Words{"--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
                          "--cluster-config-file", "nodes.conf", "--cluster-replica-validity-factor", "0",
                          "--cluster-require-full-coverage", "no"}));
    const int each = 16384 / 3;
    for (size_t i = 0; i < 3; ++i) {
        const int first = static_cast<int>(i) * each, last = i == 2 ? 16383 : first + each - 1;
        servers_[i]->ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
        servers_[i]->ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    }
    for (size_t i = 1; i < size(); ++i)
        servers_[i]->ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(servers_[0]->port())});
    const auto all = [this](const std::string& part) {
        return eventually(
            [&] {
                for (auto& server : servers_) {
                    if (server->ask({"CLUSTER", "INFO"}).find(part) == std::string::npos) return false;
                }
                return true;
            },
            20'000);
    };
    bool ready = all("cluster_known_nodes:" + std::to_string(size()));
    for (size_t i = 3; ready && i < size(); ++i) {
        const std::string id = idOf(i - 3);
        ready = eventually([&] {
                    return servers_[i]->ask({"CLUSTER", "REPLICATE", id}) == "OK";
                }) &&
                eventually(
                    [&] {
                        return servers_[i]->ask({"INFO", "replication"}).find("master_link_status:up") !=
                               std::string::npos;
                    },
                    20'000);
    }
    if (!ready || !all("cluster_state:ok")) throw std::runtime_error("the cluster does not come together");
}

std::string Cluster::config(const std::string& more) const {
    std::string nodes;
    for (size_t i = 0; i < 2; ++i)
        nodes += (i > 0 ? "," : "") + std::string(R"({"host":"127.0.0.1","port":)") +
                 std::to_string(servers_[i]->port()) + "}";
    return R"({"redis_startup_nodes":[)" + nodes + "]" + more + "}";
}

size_t Cluster::owner(const std::string& key) {
    for (size_t i = 0; i < size(); ++i) {
        if (servers_[i]->runs() && servers_[i]->ask({"GET", key}).rfind("MOVED", 0) != 0) return i;
    }
    return size();
}

void Cluster::move(int slot, size_t from, size_t to) {
    const std::string number = std::to_string(slot);
    servers_[to]->ask({"CLUSTER", "SETSLOT", number, "IMPORTING", idOf(from)});
    servers_[from]->ask({"CLUSTER", "SETSLOT", number, "MIGRATING", idOf(to)});
    const std::string port = std::to_string(servers_[to]->port());
    for (;;) {
        const std::string key = servers_[from]->ask({"CLUSTER", "GETKEYSINSLOT", number, "1"});
        if (key.empty()) break;
        servers_[from]->ask({"MIGRATE", "127.0.0.1", port, key, "0", "5000"});
        pause(3);  // long enough for somebody to be asked in between
    }
    for (const size_t i : {to, from, size_t{3} - to - from})
        servers_[i]->ask({"CLUSTER", "SETSLOT", number, "NODE", idOf(to)});
}

}  // namespace cache_tests

// A server that answers as the test says, in RESP, on a free port of this machine.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cache_tests {

class FakeServer {
public:
    using Words = std::vector<std::string>;
    /// What goes back, as it stands; empty: nothing does. PING and CLUSTER SLOTS can be left to it, too.
    using Answer = std::function<std::string(const Words&)>;
    explicit FakeServer(Answer answer);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    int port() const { return port_; }
    /// All commands but PING so far, each in one line.
    std::vector<std::string> heard() const;
    size_t heard(const std::string& line) const;
    size_t connections() const { return connections_; }
    /// In place of what the function says, to everything.
    void set(Answer answer);

private:
    void run();
    bool serve(int fd, void* reader);

    mutable std::mutex mutex_;
    Answer answer_;
    std::vector<std::string> heard_;
    std::atomic<bool> ending_{false};
    std::atomic<size_t> connections_{0};
    int listener_, port_ = 0;
    std::thread thread_;  // last
};

std::string bulk(const std::string& text);
/// The map of a cluster: {first slot, last slot, port}.
std::string slots(const std::vector<std::array<int, 3>>& ranges, const std::string& host = "127.0.0.1");

}  // namespace cache_tests

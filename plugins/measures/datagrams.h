// A socket for datagrams: UDP, or a unix socket of an agent on the same machine.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace measures {

struct DatagramAddress {
    std::string host, port;  // UDP
    std::string path;        // of a unix socket, then the others are empty
};

/// udp://HOST:PORT, HOST:PORT, unix:///PATH. Throws sluice::ConfigError with `key`.
DatagramAddress datagramAddressOf(const std::string& text, const char* key);

/// [any]: one at a time sends.
class Datagrams {
public:
    explicit Datagrams(DatagramAddress to) : to_(std::move(to)) {}
    ~Datagrams() { drop(); }
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;

    /// 0 if the kernel has taken it, which is all that anybody learns of UDP, or an errno: then nothing of it
    /// has gone out. Waits for at most `timeout` for room in the buffer of a unix socket.
    int send(std::string_view datagram, std::chrono::milliseconds timeout);

private:
    using Clock = std::chrono::steady_clock;
    int open();
    int openUdp();
    int openUnix();
    void drop();

    const DatagramAddress to_;
    std::mutex mutex_;
    // Guarded by mutex_ from here on.
    int fd_ = -1;
    Clock::time_point opened_{};
};

}  // namespace measures

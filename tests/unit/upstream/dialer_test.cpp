#include "upstream/dialer.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/on_loop.h"

using namespace sluice;
using namespace std::chrono_literals;
using base::Clock;
using http::Io;
using Poco::Net::SocketAddress;
using upstream::dial;

namespace {

// A listener on loopback. `silent`: its backlog is full, so that nobody who connects gets an answer.
class Listener {
public:
    explicit Listener(bool silent = false) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(fd_, silent ? 0 : 16) == 0);
        REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        for (int i = 0; silent && i < 4; ++i) {
            const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            (void)::connect(filler, reinterpret_cast<sockaddr*>(&address), size);
            fillers_.push_back(filler);
        }
    }
    ~Listener() {
        for (const int filler : fillers_) ::close(filler);
        ::close(fd_);
    }
    SocketAddress address() const { return {"127.0.0.1", port_}; }

private:
    int fd_;
    uint16_t port_ = 0;
    std::vector<int> fillers_;
};

SocketAddress nobody() {
    const Listener gone;
    return gone.address();
}

}  // namespace

TEST_CASE("of several addresses the first that answers is taken, silent ones are not waited for",
          "[upstream]") {
    const Listener silent(true), another(true), good;
    test::onLoop([&](base::Loop& loop) {
        const auto begin = Clock::now();
        auto got = dial(loop, {silent.address(), another.address(), good.address()}, begin + 20s);
        REQUIRE(got.io == Io::Ok);
        CHECK(got.socket->peerAddress() == good.address());
        CHECK(Clock::now() - begin >= 2 * upstream::kConnectStagger);
        CHECK(Clock::now() - begin < 10s);
    });
}

TEST_CASE("an address that refuses is passed over at once", "[upstream]") {
    const Listener good;
    test::onLoop([&](base::Loop& loop) {
        const auto begin = Clock::now();
        auto got = dial(loop, {nobody(), nobody(), good.address()}, begin + 20s);
        REQUIRE(got.io == Io::Ok);
        CHECK(got.socket->peerAddress() == good.address());
    });
}

TEST_CASE("if none answers: refused by all, too late, or interrupted", "[upstream]") {
    const Listener silent(true), another(true);
    test::onLoop([&](base::Loop& loop) {
        CHECK(dial(loop, {nobody(), nobody()}, Clock::now() + 20s).io == Io::Failed);
        CHECK(dial(loop, {nobody()}, Clock::now() + 20s).io == Io::Failed);
        CHECK(dial(loop, {silent.address(), another.address()}, Clock::now() + 50ms).io == Io::Timeout);
        CHECK(dial(loop, {silent.address(), another.address()}, Clock::now() + 400ms).io == Io::Timeout);
        bool done = false;
        Io how = Io::Ok;
        auto& dialing = loop.spawn([&] {
            how = dial(loop, {silent.address(), another.address()}, Clock::now() + 20s).io;
            done = true;
        });
        (void)base::Fiber::park(Clock::now() + 300ms);  // both are under way
        dialing.interrupt();
        for (int i = 0; i < 100 && !done; ++i) (void)base::Fiber::park(Clock::now() + 5ms);
        CHECK(how == Io::Interrupted);
        for (int i = 0; i < 100 && loop.fibers() > 1; ++i) (void)base::Fiber::park(Clock::now() + 5ms);
        CHECK(loop.fibers() == 1);
    });
}

TEST_CASE("families take turns, beginning with the first", "[upstream]") {
    const SocketAddress a("1.1.1.1", 1), b("1.1.1.2", 1), c("1.1.1.3", 1), x("::1", 1), y("::2", 1);
    using List = std::vector<SocketAddress>;
    CHECK(upstream::interleaved({x, y, a, b, c}) == List{x, a, y, b, c});
    CHECK(upstream::interleaved({a, b}) == List{a, b});
    CHECK(upstream::interleaved({}).empty());
}

#include "wire.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace cache_redis {
namespace {

constexpr uint32_t kBackoffFirstMs = 50, kBackoffMostMs = 2000;
constexpr int64_t kPingMs = 3000;  // of silence
constexpr size_t kReplyMax = 600 << 20, kReadMost = 4 << 20;
constexpr int kElementsMax = 1'000'000;

// The library makes room for as many elements as the server announces.
void* createArray(const redisReadTask* task, int elements) {
    static const auto its_own = [] {
        redisReader* reader = redisReaderCreate();
        const auto function = reader->fn->createArray;
        redisReaderFree(reader);
        return function;
    }();
    return elements > kElementsMax ? nullptr : its_own(task, elements);
}

std::string withinMs(const char* what, uint32_t ms) {
    return std::string("it ") + what + " within " + std::to_string(ms) + " ms";
}

std::shared_ptr<Resolution> socketAt(const std::string& path) {
    auto names = std::make_shared<Resolution>();
    SocketAddress address;
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, path.data(), std::min(path.size(), sizeof un.sun_path - 1));
    std::memcpy(&address.storage, &un, sizeof un);
    address.size = sizeof un;
    names->addresses.push_back(address);
    names->done = true;
    return names;
}

}  // namespace

Wire::Wire(Settings settings, Resolver& resolver, Owner& owner)
    : settings_(std::move(settings)),
      resolver_(resolver),
      owner_(owner),
      backoff_ms_(kBackoffFirstMs),
      draws_(reinterpret_cast<uintptr_t>(this) >> 4) {}

Wire::~Wire() { close(); }

void Wire::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    tls_.reset();
    reader_.reset();
    greeting_.clear();
    out_.clear();
    gone_ = expected_ = 0;
    pinged_ = blocked_ = false;
}

void Wire::fail(std::string why, int64_t now_ms) {
    close();
    names_.reset();
    state_ = State::Down;
    away_ = true;
    // Spread, so that many gateways do not come back in one instant.
    draws_ = draws_ * 6364136223846793005ull + 1442695040888963407ull;
    next_try_ms_ = now_ms + backoff_ms_ + static_cast<int64_t>((draws_ >> 33) % (backoff_ms_ / 2));
    backoff_ms_ = std::min(backoff_ms_ * 2, kBackoffMostMs);
    owner_.wireDown(*this, why);
}

void Wire::tick(int64_t now_ms, bool wanted) {
    const int64_t limit = settings_.timeout_ms;
    switch (state_) {
        case State::Down:
            if (wanted && now_ms >= next_try_ms_) begin(now_ms);
            break;
        case State::Resolving:
            if (names_->done) {
                why_ = names_->fault;
                connectNext(now_ms);
            } else if (now_ms - began_ms_ > 10 * limit) {
                fail("its name cannot be resolved", now_ms);
            }
            break;
        case State::Connecting:
            if (now_ms - began_ms_ <= limit) break;
            why_ = withinMs("does not accept a connection", settings_.timeout_ms);
            connectNext(now_ms);
            break;
        case State::Greeting:
            if (now_ms - began_ms_ > limit) fail(withinMs("does not answer", settings_.timeout_ms), now_ms);
            break;
        case State::Up: {
            const bool waits = expected_ > 0 || pinged_ || gone_ < out_.size();
            if (waits && now_ms - heard_ms_ > limit)
                return fail(withinMs("has not answered", settings_.timeout_ms), now_ms);
            if (waits || now_ms - heard_ms_ < kPingMs) break;
            pinged_ = true;
            heard_ms_ = now_ms;
            write("*1\r\n$4\r\nPING\r\n");
            flush(now_ms);
        }
    }
}

void Wire::begin(int64_t now_ms) {
    began_ms_ = now_ms;
    next_address_ = 0;
    why_ = "it has no address";
    names_ = settings_.place.path.empty() ? resolver_.ask(settings_.place.host, settings_.place.port)
                                          : socketAt(settings_.place.path);
    state_ = State::Resolving;
    if (names_->done) connectNext(now_ms);
}

void Wire::connectNext(int64_t now_ms) {
    close();
    while (next_address_ < names_->addresses.size()) {
        const SocketAddress& address = names_->addresses[next_address_++];
        fd_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd_ < 0) {
            why_ = std::strerror(errno);
            continue;
        }
        const int on = 1;
        if (address.storage.ss_family != AF_UNIX) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        state_ = State::Connecting;
        began_ms_ = now_ms;
        if (connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0)
            return connected(now_ms);
        if (errno == EINPROGRESS) return;
        why_ = std::strerror(errno);
        close();
    }
    fail(why_, now_ms);
}

void Wire::connected(int64_t now_ms) {
    state_ = State::Greeting;
    began_ms_ = now_ms;
    reader_.reset(redisReaderCreate());
    functions_ = *reader_->fn;
    functions_.createArray = createArray;
    reader_->fn = &functions_;
    if (settings_.tls) tls_ = std::make_unique<TlsSession>(*settings_.tls, settings_.place.host);
    greet(now_ms);
}

// All in one go: a server that refuses the first refuses the others, too.
void Wire::greet(int64_t now_ms) {
    std::string commands;
    const auto say = [&](const std::vector<std::string_view>& words) {
        greeting_.emplace_back(words[0]);
        encode(words, commands);
    };
    const Login& login = settings_.login;
    if (!login.password.empty() && !login.user.empty()) say({"AUTH", login.user, login.password});
    if (!login.password.empty() && login.user.empty()) say({"AUTH", login.password});
    const std::string database = std::to_string(settings_.database);
    if (settings_.database > 0) say({"SELECT", database});
    if (settings_.only_master) say({"ROLE"});
    say({"PING"});
    write(commands);
    flush(now_ms);
}

void Wire::greeted(const redisReply& reply, int64_t now_ms) {
    const std::string about = std::move(greeting_.front());
    greeting_.pop_front();
    const std::string code = isError(&reply) ? codeOf(&reply) : "";
    if (about == "AUTH" && !code.empty())
        return fail("it refuses the username or the password (" + code + ")", now_ms);
    if (about == "SELECT" && !code.empty())
        return fail("it has no database " + std::to_string(settings_.database) + " (" + code + ")", now_ms);
    if (about == "ROLE" && reply.type == REDIS_REPLY_ARRAY && reply.elements > 0 &&
        textOf(reply.element[0]) != "master")
        return fail("it is no master", now_ms);
    if (about != "PING") return;
    if (code == "NOAUTH") return fail("it wants a password (NOAUTH)", now_ms);
    // A replica that has lost its master, or an ACL without PING: it answers all the same.
    if (code == "LOADING") return fail("it is loading its data", now_ms);
    state_ = State::Up;
    away_ = false;
    heard_ms_ = now_ms;
    backoff_ms_ = kBackoffFirstMs;
    owner_.wireUp(*this);
}

short Wire::events() const {
    if (state_ == State::Connecting) return POLLOUT;
    return gone_ < out_.size() ? POLLIN | POLLOUT : POLLIN;
}

void Wire::ready(short events, int64_t now_ms) {
    if (state_ == State::Connecting) {
        int fault = 0;
        socklen_t size = sizeof fault;
        getsockopt(fd_, SOL_SOCKET, SO_ERROR, &fault, &size);
        if (fault == 0) return connected(now_ms);
        why_ = std::strerror(fault);
        return connectNext(now_ms);
    }
    if ((events & POLLOUT) != 0) flush(now_ms);
    if (fd_ >= 0 && (events & ~POLLOUT) != 0) receive(now_ms);
}

void Wire::receive(int64_t now_ms) {
    static thread_local std::array<char, 1 << 16> buffer;
    for (size_t all = 0; fd_ >= 0 && all < kReadMost;) {
        const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (got <= 0) return fail(got == 0 ? "it closed the connection" : std::strerror(errno), now_ms);
        heard_ms_ = now_ms;
        all += static_cast<size_t>(got);
        if (!take({buffer.data(), static_cast<size_t>(got)}, now_ms)) return;
    }
    if (fd_ >= 0 && gone_ < out_.size()) flush(now_ms);
}

// False: the connection is gone.
bool Wire::take(std::string_view bytes, int64_t now_ms) {
    const auto lose = [&](const std::string& why) {
        fail(why, now_ms);
        return false;
    };
    std::string plain;
    if (tls_) {
        const bool whole = tls_->receive(bytes, plain);
        tls_->drain(out_);
        if (!whole && plain.empty()) return lose(tls_->fault());
        bytes = plain;
    }
    if (!bytes.empty()) redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
    for (;;) {
        void* raw = nullptr;
        if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK)
            return lose("it does not speak Redis' protocol");
        if (!raw) break;
        Reply reply(static_cast<redisReply*>(raw));
        if (!greeting_.empty()) {
            greeted(*reply, now_ms);
        } else if (pinged_) {
            pinged_ = false;
        } else if (expected_ > 0) {
            --expected_;
            owner_.wireReply(*this, std::move(reply));
        } else {
            return lose("it answers what nobody asked");
        }
        if (fd_ < 0) return false;
    }
    if (reader_->len - reader_->pos > kReplyMax) return lose("its answer is too large");
    return true;
}

void Wire::write(std::string_view plain) {
    if (!tls_) {
        out_ += plain;
        return;
    }
    (void)tls_->send(plain);  // a fault comes back with the next bytes
    tls_->drain(out_);
}

void Wire::send(std::string_view commands, size_t replies, int64_t now_ms) {
    if (expected_ == 0 && !pinged_) heard_ms_ = now_ms;  // the silence begins now
    expected_ += replies;
    write(commands);
}

void Wire::flush(int64_t now_ms) {
    while (fd_ >= 0 && gone_ < out_.size()) {
        const ssize_t sent = ::send(fd_, out_.data() + gone_, out_.size() - gone_, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            blocked_ = true;
            break;
        }
        if (sent < 0) return fail(std::strerror(errno), now_ms);
        if (blocked_) heard_ms_ = now_ms;  // it reads: a large value takes its time
        blocked_ = false;
        gone_ += static_cast<size_t>(sent);
    }
    if (gone_ * 2 >= out_.size()) {
        out_.erase(0, gone_);
        gone_ = 0;
        if (out_.empty() && out_.capacity() > 1 << 20) out_.shrink_to_fit();
    }
}

}  // namespace cache_redis

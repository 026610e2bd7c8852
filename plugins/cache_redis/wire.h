// One connection to one server, without blocking: resolves, connects, shakes hands, logs in, and from then on
// commands go out and replies come back in their order. It connects again by itself, with pauses that grow.
// All of it on the thread of the engine, which polls fd().
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "options.h"
#include "reply.h"
#include "resolver.h"

namespace cache_redis {

class Wire {
public:
    class Owner {
    public:
        virtual void wireUp(Wire& wire) = 0;
        /// What was sent and not answered will not be. Also after each vain attempt to connect.
        virtual void wireDown(Wire& wire, const std::string& why) = 0;
        virtual void wireReply(Wire& wire, Reply reply) = 0;

    protected:
        ~Owner() = default;
    };
    struct Settings {
        Place place;
        Login login;
        int database = 0;
        bool only_master = false;         // a replica is as good as nobody
        const TlsContext* tls = nullptr;  // none: in clear
        uint32_t timeout_ms = 1000;       // to connect; and of silence
    };

    Wire(Settings settings, Resolver& resolver, Owner& owner);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// Time has gone by. `wanted`: it shall be connected.
    void tick(int64_t now_ms, bool wanted);
    int fd() const { return fd_; }  // -1: nothing to poll
    short events() const;
    void ready(short events, int64_t now_ms);

    /// Only while it is up. flush() lets them go.
    void send(std::string_view commands, size_t replies, int64_t now_ms);
    void flush(int64_t now_ms);
    /// It is of no use any more: as if the connection had broken.
    void fail(std::string why, int64_t now_ms);  // why: by value, it may be of what is closed

    bool up() const { return state_ == State::Up; }
    /// Its last attempt was in vain.
    bool away() const { return away_; }
    bool resting() const { return state_ == State::Down; }
    /// Nobody has looked at the network for that long: it is not the server's silence.
    void excuse(int64_t gap_ms) {
        heard_ms_ += gap_ms;
        began_ms_ += gap_ms;
    }

private:
    enum class State { Down, Resolving, Connecting, Greeting, Up };
    void begin(int64_t now_ms);
    void connectNext(int64_t now_ms);
    void connected(int64_t now_ms);
    void greet(int64_t now_ms);
    void greeted(const redisReply& reply, int64_t now_ms);
    void receive(int64_t now_ms);
    bool take(std::string_view bytes, int64_t now_ms);
    void write(std::string_view plain);
    void close();
    struct FreeReader {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    const Settings settings_;
    Resolver& resolver_;
    Owner& owner_;
    State state_ = State::Down;
    bool away_ = false, blocked_ = false;
    int fd_ = -1;
    int64_t next_try_ms_ = 0, began_ms_ = 0, heard_ms_ = 0;
    uint32_t backoff_ms_;
    uint64_t draws_;
    std::shared_ptr<Resolution> names_;
    size_t next_address_ = 0;
    std::unique_ptr<TlsSession> tls_;
    std::unique_ptr<redisReader, FreeReader> reader_;
    redisReplyObjectFunctions functions_{};
    std::deque<std::string> greeting_;  // what the next replies are about
    std::string out_, why_;
    size_t gone_ = 0;      // of out_
    size_t expected_ = 0;  // replies, without those of the greeting and the ping
    bool pinged_ = false;
};

}  // namespace cache_redis

#include "base/fd_watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "base/loop.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

namespace {

TimePoint in(int ms) { return Clock::now() + milliseconds(ms); }

// Two connected, non-blocking ends of a stream.
struct Ends {
    int mine = -1;
    int peer = -1;
    Ends() {
        std::array<int, 2> fds{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
        mine = fds[0];
        peer = fds[1];
    }
    ~Ends() {
        peerCloses();
        ::close(mine);
    }
    void peerSends(std::string_view text) const {
        REQUIRE(::write(peer, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    void peerFinishes() const { ::shutdown(peer, SHUT_WR); }
    void peerCloses() {
        if (peer >= 0) ::close(peer);
        peer = -1;
    }
    size_t peerReadsAll() const { return readAll(peer); }
    size_t readAll() const { return readAll(mine); }
    void writeUntilFull() const {
        const std::string block(16 * 1024, 'x');
        while (::write(mine, block.data(), block.size()) > 0) continue;
    }

private:
    static size_t readAll(int fd) {
        std::array<char, 16 * 1024> buffer;
        size_t total = 0;
        for (ssize_t n; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) total += static_cast<size_t>(n);
        return total;
    }
};

}  // namespace

TEST_CASE("a new watch is readable and writable until the user finds out otherwise", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(watch.waitWritable(in(5000)) == Wake::Ready);
        CHECK_FALSE(watch.peerFinished());
        CHECK_FALSE(watch.hungUp());
    });
}

TEST_CASE("after drained() a reader parks until bytes come", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        CHECK(ends.readAll() == 0);
        watch.drained();
        CHECK(watch.waitReadable(in(2)) == Wake::Timeout);
        loop.spawn([&] { ends.peerSends("hello"); });
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(ends.readAll() == 5);
    });
}

TEST_CASE("bytes that came before the wait are not missed", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        watch.drained();
        yieldOnce(loop);
        watch.drained();  // the edge of the registration is over
        ends.peerSends("early");
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(ends.readAll() == 5);
    });
}

TEST_CASE("after filled() a writer parks until the peer has read", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        ends.writeUntilFull();
        watch.filled();
        CHECK(watch.waitWritable(in(2)) == Wake::Timeout);
        loop.spawn([&] { CHECK(ends.peerReadsAll() > 0); });
        CHECK(watch.waitWritable(in(5000)) == Wake::Ready);
    });
}

TEST_CASE("one fiber reads while another writes on the same descriptor", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        ends.writeUntilFull();
        watch.filled();
        watch.drained();
        Wake read = Wake::Timeout, written = Wake::Timeout;
        loop.spawn([&] { read = watch.waitReadable(in(5000)); });
        loop.spawn([&] { written = watch.waitWritable(in(5000)); });
        yieldOnce(loop);
        ends.peerSends("x");
        yieldOnce(loop);
        yieldOnce(loop);
        CHECK(read == Wake::Ready);
        CHECK(written == Wake::Timeout);
        CHECK(ends.peerReadsAll() > 0);
        yieldOnce(loop);
        yieldOnce(loop);
        CHECK(written == Wake::Ready);
    });
}

TEST_CASE("a peer that finishes is seen, and may still be written to", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        FdWatch watch(loop, ends.mine);
        watch.drained();
        loop.spawn([&] { ends.peerFinishes(); });
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(watch.peerFinished());
        CHECK_FALSE(watch.hungUp());
        CHECK(::write(ends.mine, "still there", 11) == 11);
        CHECK(ends.peerReadsAll() == 11);
    });
}

TEST_CASE("a peer that closes has hung up, and wakes reader and writer", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        watch.drained();
        loop.spawn([&] { ends.peerCloses(); });
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(watch.peerFinished());
        CHECK(watch.hungUp());
        CHECK(watch.waitWritable(in(5000)) == Wake::Ready);
    });
}

TEST_CASE("a hangup interrupts a fiber that waits for something else", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        watch.interruptOnHangup(Fiber::current());
        loop.spawn([&] { ends.peerCloses(); });
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
        CHECK(watch.hungUp());
    });
}

TEST_CASE("FIN interrupts only if that was asked for", "[base]") {
    for (const bool asked : {false, true}) {
        onLoop([asked](Loop& loop) {
            Ends ends;
            FdWatch watch(loop, ends.mine);
            yieldOnce(loop);
            watch.interruptOnHangup(Fiber::current());
            watch.interruptOnFinish(asked);
            loop.spawn([&] { ends.peerFinishes(); });
            CHECK(Fiber::park(in(asked ? 5000 : 5)) == (asked ? Wake::Interrupted : Wake::Timeout));
            CHECK(watch.peerFinished());
            CHECK_FALSE(watch.hungUp());
        });
    }
}

TEST_CASE("a wake-up for another reason does not end a wait for bytes", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        watch.drained();
        yieldOnce(loop);
        watch.drained();
        Fiber* self = Fiber::current();
        loop.spawn([self] { self->wake(); });
        CHECK(watch.waitReadable(in(5)) == Wake::Timeout);
    });
}

TEST_CASE("an uninterruptible writer waits through an interrupt", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        ends.writeUntilFull();
        watch.filled();
        Fiber::current()->interrupt();
        CHECK(watch.waitWritable(in(5000)) == Wake::Interrupted);
        CHECK(watch.waitWritable(in(5), false) == Wake::Timeout);
        loop.spawn([&] { CHECK(ends.peerReadsAll() > 0); });
        CHECK(watch.waitWritable(in(5000), false) == Wake::Ready);
    });
}

TEST_CASE("bytes do not interrupt, and a null fiber ends the interrupts", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        FdWatch watch(loop, ends.mine);
        watch.interruptOnHangup(Fiber::current());
        loop.spawn([&] { ends.peerSends("x"); });
        CHECK(Fiber::park(in(5)) == Wake::Timeout);
        watch.interruptOnHangup(nullptr);
        loop.spawn([&] { ends.peerCloses(); });
        CHECK(Fiber::park(in(5)) == Wake::Timeout);
        CHECK(watch.hungUp());
    });
}

TEST_CASE("FIN and then the end of the connection are two pieces of news", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        FdWatch watch(loop, ends.mine);
        yieldOnce(loop);
        watch.interruptOnHangup(Fiber::current());
        watch.interruptOnFinish(true);
        loop.spawn([&] { ends.peerFinishes(); });
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
        Fiber::current()->clearInterrupt();
        loop.spawn([&] { ends.peerCloses(); });
        CHECK(Fiber::park(in(5000)) == Wake::Interrupted);
        CHECK(watch.hungUp());
    });
}

TEST_CASE("an interrupt ends a wait for bytes, and the descriptor can be waited for again", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        FdWatch watch(loop, ends.mine);
        watch.drained();
        yieldOnce(loop);
        watch.drained();
        Fiber* self = Fiber::current();
        loop.spawn([self] { self->interrupt(); });
        CHECK(watch.waitReadable(in(5000)) == Wake::Interrupted);
        self->clearInterrupt();
        loop.spawn([&] { ends.peerSends("x"); });
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
    });
}

TEST_CASE("a watch that dies takes its registration along", "[base]") {
    onLoop([](Loop& loop) {
        const Ends ends;
        for (int i = 0; i < 3; ++i) {
            FdWatch watch(loop, ends.mine);
            watch.drained();
            loop.spawn([&] { ends.peerSends("x"); });
            CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
            CHECK(ends.readAll() == 1);
        }
        ends.peerSends("nobody listens");
        yieldOnce(loop);
        yieldOnce(loop);
    });
}

TEST_CASE("a descriptor that cannot be watched is as good as one whose peer has gone", "[base]") {
    onLoop([](Loop& loop) {
        FdWatch watch(loop, -1);
        CHECK_FALSE(watch.hungUp());
        watch.drained();
        CHECK(watch.waitReadable(in(5000)) == Wake::Ready);
        CHECK(watch.hungUp());
    });
}

TEST_CASE("a watch that ends before the loop has looked at it leaves nothing behind", "[base]") {
    onLoop([](Loop& loop) {
        Ends ends;
        { const FdWatch watch(loop, ends.mine); }
        FdWatch again(loop, ends.mine);
        again.drained();
        ends.peerSends("x");
        CHECK(again.waitReadable(in(5000)) == Wake::Ready);
        CHECK_FALSE(again.hungUp());
    });
}

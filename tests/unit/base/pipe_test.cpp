#include "base/pipe.h"

#include "base/loop.h"
#include "support/on_loop.h"

using namespace sluice::base;
using sluice::test::onLoop;
using sluice::test::yieldOnce;

namespace {

TimePoint in(int ms) { return Clock::now() + milliseconds(ms); }

std::string readToEnd(Pipe& pipe, size_t max) {
    std::string all;
    for (;;) {
        const size_t before = all.size();
        REQUIRE(pipe.read(all, max, in(5000)) == Wake::Ready);
        REQUIRE(all.size() - before <= max);
        if (all.size() == before) return all;
    }
}

}  // namespace

TEST_CASE("what goes in comes out, and the end is seen after the last byte", "[base]") {
    for (const size_t capacity : {1, 3, 64}) {
        for (const size_t max : {1, 2, 1000}) {
            onLoop([=](Loop& loop) {
                Pipe pipe(capacity);
                const std::string text = "the quick brown fox jumps over the lazy dog";
                loop.spawn([&] {
                    CHECK(pipe.write(text.substr(0, 20), in(5000)) == Wake::Ready);
                    CHECK(pipe.write("", in(5000)) == Wake::Ready);
                    CHECK(pipe.write(text.substr(20), in(5000)) == Wake::Ready);
                    pipe.finish();
                });
                CHECK(readToEnd(pipe, max) == text);
                CHECK(pipe.finished());
            });
        }
    }
}

TEST_CASE("a writer parks while the pipe is full", "[base]") {
    onLoop([](Loop& loop) {
        Pipe pipe(4);
        bool done = false;
        loop.spawn([&] {
            CHECK(pipe.write("abcdef", in(5000)) == Wake::Ready);
            done = true;
        });
        yieldOnce(loop);
        CHECK_FALSE(done);
        std::string out;
        CHECK(pipe.read(out, 100, in(5000)) == Wake::Ready);
        CHECK(out == "abcd");  // no more than the capacity was held
        yieldOnce(loop);
        CHECK(done);
        CHECK(pipe.read(out, 100, in(5000)) == Wake::Ready);
        CHECK(out == "abcdef");
    });
}

TEST_CASE("reader and writer time out", "[base]") {
    onLoop([](Loop&) {
        Pipe pipe(2);
        std::string out;
        CHECK(pipe.read(out, 10, in(2)) == Wake::Timeout);
        CHECK(pipe.write("abc", in(2)) == Wake::Timeout);
        CHECK(pipe.read(out, 10, in(2)) == Wake::Ready);
        CHECK(out == "ab");
    });
}

TEST_CASE("close() wakes a parked writer and refuses later ones", "[base]") {
    onLoop([](Loop& loop) {
        Pipe pipe(2);
        Wake written = Wake::Ready;
        loop.spawn([&] { written = pipe.write("abcdef", in(5000)); });
        yieldOnce(loop);
        pipe.close();
        yieldOnce(loop);
        CHECK(written == Wake::Interrupted);
        CHECK(pipe.closed());
        CHECK(pipe.write("x", in(5000)) == Wake::Interrupted);
    });
}

TEST_CASE("finish() wakes a parked reader; what is left comes first", "[base]") {
    onLoop([](Loop& loop) {
        Pipe pipe(8);
        loop.spawn([&] { pipe.finish(); });
        std::string out;
        CHECK(pipe.read(out, 10, in(5000)) == Wake::Ready);
        CHECK(out.empty());
    });
    onLoop([](Loop&) {
        Pipe pipe(8);
        CHECK(pipe.write("last", in(5000)) == Wake::Ready);
        pipe.finish();
        CHECK(readToEnd(pipe, 3) == "last");
    });
}

TEST_CASE("a pipe is readable if a read would not wait", "[base]") {
    onLoop([](Loop&) {
        Pipe pipe(8);
        CHECK_FALSE(pipe.readable());
        CHECK(pipe.write("x", in(5000)) == Wake::Ready);
        CHECK(pipe.readable());
        std::string out;
        CHECK(pipe.read(out, 10, in(5000)) == Wake::Ready);
        CHECK_FALSE(pipe.readable());
        pipe.finish();
        CHECK(pipe.readable());
    });
}

TEST_CASE("an interrupt ends the wait of a reader and of a writer", "[base]") {
    onLoop([](Loop& loop) {
        Pipe pipe(1);
        std::string out;
        Fiber* self = Fiber::current();
        loop.spawn([self] { self->interrupt(); });
        CHECK(pipe.read(out, 10, in(5000)) == Wake::Interrupted);
        CHECK(pipe.write("ab", in(5000)) == Wake::Interrupted);
        CHECK(pipe.read(out, 10, in(5000)) == Wake::Ready);  // what is there needs no wait
        CHECK(out == "a");
    });
}

TEST_CASE("a megabyte through a small pipe", "[base]") {
    onLoop([](Loop& loop) {
        Pipe pipe(1000);
        std::string text;
        for (int i = 0; text.size() < 1'000'000; ++i) text += std::to_string(i);
        loop.spawn([&] {
            for (size_t at = 0; at < text.size(); at += 777) {
                REQUIRE(pipe.write(std::string_view(text).substr(at, 777), in(5000)) == Wake::Ready);
            }
            pipe.finish();
        });
        CHECK(readToEnd(pipe, 555) == text);
    });
}

// FakeHost: streams. The expectations are the gateway's rules of sluice/stream.h.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>
#include <sluice/text.hpp>

namespace {

using sluice::Hold;
using sluice::Verdict;
using sluice::testing::FakeHost;

// Subscribes as the static members say, writes down every window, and does what `act` says.
struct Watcher {
    static inline int32_t mode;
    static inline Hold how;
    static inline uint32_t lanes;
    static inline std::vector<std::string> windows;
    static inline Verdict (*act)(const sluice::Stream&);

    Watcher(std::string_view, sluice::Host) {}
    Verdict pre_call(sluice::Request r) {
        const bool done = mode == SLUICE_STREAM_OBSERVE ? r.observe(lanes, how)
                          : mode == SLUICE_STREAM_GATE  ? r.gate(lanes, how)
                                                        : r.rewrite(lanes, how);
        return done ? Verdict::Continue : Verdict::Failed;
    }
    Verdict on_stream(sluice::Stream s) {
        windows.push_back(std::string(s.window()) + "|" + std::string(s.text()) + (s.ended() ? "$" : ""));
        return act(s);
    }
};

Verdict hold(const sluice::Stream& s) { return s.hold(); }
Verdict pass(const sluice::Stream&) { return Verdict::Continue; }

// Puts *** in the place of "secret", whatever the cuts.
struct Redacts {
    sluice::Redactor redactor{{[](std::string_view text) {
                                   std::vector<sluice::Span> spans;
                                   for (size_t at = 0;
                                        (at = text.find("secret", at)) != std::string_view::npos; at += 6)
                                       spans.push_back({at, at + 6});
                                   return spans;
                               },
                               6},
                              [](std::string_view) { return "***"; }};
    Redacts(std::string_view, sluice::Host) {}
    Verdict pre_call(sluice::Request r) {
        return r.rewrite(SLUICE_LANE_TEXT) ? Verdict::Continue : Verdict::Failed;
    }
    Verdict on_stream(sluice::Stream s) { return redactor.redact(s); }
};

struct Streams {
    FakeHost host;
    sluice::testing::FakePlugin plugin = host.load<Watcher>();
    sluice::testing::FakeRequest request = host.request();

    sluice::testing::FakeStream open(int32_t mode, Verdict (*act)(const sluice::Stream&), Hold how = {},
                                     uint32_t lanes = SLUICE_LANE_TEXT) {
        Watcher::windows.clear();
        Watcher::mode = mode;
        Watcher::act = act;
        Watcher::how = how;
        Watcher::lanes = lanes;
        REQUIRE(plugin.preCall(request).continued());
        return host.stream(request);
    }
    using Windows = std::vector<std::string>;
};

}  // namespace

TEST_CASE("what comes out does not depend on the cuts") {
    FakeHost host;
    auto plugin = host.load<Redacts>();
    for (uint64_t seed = 0; seed < 200; ++seed) {
        const auto request = host.request();
        plugin.preCall(request);
        CHECK(host.stream(request).run("a secret, größer: secre secret secretsecret", seed) ==
              "a ***, größer: secre *** ******");
    }
}

TEST_CASE_METHOD(Streams, "a window grows until it is released") {
    auto stream = open(SLUICE_STREAM_GATE, hold);
    stream.push("ab");
    stream.push("c");
    CHECK(stream.text().empty());
    stream.end();
    CHECK(stream.text() == "abc");
    CHECK(Watcher::windows == Windows{"ab|ab", "abc|c", "abc|$"});
}

TEST_CASE_METHOD(Streams, "observing holds nothing") {
    auto stream = open(SLUICE_STREAM_OBSERVE, hold);
    stream.push("ab");
    CHECK(stream.text() == "ab");
    stream.push("c");
    CHECK(Watcher::windows == Windows{"ab|ab", "c|c"});
}

TEST_CASE_METHOD(Streams, "a cut inside a character waits for the rest") {
    auto stream = open(SLUICE_STREAM_GATE, pass);
    stream.push("x\xE2\x82");
    CHECK(stream.text() == "x");
    stream.push("\xAC");
    CHECK(stream.text() == "x\u20AC");
}

TEST_CASE_METHOD(Streams, "grains show whole units") {
    auto stream = open(SLUICE_STREAM_GATE, pass, {sluice::Grain::Sentence});
    stream.push("One. Tw");
    stream.push("o! ");
    stream.push("\u4f60\u597d\u3002x");
    stream.end();
    CHECK(Watcher::windows ==
          Windows{"One. |One. ", "Two! |Two! ", "\u4f60\u597d\u3002|\u4f60\u597d\u3002", "x|x$"});
    CHECK(stream.text() == "One. Two! \u4f60\u597d\u3002x");
}

TEST_CASE_METHOD(Streams, "edits stand in what is released") {
    auto stream = open(SLUICE_STREAM_REWRITE, [](const sluice::Stream& s) {
        CHECK_FALSE(s.replace(2, 9, "too long"));
        if (s.window().size() > 3) s.replace(1, 2, "[]");
        return s.release(3);
    });
    stream.push("abcd");
    CHECK(stream.text() == "a[]");
    stream.end();
    CHECK(stream.text() == "a[]d");
}

TEST_CASE_METHOD(Streams, "an edit of what is held is a failed hook, which closes or lets through") {
    const auto edit = [](const sluice::Stream& s) {
        s.replace(0, 1, "X");
        return s.hold();
    };
    SECTION("closed") {
        auto stream = open(SLUICE_STREAM_REWRITE, edit);
        CHECK_FALSE(stream.push("abc"));
        CHECK(stream.aborted());
        CHECK(stream.text().empty());
    }
    SECTION("open") {
        plugin.failOpen();
        auto stream = open(SLUICE_STREAM_REWRITE, edit);
        CHECK(stream.push("abc"));
        CHECK(stream.text() == "abc");
    }
}

TEST_CASE_METHOD(Streams, "a stream that is aborted says why") {
    auto stream = open(SLUICE_STREAM_GATE, [](const sluice::Stream& s) {
        return s.window().find("bad") == std::string_view::npos ? Verdict::Continue : s.abort({"bad word"});
    });
    CHECK(stream.push("good "));
    CHECK_FALSE(stream.push("bad"));
    CHECK_FALSE(stream.push("more"));
    CHECK(stream.text() == "good ");
    CHECK(request.blockMessage() == "bad word");
}

TEST_CASE_METHOD(Streams, "text is not held for longer than it may be") {
    SECTION("in bytes, closed") {
        auto stream = open(SLUICE_STREAM_GATE, hold, {sluice::Grain::Arrival, 4});
        CHECK(stream.push("1234"));
        CHECK_FALSE(stream.push("5"));
    }
    SECTION("in milliseconds, released") {
        auto stream =
            open(SLUICE_STREAM_GATE, hold, {sluice::Grain::Arrival, 0, 300, sluice::HoldPolicy::Release});
        stream.push("ab");
        host.advance(200);
        stream.push("c");  // does not prolong it
        CHECK(stream.text().empty());
        host.advance(100);
        CHECK(stream.text() == "abc");
        CHECK(request.notScannedReason() == "text was held beyond max_hold_ms");
    }
    SECTION("what the grain kept back is shown first") {
        auto stream = open(SLUICE_STREAM_GATE, pass, {sluice::Grain::Line, 4});
        CHECK(stream.push("12345"));
        CHECK(stream.text() == "12345");
        CHECK(Watcher::windows == Windows{"12345|12345"});
    }
}

TEST_CASE_METHOD(Streams, "lanes and choices are texts of their own") {
    auto stream = open(SLUICE_STREAM_GATE, hold, {}, SLUICE_LANE_TEXT | SLUICE_LANE_TOOL_ARGS);
    stream.push("a", SLUICE_LANE_TEXT, 0);
    stream.push("b", SLUICE_LANE_TEXT, 1);
    stream.push("{}", SLUICE_LANE_TOOL_ARGS);
    stream.push("thinks", SLUICE_LANE_REASONING);
    CHECK(stream.text(SLUICE_LANE_REASONING) == "thinks");  // nobody subscribed to it
    stream.endText(SLUICE_LANE_TEXT, 1);
    CHECK(stream.text(SLUICE_LANE_TEXT, 1) == "b");
    CHECK(stream.text(SLUICE_LANE_TEXT, 0).empty());
    stream.end();
    CHECK(Watcher::windows == Windows{"a|a", "b|b", "{}|{}", "b|$", "a|$", "{}|$"});
    CHECK(request.data().answer.lanes[SLUICE_LANE_TEXT] == "ab");
}

TEST_CASE_METHOD(Streams, "who was loaded last sees the stream first") {
    auto redacts = host.load<Redacts>();
    Watcher::mode = SLUICE_STREAM_OBSERVE;
    Watcher::lanes = SLUICE_LANE_TEXT;
    Watcher::act = pass;
    Watcher::windows.clear();
    plugin.preCall(request);
    redacts.preCall(request);
    CHECK(host.stream(request).run("secret", 3) == "***");
    CHECK(Watcher::windows.back() == "***|***$");
}

TEST_CASE_METHOD(Streams, "events cannot be rewritten") {
    Watcher::mode = SLUICE_STREAM_REWRITE;
    Watcher::lanes = SLUICE_LANE_META;
    CHECK(plugin.preCall(request).failed());
}

TEST_CASE("what is UTF-8") {
    for (const char* text : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
        CHECK(sluice::testing::isUtf8(text));
    for (const char* text :
         {"\xC3", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
        CHECK_FALSE(sluice::testing::isUtf8(text));
}

TEST_CASE_METHOD(Streams, "a text that never began is not shown, whoever asks for it") {
    auto stream = open(SLUICE_STREAM_GATE, hold);
    CHECK(stream.text().empty());
    CHECK(stream.endText());
    CHECK(stream.end());
    CHECK(Watcher::windows.empty());
}

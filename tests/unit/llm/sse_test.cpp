#include "llm/sse.h"

using namespace sluice;
using llm::SseEvent;
using llm::SseSplitter;

namespace {

struct Event {
    std::string raw, data, name;
    bool has_data;
};

std::vector<Event> split(const std::vector<std::string_view>& pieces, std::string* partial = nullptr) {
    SseSplitter splitter(1 << 20);
    std::vector<Event> events;
    for (const auto piece : pieces) {
        const std::string copy(piece);  // dies before the next feed
        splitter.feed(copy);
        SseEvent event;
        while (splitter.next(event))
            events.push_back(
                {std::string(event.raw), std::string(event.data), std::string(event.name), event.has_data});
    }
    if (partial) *partial = splitter.partial();
    CHECK(splitter.hasPartial() == !splitter.partial().empty());
    return events;
}

std::vector<Event> splitWhole(std::string_view text, std::string* partial = nullptr) {
    return split({text}, partial);
}

}  // namespace

TEST_CASE("events are cut at blank lines and handed on as they came", "[llm]") {
    std::string partial;
    const auto events =
        splitWhole("data: one\n\nevent: ping\ndata: two\nid: 7\n\n: comment\n\ndata: part", &partial);
    REQUIRE(events.size() == 3);
    CHECK(events[0].raw == "data: one\n\n");
    CHECK(events[0].data == "one");
    CHECK(events[0].name.empty());
    CHECK(events[1].raw == "event: ping\ndata: two\nid: 7\n\n");
    CHECK(events[1].data == "two");
    CHECK(events[1].name == "ping");
    CHECK(events[2].raw == ": comment\n\n");
    CHECK_FALSE(events[2].has_data);
    CHECK(partial == "data: part");
}

TEST_CASE("fields as the specification has them", "[llm]") {
    struct Case {
        const char* raw;
        const char* data;
        const char* name;
        bool has_data;
    };
    for (const auto& c : {Case{"data:x\n\n", "x", "", true},
                          {"data: x\n\n", "x", "", true},
                          {"data:  x\n\n", " x", "", true},
                          {"data\n\n", "", "", true},
                          {"data:\n\n", "", "", true},
                          {"data: a\ndata: b\n\n", "a\nb", "", true},
                          {"data: a\ndata:\ndata: c\n\n", "a\n\nc", "", true},
                          {"data\ndata\n\n", "\n", "", true},
                          {"event: a\nevent: b\ndata: x\n\n", "x", "b", true},
                          {"datax: y\n\n", "", "", false},
                          {" data: y\n\n", "", "", false},
                          {"Data: y\n\n", "", "", false},
                          {"retry: 1\nid\n\n", "", "", false},
                          {":\n\n", "", "", false},
                          {"data: a:b: c\n\n", "a:b: c", "", true},
                          {"\n", "", "", false}}) {
        CAPTURE(c.raw);
        const auto events = splitWhole(c.raw);
        REQUIRE(events.size() == 1);
        CHECK(events[0].raw == c.raw);
        CHECK(events[0].data == c.data);
        CHECK(events[0].name == c.name);
        CHECK(events[0].has_data == c.has_data);
    }
}

TEST_CASE("lines may end with LF, CRLF or CR, also mixed", "[llm]") {
    for (const char* raw : {"data: a\r\ndata: b\r\n\r\n", "data: a\rdata: b\r\rX", "data: a\ndata: b\r\n\r\n",
                            "data: a\r\ndata: b\n\n", "data: a\rdata: b\n\n", "data: a\ndata: b\r\n\n"}) {
        CAPTURE(raw);
        const auto events = splitWhole(raw);
        REQUIRE(events.size() == 1);
        CHECK(events[0].data == "a\nb");
    }
}

TEST_CASE("every cut gives the same events", "[llm]") {
    const std::string text =
        "data: one\n\nevent: e\r\ndata: two\r\ndata: more\r\n\r\n: c\n\ndata: "
        "gr\xc3\xbc\xc3\x9f\r\r\n\n\ndata: [DONE]\n\nrest\r";
    std::string rest;
    const auto whole = splitWhole(text, &rest);
    REQUIRE(whole.size() >= 5);
    const auto same = [&](const std::vector<std::string_view>& pieces) {
        std::string partial, joined;
        const auto events = split(pieces, &partial);
        bool equal = events.size() == whole.size() && partial == rest;
        for (size_t i = 0; equal && i < events.size(); ++i) {
            equal = events[i].raw == whole[i].raw && events[i].data == whole[i].data &&
                    events[i].name == whole[i].name && events[i].has_data == whole[i].has_data;
            joined += events[i].raw;
        }
        return equal && joined + partial == text;
    };
    const std::string_view view = text;
    std::vector<std::string_view> bytes;
    for (size_t i = 0; i < view.size(); ++i) bytes.push_back(view.substr(i, 1));
    CHECK(same(bytes));
    for (size_t a = 0; a <= view.size(); ++a) {
        CAPTURE(a);
        CHECK(same({view.substr(0, a), view.substr(a)}));
        for (size_t b = a; b <= view.size(); ++b)
            REQUIRE(same({view.substr(0, a), view.substr(a, b - a), view.substr(b)}));
    }
}

TEST_CASE("views of an event live until the next call, from a piece or put together", "[llm]") {
    SseSplitter splitter(1000);
    SseEvent event;
    splitter.feed("data: on");
    CHECK_FALSE(splitter.next(event));
    splitter.feed("e\ndata: two\n\ndata: three\n\n");
    REQUIRE(splitter.next(event));
    CHECK(event.raw == "data: one\ndata: two\n\n");
    CHECK(event.data == "one\ntwo");
    REQUIRE(splitter.next(event));
    CHECK(event.data == "three");
    CHECK_FALSE(splitter.next(event));
    CHECK_FALSE(splitter.hasPartial());
}

TEST_CASE("an event has a bound", "[llm]") {
    SseSplitter splitter(100);
    SseEvent event;
    const std::string piece(60, 'x');
    splitter.feed(piece);
    CHECK_FALSE(splitter.next(event));
    CHECK_FALSE(splitter.tooLarge());
    splitter.feed(piece);
    CHECK_FALSE(splitter.next(event));
    CHECK(splitter.tooLarge());
}

TEST_CASE("an event that comes whole and is too large is too large as well", "[llm]") {
    SseSplitter splitter(100);
    SseEvent event;
    const std::string piece = "data: " + std::string(200, 'x') + "\n\n";
    splitter.feed(piece);
    const bool got = splitter.next(event);
    CHECK((splitter.tooLarge() || !got));
}

TEST_CASE("a long event that comes byte by byte is not looked through again and again", "[llm]") {
    SseSplitter splitter(10'000'000);
    SseEvent event;
    const std::string piece = "data: 0123456789\n";
    for (int i = 0; i < 100'000; ++i) {
        splitter.feed(piece);
        REQUIRE_FALSE(splitter.next(event));
    }
    splitter.feed("\n");
    REQUIRE(splitter.next(event));
    CHECK(event.data.size() == 100'000 * 11 - 1);
}

TEST_CASE("a byte order mark at the start of the stream is stepped over", "[llm]") {
    const auto events = splitWhole(
        "\xef\xbb\xbf"
        "data: x\n\ndata: y\n\n");
    REQUIRE(events.size() == 2);
    CHECK(events[0].has_data);
    CHECK(events[0].data == "x");
}

#include "http/body.h"

#include "base/limits.h"

using namespace sluice;
using http::BodyDecoder;
using http::End;
using http::Framing;

namespace {

struct Decoded {
    std::string body;
    BodyDecoder::Step last;  // NeedMore: the input ended first
    End at_eof;
    size_t used;  // bytes of the input that belong to the body
    bool operator==(const Decoded&) const = default;
};

// As a connection does it: the decoder sees the unused rest plus the next piece.
Decoded decode(Framing framing, uint64_t length, const std::vector<std::string_view>& pieces) {
    BodyDecoder decoder;
    decoder.start(framing, length);
    Decoded result{{}, BodyDecoder::Step::NeedMore, End::NotYet, 0};
    std::string rest;
    for (const auto piece : pieces) {
        rest += piece;
        for (;;) {
            size_t consumed = 0;
            std::string_view data;
            result.last = decoder.next(rest, consumed, data);
            REQUIRE(consumed <= rest.size());
            if (result.last == BodyDecoder::Step::Data) result.body += data;
            if (result.last == BodyDecoder::Step::Fault) return result;
            result.used += consumed;
            rest.erase(0, consumed);
            if (result.last == BodyDecoder::Step::Done) break;
            if (consumed == 0) break;
        }
    }
    result.at_eof = decoder.atEof();
    return result;
}

// Whole, byte by byte, and cut at every position: always the same.
Decoded decodeHowever(Framing framing, uint64_t length, const std::string& text) {
    const auto whole = decode(framing, length, {text});
    std::vector<std::string_view> bytes;
    for (size_t i = 0; i < text.size(); ++i) bytes.push_back(std::string_view(text).substr(i, 1));
    CHECK(decode(framing, length, bytes).last == whole.last);
    for (size_t at = 1; at < text.size(); ++at) {
        const auto cut = decode(framing, length,
                                {std::string_view(text).substr(0, at), std::string_view(text).substr(at)});
        CAPTURE(text, at);
        CHECK(cut.last == whole.last);
        if (whole.last != BodyDecoder::Step::Fault)
            CHECK((cut.body == whole.body && cut.used == whole.used && cut.at_eof == whole.at_eof));
    }
    return whole;
}

Decoded chunked(const std::string& text) { return decodeHowever(Framing::Chunked, 0, text); }

}  // namespace

TEST_CASE("a counted body ends after its last byte", "[http]") {
    const auto done = decodeHowever(Framing::Length, 5, "helloNEXT");
    CHECK(done.body == "hello");
    CHECK(done.last == BodyDecoder::Step::Done);
    CHECK(done.used == 5);
    CHECK(done.at_eof == End::Ok);
    const auto cut = decodeHowever(Framing::Length, 10, "hello");
    CHECK(cut.last == BodyDecoder::Step::NeedMore);
    CHECK(cut.at_eof == End::Truncated);
    CHECK(decode(Framing::Length, 0, {"x"}).last == BodyDecoder::Step::Done);
}

TEST_CASE("no body takes nothing; a body until close takes all", "[http]") {
    const auto none = decode(Framing::None, 0, {"GET"});
    CHECK(none.last == BodyDecoder::Step::Done);
    CHECK(none.used == 0);
    const auto all = decodeHowever(Framing::UntilClose, 0, "any\r\nthing\0");
    CHECK(all.body == "any\r\nthing");
    CHECK(all.at_eof == End::Ok);
}

TEST_CASE("chunked bodies", "[http]") {
    struct Case {
        const char* text;
        const char* body;
    };
    for (const auto& c : {Case{"0\r\n\r\n", ""},
                          {"5\r\nhello\r\n0\r\n\r\n", "hello"},
                          {"5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n", "hello world"},
                          {"A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij"},
                          {"00005\r\nhello\r\n0\r\n\r\n", "hello"},
                          {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
                          {"5;ext\r\nhello\r\n0;last\r\n\r\n", "hello"},
                          {"5;a=b;c=\"d e;\"\r\nhello\r\n0\r\n\r\n", "hello"},
                          {"5; some; parameters=stuff\r\nhello\r\n0\r\n\r\n", "hello"},
                          {"5\r\nhello\r\n0\r\nX-Checksum: abc\r\nVary: *\r\n\r\n", "hello"},
                          {"5\r\nhello\r\n0\r\nX-Empty:\r\n\r\n", "hello"}}) {
        CAPTURE(c.text);
        const auto decoded = chunked(std::string(c.text));
        CHECK(decoded.last == BodyDecoder::Step::Done);
        CHECK(decoded.body == c.body);
        CHECK(decoded.used == std::string_view(c.text).size());
        CHECK(decoded.at_eof == End::Ok);
    }
    CHECK(chunked("0\r\n\r\nGET / HTTP/1.1\r\n").used == 5);
}

TEST_CASE("malformed chunks are faults", "[http]") {
    for (const std::string text : {"\r\nhello\r\n0\r\n\r\n",
                                   " 5\r\nhello\r\n",
                                   "5 \r\nhello\r\n",
                                   "0 \r\n\r\n",
                                   "+5\r\nhello\r\n",
                                   "-5\r\nhello\r\n",
                                   "0x5\r\nhello\r\n",
                                   "5_0\r\nhello\r\n",
                                   "g\r\nhello\r\n",
                                   "5\nhello\r\n0\r\n\r\n",
                                   "5\r\nhello\n0\r\n\r\n",
                                   "5\r\nhello0\r\n\r\n",
                                   "5\r\nhello!!\r\n0\r\n\r\n",
                                   "5\r\nhel\r\n0\r\n\r\n",
                                   "5\n;\r\nhello\r\n0\r\n\r\n",
                                   " ;foo=bar\r\nhello\r\n",
                                   ";foo=bar\r\nhello\r\n",
                                   "5;\r\nhello\r\n",
                                   "5;;a\r\nhello\r\n",
                                   "5;a=\r\nhello\r\n",
                                   "5;a=\"b\r\nhello\r\n",
                                   "5;a b\r\nhello\r\n",
                                   "5;a=b c\r\nhello\r\n",
                                   "5;\x01=b\r\nhello\r\n",
                                   "5;a=\"\x01\"\r\nhello\r\n",
                                   "5;a\rb\r\nhello\r\n",
                                   "5\r\r\nhello\r\n",
                                   "0\r\n\n",
                                   "0\r\nX: a\n\r\n",
                                   "0\r\ngarbage\r\n\r\n",
                                   "0\r\n: a\r\n\r\n",
                                   "0\r\nX : a\r\n\r\n",
                                   "0\r\nX: a\r\n folded\r\n\r\n",
                                   "0\r\nX: a\x01\r\n\r\n",
                                   "5\r\nhello\r\r\n0\r\n\r\n",
                                   "5\r\nhelloX\n0\r\n\r\n"}) {
        CAPTURE(text);
        CHECK(chunked(text).last == BodyDecoder::Step::Fault);
    }
    CHECK(chunked(std::string("5;a\0\r\nhello\r\n", 13)).last == BodyDecoder::Step::Fault);
}

TEST_CASE("a chunk size is at most 60 bits", "[http]") {
    const auto step = [](const std::string& size) {
        return decode(Framing::Chunked, 0, {size + "\r\n"}).last;
    };
    CHECK(step("fffffffffffffff") == BodyDecoder::Step::NeedMore);
    CHECK(step("ffffffffffffffff") == BodyDecoder::Step::Fault);
    CHECK(step("1fffffffffffffff") == BodyDecoder::Step::Fault);
    CHECK(step("10000000000000000") == BodyDecoder::Step::Fault);
    CHECK(step("000000000000000000000000000000005") == BodyDecoder::Step::Fault);
}

TEST_CASE("trailers that would change how the message is read are faults", "[http]") {
    for (const char* name :
         {"Content-Length", "Transfer-Encoding", "Host", "Authorization", "Content-Type", "Content-Encoding",
          "Cookie", "Expect", "TE", "Connection", "Proxy-Authorization", "Trailer", "tRANSFER-eNCODING"}) {
        CAPTURE(name);
        CHECK(chunked("0\r\n" + std::string(name) + ": 1\r\n\r\n").last == BodyDecoder::Step::Fault);
    }
}

TEST_CASE("extensions and trailers have a bound", "[http]") {
    const auto extension = [](size_t n) { return "5;" + std::string(n, 'e') + "\r\nhello\r\n0\r\n\r\n"; };
    CHECK(decode(Framing::Chunked, 0, {extension(1000)}).last == BodyDecoder::Step::Done);
    CHECK(decode(Framing::Chunked, 0, {extension(1100)}).last == BodyDecoder::Step::Fault);
    CHECK(decode(Framing::Chunked, 0, {"5;" + std::string(2000, 'e')}).last ==
          BodyDecoder::Step::Fault);  // never ends

    std::string trailers = "0\r\n";
    for (int i = 0; i < 100; ++i) trailers += "X-" + std::to_string(i) + ": " + std::string(90, 'v') + "\r\n";
    REQUIRE(trailers.size() > base::kTrailerBytesMax);
    CHECK(decode(Framing::Chunked, 0, {trailers + "\r\n"}).last == BodyDecoder::Step::Fault);
    CHECK(decode(Framing::Chunked, 0, {"0\r\nX: " + std::string(9000, 'v')}).last ==
          BodyDecoder::Step::Fault);
    std::string many;  // each chunk has its own allowance
    for (int i = 0; i < 20; ++i) many += "1;" + std::string(900, 'e') + "\r\nx\r\n";
    CHECK(decode(Framing::Chunked, 0, {many + "0\r\n\r\n"}).last == BodyDecoder::Step::Done);
}

TEST_CASE("a chunked body that stops anywhere before its end is truncated", "[http]") {
    const std::string text = "5;e=1\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n";
    for (size_t n = 0; n < text.size(); ++n) {
        const auto cut = decode(Framing::Chunked, 0, {std::string_view(text).substr(0, n)});
        CAPTURE(n);
        CHECK(cut.last != BodyDecoder::Step::Done);
        CHECK(cut.at_eof == End::Truncated);
    }
}

TEST_CASE("a decoder can be started again", "[http]") {
    BodyDecoder decoder;
    size_t consumed = 0;
    std::string_view data;
    decoder.start(Framing::Chunked, 0);
    CHECK(decoder.next("zz\r\n", consumed, data) == BodyDecoder::Step::Fault);
    CHECK_FALSE(decoder.fault().empty());
    decoder.start(Framing::Length, 2);
    CHECK(decoder.fault().empty());
    CHECK(decoder.next("ab", consumed, data) == BodyDecoder::Step::Data);
    CHECK(data == "ab");
    CHECK(decoder.next("", consumed, data) == BodyDecoder::Step::Done);
}

TEST_CASE("every end has a name", "[http]") {
    CHECK(std::string(http::name(End::Ok)) == "end_ok");
    CHECK(std::string(http::name(End::Truncated)) == "end_truncated");
    CHECK(std::string(http::name(End::Cancelled)) == "end_cancelled");
    CHECK(std::string(http::name(End::Error)) == "end_error");
}

#include <catch2/catch.hpp>

#include <cstring>

#include "checksum.h"
#include "frame.h"
#include "support.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

std::string framesOf(const std::vector<std::string>& events) {
    std::string out;
    for (const auto& event : events) {
        const size_t frame = openFrame(out);
        out += event;
        closeFrame(out, frame);
    }
    seal(out);
    return out;
}

std::vector<std::string> eventsOf(std::string_view frames, Tail* tail = nullptr, size_t* at = nullptr) {
    const std::vector<char> exact(frames.begin(), frames.end());
    FrameReader reader({exact.data(), exact.size()});
    std::vector<std::string> events;
    for (std::string_view event; reader.next(event);) events.emplace_back(event);
    if (tail) *tail = reader.tail();
    if (at) *at = reader.at();
    return events;
}

const std::vector<std::string> kEvents{"one", std::string(300, '2'), "three"};

}  // namespace

TEST_CASE("CRC-32C as RFC 3720 has it, over length and event") {
    // Any other program can check a segment: the sum of the frame of "123456789", computed by hand from the
    // table of appendix B.4.
    const std::string frames = framesOf({"123456789"});
    CHECK(frames.size() == kFrameHeadBytes + 9);
    uint32_t crc = ~0u;
    const std::string covered = frames.substr(0, 4) + "123456789";
    for (const char c : covered) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0);
    }
    uint32_t written = 0;
    std::memcpy(&written, frames.data() + 4, 4);
    CHECK(written == ~crc);
}

TEST_CASE("CRC-32C: the check value, and the same from the table as from the processor, in any pieces") {
    CHECK(crc32c("123456789") == 0xE3069283u);
    CHECK(crc32cByTable("123456789") == 0xE3069283u);
    CHECK(crc32c("") == 0);
    std::string bytes;
    for (int i = 0; i < 200; ++i) bytes += static_cast<char>(i * 37 + i / 7);
    for (size_t begin = 0; begin < 9; ++begin) {
        for (size_t size = 0; begin + size <= bytes.size(); ++size) {
            const auto piece = std::string_view(bytes).substr(begin, size);
            const uint32_t whole = crc32cByTable(piece);
            REQUIRE(crc32c(piece) == whole);
            REQUIRE(crc32c(piece.substr(size / 3), crc32c(piece.substr(0, size / 3))) == whole);
            REQUIRE(crc32cByTable(piece.substr(size / 3), crc32cByTable(piece.substr(0, size / 3))) == whole);
        }
    }
}

TEST_CASE("frames, cut off at every byte: those before count") {
    const std::string whole = framesOf(kEvents);
    std::vector<size_t> ends{0};
    for (const auto& event : kEvents) ends.push_back(ends.back() + kFrameHeadBytes + event.size());
    for (size_t size = 0; size <= whole.size(); ++size) {
        size_t expected = 0;
        while (expected < kEvents.size() && ends[expected + 1] <= size) ++expected;
        Tail tail;
        size_t at = 0;
        CAPTURE(size);
        CHECK(eventsOf(whole.substr(0, size), &tail, &at).size() == expected);
        CHECK(at == ends[expected]);
        CHECK(tail == (ends[expected] == size ? Tail::Whole : Tail::Torn));
        // What a power cut makes of the rest: zeros.
        std::string zeros = whole.substr(0, at);
        zeros.resize(whole.size() + 100);
        CHECK(eventsOf(zeros, &tail).size() == expected);
        CHECK(tail == Tail::Torn);
    }
}

TEST_CASE("a byte that has changed is seen, wherever it is") {
    const std::string whole = framesOf(kEvents);
    for (size_t at = 0; at < whole.size(); ++at) {
        std::string other = whole;
        other[at] = static_cast<char>(other[at] ^ 0x10);
        Tail tail;
        CAPTURE(at);
        CHECK(eventsOf(other, &tail).size() < kEvents.size());
        CHECK(tail != Tail::Whole);
    }
}

TEST_CASE("what fits into some room") {
    const std::string frames = framesOf(kEvents);
    size_t events = 0;
    CHECK(fitting(frames, frames.size(), events) == frames.size());
    CHECK(events == 3);
    CHECK(fitting(frames, frames.size() - 1, events) == frames.size() - kFrameHeadBytes - 5);
    CHECK(events == 2);
    CHECK(fitting(frames, 0, events) == 0);
    CHECK(events == 0);
}

TEST_CASE("segments that others have left") {
    const TempDirectory directory;
    Lines lines;
    const std::string path = (directory.path() / "1.events").string();
    const std::string good = std::string(kSegmentHead) + framesOf(kEvents);
    for (size_t size = 0; size <= good.size(); ++size) {
        Lines here;
        writeTo(path, good.substr(0, size));
        const auto segment = inspect(path, here.log());
        CAPTURE(size);
        REQUIRE(segment);
        CHECK_FALSE(segment->damaged);
        CHECK(segment->size <= size);
        const uint64_t left_out = size - segment->size;
        if (size >= kSegmentHead.size() && left_out > 0)
            CHECK(here.has(" " + std::to_string(left_out) + " bytes at its end are left out"));
        if (left_out == 0) CHECK(here.all().empty());
    }
    std::string bad = good;
    bad[kSegmentHead.size() + kFrameHeadBytes + 20] = 'x';
    writeTo(path, bad);
    const auto damaged = inspect(path, lines.log());
    REQUIRE(damaged);
    CHECK(damaged->damaged);
    CHECK(damaged->events == 1);
    CHECK(lines.has("damaged after 1 events"));
    writeTo(path, "sluicel2" + good.substr(8));
    CHECK_FALSE(inspect(path, lines.log()));
    CHECK(lines.has("one of a later release"));
    CHECK_FALSE(inspect(path + "-not-there", lines.log()));
    fs::resize_file(path, uint64_t{65} << 20);
    CHECK_FALSE(inspect(path, lines.log()));
    CHECK(lines.has("File too large; it is left as it is"));
}

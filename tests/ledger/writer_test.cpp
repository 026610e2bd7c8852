// The spool on a disk that has no room, has gone, or reaches its bound. Limits of this process stand in for a
// disk that is full.
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <csignal>

#include "frame.h"
#include "support.h"
#include "writer.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

struct Desk {
    explicit Desk(uint64_t max_spool = 1 << 30, uint64_t segment_bytes = 4'096, size_t memory = 1 << 20)
        : intake(memory, 7) {
        options.spool = directory.spool();
        options.max_spool = max_spool;
        options.segment_bytes = segment_bytes;
        writer.emplace(options, intake, spools, overflow, figures, lines.log());
    }
    void add(size_t count) {
        for (size_t i = 0; i < count; ++i) intake.add(call("c" + std::to_string(added++)));
    }
    // Whole events in the files of the spool, by looking at them from outside.
    size_t onDisk() const {
        size_t events = 0;
        for (const auto& path : directory.files(".events")) {
            const auto segment = inspect(path.string(), [](Level, const std::string& words) { FAIL(words); });
            REQUIRE(segment);
            events += segment->events;
        }
        return events;
    }

    TempDirectory directory;
    Options options;
    Intake intake;
    Spools spools;
    Overflow overflow;
    Figures figures;
    Lines lines;
    std::optional<Writer> writer;
    size_t added = 0;
};

// No file of this process may be larger, as long as this lives.
class SmallFiles {
public:
    explicit SmallFiles(rlim_t bytes) {
        before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit now{bytes, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
    }
    ~SmallFiles() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, before_signal_);
    }

private:
    rlimit before_{};
    void (*before_signal_)(int) = nullptr;
};

}  // namespace

TEST_CASE("without events nothing is on the disk") {
    Desk desk;
    for (int i = 0; i < 3; ++i) (void)desk.writer->step();
    desk.writer->close();
    CHECK_FALSE(fs::exists(desk.options.spool));
}

TEST_CASE("what a step has written is in files, in segments of bounded size") {
    Desk desk;
    for (int i = 0; i < 50; ++i) {
        desk.add(3);
        CHECK(desk.writer->step() == desk.options.flush);
        CHECK(desk.onDisk() == desk.added);
    }
    CHECK(desk.spools.events() == 150);
    CHECK(desk.figures.events == 150);
    CHECK(desk.figures.waiting == 150);
    const auto files = desk.directory.files(".events");
    CHECK(files.size() > 5);
    uint64_t bytes = 0;
    for (const auto& file : files) {
        CHECK(fs::file_size(file) < 5'000);
        CHECK((fs::status(file).permissions() & fs::perms::all) ==
              (fs::perms::owner_read | fs::perms::owner_write));
        bytes += fs::file_size(file);
    }
    CHECK(desk.spools.bytes() == bytes);
}

TEST_CASE("beyond max_spool the new ones are refused, counted, and told of once") {
    Desk desk(20'000);
    for (int i = 0; i < 40; ++i) {
        desk.add(10);
        (void)desk.writer->step();
    }
    CHECK(desk.spools.bytes() <= 20'000);
    CHECK(desk.spools.bytes() > 19'000);
    const size_t kept = desk.onDisk();
    CHECK(kept + desk.figures.dropped == 400);
    CHECK(desk.figures.events == kept);
    CHECK(desk.lines.count("reached max_spool") == 1);
    // The oldest are those that were kept, and there is room again when they are stored.
    auto piece = desk.spools.next()->segments.next();
    desk.spools.next()->segments.stored(piece->end - piece->begin, 20);
    desk.add(2);
    const uint64_t dropped = desk.figures.dropped;
    (void)desk.writer->step();
    CHECK(desk.figures.dropped == dropped);
    desk.writer->close();
    CHECK(desk.lines.count("events are lost") == 2);
}

TEST_CASE("a full disk: no half of a write stays, nothing is lost, and a line says so") {
    Desk desk(1 << 30, 1 << 20);
    desk.add(10);
    (void)desk.writer->step();
    REQUIRE(desk.onDisk() == 10);
    const auto size = fs::file_size(desk.directory.files(".events").at(0));
    {
        const SmallFiles full(size + 100);  // a part of the next write fits
        desk.add(10);
        (void)desk.writer->step();
        CHECK(desk.onDisk() == 10);
        CHECK(desk.overflow.events() == 10);
        CHECK(desk.lines.count("the spool does not take events") == 1);
        CHECK(desk.lines.has("File too large"));
        desk.add(5);
        (void)desk.writer->step();  // too early for another try
        CHECK(desk.overflow.events() == 10);
    }
    std::this_thread::sleep_for(kRetryMin);
    (void)desk.writer->step();
    (void)desk.writer->step();
    CHECK(desk.onDisk() == 25);
    CHECK(desk.overflow.events() == 0);
    CHECK(desk.figures.events == 25);
    CHECK(desk.figures.dropped == 0);
    CHECK(desk.lines.count("the spool takes events again") == 1);
}

TEST_CASE("a disk that stays full: what memory has no room for is lost, and said") {
    Desk desk(1 << 30, 1 << 20, 20'000);
    {
        const SmallFiles full(4);
        for (int i = 0; i < 20; ++i) {
            desk.add(50);
            (void)desk.writer->step();
        }
        desk.writer->close();
    }
    CHECK(desk.overflow.events() > 100);
    CHECK(desk.overflow.events() + desk.figures.dropped == 1'000);
    CHECK(desk.directory.files(".events").empty());
    CHECK(desk.lines.count("events are lost") == 2);
    CHECK(desk.lines.count("the spool does not take events") == 1);
}

TEST_CASE("while the store has what memory held, nothing new comes out of the intake") {
    Desk desk;
    const SmallFiles full(4);
    desk.add(5);
    (void)desk.writer->step();
    Frames lent = desk.overflow.lend();
    CHECK(lent.events == 5);
    desk.add(3);
    std::this_thread::sleep_for(2 * kRetryMin);
    (void)desk.writer->step();
    CHECK(desk.overflow.events() == 5);
    desk.overflow.giveBack(std::move(lent));
    CHECK(desk.overflow.events() == 5);
    std::this_thread::sleep_for(2 * kRetryMin);
    (void)desk.writer->step();
    CHECK(desk.overflow.events() == 5);
    desk.writer->close();
    CHECK(desk.overflow.events() == 8);
}

TEST_CASE("a spool that somebody removes is made again; what was in the open file can still be stored") {
    Desk desk;
    desk.add(3);
    (void)desk.writer->step();
    fs::remove_all(desk.options.spool);
    desk.add(4);
    (void)desk.writer->step();
    CHECK(desk.onDisk() == 4);
    CHECK(desk.spools.events() == 7);
    CHECK(desk.lines.all().empty());
}

TEST_CASE("a segment that is stored goes when it is worth it, and at the end") {
    Desk desk(1 << 30, 1 << 24);
    desk.add(10);
    (void)desk.writer->step();
    const auto store = [&] {
        const auto spool = desk.spools.next();
        const auto piece = spool->segments.next();
        spool->segments.stored(piece->end - piece->begin, spool->segments.events());
    };
    store();
    (void)desk.writer->step();
    CHECK(desk.directory.files(".events").size() == 1);
    desk.add(2'000);
    (void)desk.writer->step();
    store();
    (void)desk.writer->step();
    CHECK(desk.directory.files(".events").empty());
    desk.add(1);
    (void)desk.writer->step();
    CHECK(desk.directory.files(".events").size() == 1);
    store();
    desk.writer->close();
    CHECK(desk.directory.files(".events").empty());
    desk.spools.dropEmpty();
    int error = 0;
    CHECK(Slot::take(desk.options.spool + "/0", error));
}

TEST_CASE("sync: batch writes the same") {
    Desk desk;
    desk.options.sync = true;
    desk.writer.emplace(desk.options, desk.intake, desk.spools, desk.overflow, desk.figures,
                        desk.lines.log());
    desk.add(30);
    (void)desk.writer->step();
    CHECK(desk.onDisk() == 30);
}

TEST_CASE("waits grow from 100 ms to 5 s") {
    std::vector<int64_t> waits;
    for (milliseconds wait{0}; waits.size() < 8;) waits.push_back((wait = nextRetry(wait)).count());
    CHECK(waits == std::vector<int64_t>{100, 200, 400, 800, 1'600, 3'200, 5'000, 5'000});
}

// From the spool to the store, step by step, without threads.
#include <catch2/catch.hpp>

#include <optional>

#include "feeder.h"
#include "support.h"
#include "writer.h"

using namespace ledger;
using namespace ledger::tests;

namespace {

// An instance, of several that may share a spool and a store.
struct Instance {
    Instance(const TempDirectory& directory, MemoryStore& store, size_t batch = 500,
             uint64_t segment_bytes = 8 << 20)
        : intake(1 << 24, 7) {
        options.spool = directory.spool();
        options.batch = batch;
        options.segment_bytes = segment_bytes;
        options.adopt = milliseconds(0);
        options.store_flush = milliseconds(0);
        writer.emplace(options, intake, spools, overflow, figures, lines.log());
        feeder.emplace(options, spools, overflow, figures, store.append(), lines.log());
    }
    void take(int from, int count) {
        for (int i = from; i < from + count; ++i) intake.add(call("c" + std::to_string(i)));
        (void)writer->step();
    }
    milliseconds feed() {
        return feeder->step([] { return false; });
    }

    Options options;
    Intake intake;
    Spools spools;
    Overflow overflow;
    Figures figures;
    Lines lines;
    std::optional<Writer> writer;
    std::optional<Feeder> feeder;
};

}  // namespace

TEST_CASE("events go to the store in batches, the last one being smaller") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store, 100, 10'000);
    one.take(0, 250);
    CHECK(one.feed() <= milliseconds(1));
    while (one.spools.events() > 0) one.feed();
    CHECK(store.size() == 250);
    CHECK(store.cost() == 250);
    for (const size_t size : store.asked()) CHECK(size <= 100);
    CHECK(one.figures.stored == 250);
    CHECK(one.figures.replayed == 0);
    CHECK(one.figures.batches == store.asked().size());
    CHECK(directory.files(".events").size() <= 1);
}

TEST_CASE("less than a batch goes at once, and then waits for others") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store);
    one.take(0, 3);
    one.feed();
    CHECK(store.asked() == std::vector<size_t>{3});
    one.take(3, 600);
    one.take(603, 10);
    one.feed();
    CHECK(store.asked() == std::vector<size_t>{3, 500});
    one.feed();
    CHECK(store.asked() == std::vector<size_t>{3, 500, 110});
}

TEST_CASE(
    "less than a batch waits for store_flush; a batch, what others have left, and what memory holds does "
    "not") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store, 10);
    one.options.store_flush = std::chrono::minutes(1);
    one.options.adopt = milliseconds(1);
    one.feeder.emplace(one.options, one.spools, one.overflow, one.figures, store.append(), one.lines.log());
    one.feed();
    one.take(0, 9);
    for (int i = 0; i < 3; ++i) one.feed();
    CHECK(store.size() == 0);
    one.take(9, 1);
    one.feed();
    CHECK(store.size() == 10);
    one.take(20, 1);
    one.feed();
    CHECK(store.size() == 10);
    {
        Instance other(directory, store);
        other.take(30, 2);
    }
    std::this_thread::sleep_for(milliseconds(2));
    one.feed();
    CHECK(store.has("c31"));
    const size_t before = store.size();
    one.take(40, 1);
    one.feed();
    CHECK(store.size() == before);
}

TEST_CASE("the store knows an event by the id that no client chooses") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store);
    for (const std::string id : {"r1", "r2", "r2", ""}) {
        sluice_record record = call("chosen");
        record.record_id = str(id);
        one.intake.add(record);
    }
    one.take(0, 1);
    one.feed();
    CHECK(store.size() == 4);
    for (const char* id : {"r1", "r2", "chosen", "c0"}) CHECK(store.has(id));
}

TEST_CASE("an outage: one line when it begins, one when it ends, everything arrives") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store, 100);
    store.fail(SLUICE_E_UNAVAILABLE);
    one.take(0, 40);
    CHECK(one.feed() == kRetryMin);
    CHECK(one.lines.count("the store takes no events; 40 wait") == 1);
    one.take(40, 1'000);
    CHECK(one.feed() <= kRetryMin);  // too early
    CHECK(store.asked().size() == 1);
    std::this_thread::sleep_for(kRetryMin);
    CHECK(one.feed() == 2 * kRetryMin);
    store.work();
    std::this_thread::sleep_for(2 * kRetryMin);
    one.feed();
    while (one.spools.events() > 0) one.feed();
    CHECK(store.size() == 1'040);
    CHECK(one.lines.count("the store takes no events") == 1);
    CHECK(one.lines.count("the store takes events again; 1040 have been waiting") == 1);
    store.fail(SLUICE_E_UNAVAILABLE);
    one.take(5'000, 1);
    CHECK(one.feed() == kRetryMin);  // from the beginning
}

TEST_CASE("a batch of which the store had taken a part before it failed counts once") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store, 10);
    one.take(0, 10);
    bool lies = true;
    auto append = store.append();
    one.feeder.emplace(
        one.options, one.spools, one.overflow, one.figures,
        [&](const sluice_record* const* events, size_t count) -> sluice_status {
            const auto status = append(events, count);
            return std::exchange(lies, false) ? SLUICE_E_UNAVAILABLE : status;
        },
        one.lines.log());
    one.feed();
    CHECK(one.spools.events() == 10);
    std::this_thread::sleep_for(kRetryMin);
    one.feed();
    CHECK(one.spools.events() == 0);
    CHECK(store.size() == 10);
}

TEST_CASE("what an instance has left, whoever comes next replays, and only once it has gone") {
    const TempDirectory directory;
    MemoryStore store;
    std::optional<Instance> first(std::in_place, directory, store, 10, 2'000);
    for (int i = 0; i < 5; ++i) first->take(15 * i, 15);
    const auto files = directory.files(".events").size();
    CHECK(files > 3);
    Instance second(directory, store, 10);
    second.take(100, 5);
    for (int i = 0; i < 5; ++i) second.feed();
    CHECK(store.size() == 5);  // the first one is alive
    first.reset();             // as kill -9 leaves it: nothing was stored, nothing removed
    second.feed();
    CHECK(store.size() == 80);
    CHECK(second.figures.replayed == 75);
    CHECK(second.lines.has("75 events that an instance has left in " + directory.spool() + "/0"));
    CHECK(directory.files(".events").size() == 1);
    // Its slot can be had again.
    Instance third(directory, store);
    third.take(200, 1);
    CHECK(third.spools.next()->slot->directory() == directory.spool() + "/0");
}

TEST_CASE("a replay that stops half-way is done again from the beginning, and counts once") {
    const TempDirectory directory;
    MemoryStore store;
    std::optional<Instance> first(std::in_place, directory, store);
    first->take(0, 100);
    first.reset();
    std::optional<Instance> second(std::in_place, directory, store, 10);
    int batches = 0;
    (void)second->feeder->step([&] { return ++batches > 4; });
    CHECK(store.size() == 40);
    second.reset();
    Instance third(directory, store, 10);
    third.feed();
    CHECK(store.size() == 100);
    CHECK(store.cost() == 100);
    CHECK(directory.files(".events").empty());
}

TEST_CASE("a last write that was cut off, at every byte of it") {
    MemoryStore all;
    const TempDirectory original;
    Instance writer(original, all);
    writer.take(0, 3);
    const auto before = fs::file_size(original.files(".events").at(0));
    writer.take(3, 1);
    const std::string bytes = contentOf(original.files(".events").at(0));
    for (size_t size = before; size <= bytes.size(); ++size) {
        const TempDirectory directory;
        fs::create_directories(directory.spool() + "/0");
        writeTo(directory.spool() + "/0/1.events", bytes.substr(0, size));
        MemoryStore store;
        Instance one(directory, store);
        one.feed();
        CAPTURE(size);
        CHECK(store.size() == (size == bytes.size() ? 4 : 3));
        CHECK(one.lines.has("left out") == (size != before && size != bytes.size()));
        CHECK(directory.files("events").empty());
        CHECK(one.figures.replayed == store.size());
    }
}

TEST_CASE("a damaged segment: what is before the damage counts, and the file is kept") {
    const TempDirectory directory;
    MemoryStore store;
    std::optional<Instance> first(std::in_place, directory, store);
    first->take(0, 10);
    first.reset();
    const auto path = directory.files(".events").at(0);
    std::string bytes = contentOf(path);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    writeTo(path, bytes);
    Instance second(directory, store);
    second.feed();
    CHECK(store.size() > 3);
    CHECK(store.size() < 7);
    CHECK(second.lines.has("damaged after"));
    CHECK(directory.files(".events").empty());
    CHECK(contentOf(path.string() + ".damaged") == bytes);
    second.feed();
    CHECK(second.lines.count("damaged after") == 1);
}

TEST_CASE("a segment of a later release stays, and is spoken of once") {
    const TempDirectory directory;
    MemoryStore store;
    fs::create_directories(directory.spool() + "/0");
    writeTo(directory.spool() + "/0/1.events", "sluicel9 whatever it is");
    Instance one(directory, store);
    for (int i = 0; i < 5; ++i) one.feed();
    CHECK(one.lines.count("later release") == 1);
    CHECK(directory.files(".events").size() == 1);
}

TEST_CASE("a segment that cannot be removed is brought once, not again and again") {
    const TempDirectory directory;
    MemoryStore store;
    fs::create_directories(directory.spool() + "/0");
    {
        const TempDirectory other;
        Instance writer(other, store);
        writer.take(0, 5);
        fs::copy_file(other.files(".events").at(0), directory.spool() + "/0/1.events");
    }
    Instance one(directory, store);
    one.feeder->adopt();
    const auto path = directory.spool() + "/0/1.events";
    const std::string bytes = contentOf(path);
    for (int i = 0; i < 3; ++i) {
        one.feed();
        writeTo(path, bytes);  // as if unlink had failed
    }
    CHECK(one.figures.stored == 5);
    CHECK(store.asked().size() == 1);
}

TEST_CASE("segments that somebody removes under us are told of, and do not stop the rest") {
    const TempDirectory directory;
    MemoryStore store;
    std::optional<Instance> first(std::in_place, directory, store, 10, 2'000);
    first->take(0, 15);
    first->take(15, 15);
    first.reset();
    Instance second(directory, store, 10);
    second.feeder->adopt();
    REQUIRE(second.spools.events() == 30);
    fs::remove(directory.files(".events").at(0));
    while (second.spools.events() > 0) second.feed();
    CHECK(store.size() == 15);
    CHECK(second.figures.dropped == 15);
    CHECK(second.lines.has("it is gone"));
}

TEST_CASE("an event that the store refuses for ever stands in a file, whole") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store);
    store.answer([](const auto& batch) -> sluice_status {
        return std::count(batch.begin(), batch.end(), "c7") > 0 ? SLUICE_E_INVALID : SLUICE_OK;
    });
    one.take(0, 20);
    one.feed();
    CHECK(store.size() == 19);
    CHECK(one.figures.rejected == 1);
    CHECK(one.figures.stored == 19);
    CHECK(one.spools.events() == 0);
    const std::string line = contentOf(directory.spool() + "/rejected.jsonl");
    CHECK(line.find("\"status\":-1,\"call_id\":\"c7\",\"outcome\":\"success\"") != std::string::npos);
    CHECK(line.back() == '\n');
    CHECK(one.lines.count("the store refuses the event of call c7 (status -1)") == 1);
}

TEST_CASE("no room for a rejected event: it waits, with one line") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store);
    one.options.rejected_bytes = 10;
    one.feeder.emplace(one.options, one.spools, one.overflow, one.figures, store.append(), one.lines.log());
    store.fail(SLUICE_E_INVALID);
    one.take(0, 1);
    for (int i = 0; i < 3; ++i) {
        one.feed();
        std::this_thread::sleep_for(kRetryMin);
    }
    CHECK(one.spools.events() == 1);
    CHECK(one.lines.count("cannot be put there") == 1);
    CHECK(one.figures.rejected == 0);
}

TEST_CASE("what memory holds goes to the store without the spool, and back if that takes nothing") {
    const TempDirectory directory;
    MemoryStore store;
    writeTo(directory.spool(), "no directory");
    Instance one(directory, store, 10);
    one.take(0, 25);
    REQUIRE(one.overflow.events() == 25);
    int calls = 0;
    store.answer(
        [&](const auto&) -> sluice_status { return ++calls == 2 ? SLUICE_E_UNAVAILABLE : SLUICE_OK; });
    one.feed();
    CHECK(one.overflow.events() == 15);
    std::this_thread::sleep_for(kRetryMin);
    one.feed();
    CHECK(one.overflow.events() == 0);
    CHECK(store.size() == 25);
    CHECK(one.figures.stored == 25);
}

TEST_CASE("draining ends in time, with everything stored if the store answers") {
    const TempDirectory directory;
    MemoryStore store;
    Instance one(directory, store, 10);
    one.take(0, 95);
    one.feeder->drain(Feeder::Clock::now());  // one try all the same
    CHECK(store.size() == 10);
    one.feeder->drain(Feeder::Clock::now() + std::chrono::seconds(10));
    CHECK(store.size() == 95);
    store.fail(SLUICE_E_UNAVAILABLE);
    one.take(100, 5);
    const auto begin = Feeder::Clock::now();
    one.feeder->drain(begin + milliseconds(250));
    const auto took = Feeder::Clock::now() - begin;
    CHECK(took >= milliseconds(245));
    CHECK(took < milliseconds(2'000));
    CHECK(one.spools.ownEvents() == 5);
}

TEST_CASE("a wall of events to replay does not keep new ones waiting") {
    const TempDirectory directory;
    MemoryStore store;
    std::optional<Instance> first(std::in_place, directory, store);
    first->take(0, 2'000);
    first.reset();
    Instance second(directory, store, 100);
    second.feeder->adopt();
    second.take(10'000, 100);
    int batches = 0;
    (void)second.feeder->step([&] { return ++batches > 2; });
    CHECK(store.has("c10099"));
    CHECK(store.size() == 200);
}

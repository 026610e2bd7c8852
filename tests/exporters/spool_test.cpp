#include "exporters/spool.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "support.h"

using namespace testing;
using exporters::Segment;
using exporters::Spool;

namespace {

struct Bench {
    Folder folder;
    std::atomic<int64_t> total{0};
    std::map<std::string, size_t> lost;

    Spool spool(uint64_t bytes_max = 1 << 20, uint64_t segment_bytes = 2000) {
        return Spool({folder.path() + "/a", bytes_max, segment_bytes}, total,
                     [this](size_t records, const char* why) { lost[why] += records; });
    }
    std::vector<std::filesystem::path> files() const {
        std::vector<std::filesystem::path> all;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            if (entry.path().extension() == ".records") all.push_back(entry.path());
        }
        std::sort(all.begin(), all.end());
        return all;
    }
};

void put(Spool& spool, const std::vector<std::string>& records) {
    REQUIRE(spool.append({records.begin(), records.end()}) == 0);
}

std::vector<std::string> drain(Spool& spool, size_t at_once = 7) {
    std::vector<std::string> all;
    for (;;) {
        const auto some = spool.read(at_once, 1 << 20);
        if (some.empty()) return all;
        all.insert(all.end(), some.begin(), some.end());
        spool.sent(some.size());
    }
}

}  // namespace

TEST_CASE("a spool gives back what it got, in order, over many segments", "[spool]") {
    Bench bench;
    auto spool = bench.spool();
    REQUIRE(spool.open() == 0);
    for (int i = 0; i < 50; ++i) put(spool, numbered("r" + std::to_string(i) + "-", 10));
    CHECK(spool.records() == 500);
    CHECK(bench.files().size() > 2);
    const auto all = drain(spool);
    REQUIRE(all.size() == 500);
    CHECK(all.front() == "r0-0");
    CHECK(all.back() == "r49-9");
    CHECK(spool.empty());
    CHECK(bench.files().empty());
    CHECK(bench.total == 0);
}

TEST_CASE("the next one goes on where the last one was", "[spool]") {
    Bench bench;
    {
        auto spool = bench.spool();
        REQUIRE(spool.open() == 0);
        put(spool, numbered("r", 100));
        CHECK(spool.read(30, 1 << 20).size() == 30);
        spool.sent(10);
    }
    auto spool = bench.spool();
    REQUIRE(spool.open() == 0);
    CHECK(spool.records() == 90);
    put(spool, {"last"});
    const auto all = drain(spool);
    REQUIRE(all.size() == 91);
    CHECK(all.front() == "r10");
    CHECK(all.back() == "last");
}

TEST_CASE("cut off at any byte, it is whole records", "[spool]") {
    Folder folder;
    const std::string path = folder.path() + "/s.records";
    {
        int error = 0;
        auto segment = Segment::create(path, error);
        REQUIRE(error == 0);
        const auto records = numbered("record-", 5);
        REQUIRE(segment.append({records.begin(), records.end()}) == 0);
        REQUIRE(segment.sent(1) == 0);
    }
    std::ifstream in(path, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), {});
    for (size_t size = 0; size <= whole.size(); ++size) {
        const std::string cut = folder.path() + "/cut.records";
        std::ofstream(cut, std::ios::binary) << whole.substr(0, size);
        int error = 0;
        const auto segment = Segment::open(cut, error);
        if (error != 0) continue;  // the cursor points behind the end: the first record is not there any more
        const auto found = segment.read(100, 1 << 20);
        CHECK(found.size() == segment.records());
        for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == "record-" + std::to_string(i + 1));
    }
}

TEST_CASE("a byte that has changed ends what counts", "[spool]") {
    Bench bench;
    {
        auto spool = bench.spool();
        REQUIRE(spool.open() == 0);
        put(spool, numbered("r", 10));
    }
    const auto file = bench.files().front();
    std::fstream io(file, std::ios::binary | std::ios::in | std::ios::out);
    io.seekp(16 + 5 * 10 + 8);  // the sixth record's text
    io.put('?');
    io.close();
    auto spool = bench.spool();
    REQUIRE(spool.open() == 0);
    CHECK(drain(spool) == numbered("r", 5));
    CHECK(bench.lost["damaged"] == 1);
}

TEST_CASE("a file of somebody else is left alone and put aside", "[spool]") {
    Bench bench;
    {
        auto spool = bench.spool();
        REQUIRE(spool.open() == 0);
        put(spool, {"one"});
    }
    std::ofstream(bench.folder.path() + "/a/0/00000000000000001-0000.records") << "this is no segment at all";
    auto spool = bench.spool();
    REQUIRE(spool.open() == 0);
    CHECK(drain(spool) == std::vector<std::string>{"one"});
    CHECK(std::filesystem::exists(bench.folder.path() + "/a/0/00000000000000001-0000.records.damaged"));
}

TEST_CASE("full, it drops the oldest and counts them", "[spool]") {
    Bench bench;
    auto spool = bench.spool(10'000, 1'000);
    REQUIRE(spool.open() == 0);
    for (int i = 0; i < 100; ++i) put(spool, {"r" + std::to_string(i) + std::string(400, 'x')});
    CHECK(bench.total <= 10'000);
    const size_t kept = spool.records();
    CHECK(kept + bench.lost["spool_full"] == 100);
    const auto all = drain(spool);
    REQUIRE(all.size() == kept);
    CHECK(all.back().substr(0, 3) == "r99");
}

TEST_CASE("two at a time have slots of their own, and one takes over what the other has left", "[spool]") {
    Bench bench;
    auto first = bench.spool();
    REQUIRE(first.open() == 0);
    {
        auto second = bench.spool();
        REQUIRE(second.open() == 0);
        put(first, {"a"});
        put(second, {"b", "c"});
        first.adopt();
        CHECK(first.records() == 1);  // the other one lives
    }
    first.adopt();
    auto all = drain(first);
    std::sort(all.begin(), all.end());
    CHECK(all == std::vector<std::string>{"a", "b", "c"});
    CHECK(bench.files().empty());
}

TEST_CASE("a directory that cannot be made is an error and no more", "[spool]") {
    std::atomic<int64_t> total{0};
    Spool spool({"/proc/nothing/here", 1 << 20, 1000}, total, [](size_t, const char*) {});
    CHECK(spool.open() != 0);
    const std::string record = "r";
    CHECK(spool.append({record}) != 0);
    CHECK(spool.empty());
}

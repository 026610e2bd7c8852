// The table of accounts against std::map: the same after every change, however ids collide.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <string>
#include <thread>

#include "accounts/table.h"

namespace {

// Sixteen homes for all: long runs of slots, and removals in the middle of them.
struct PoorHash {
    size_t operator()(int id) const { return static_cast<size_t>(id % 16); }
};
struct GoodHash {
    size_t operator()(int id) const { return std::hash<int>()(id); }
};

template <class Hash>
void compare(int ids, uint64_t seed) {
    accounts::Table<int, std::string, Hash> table;
    std::map<int, std::string> model;
    std::mt19937_64 random(seed);
    for (int step = 0; step < 20'000; ++step) {
        const int id = static_cast<int>(random() % static_cast<uint64_t>(ids));
        if (random() % 3 == 0) {
            table.remove(id);
            model.erase(id);
        } else {
            table.put(id, std::to_string(step));
            model[id] = std::to_string(step);
        }
        const int other = static_cast<int>(random() % static_cast<uint64_t>(ids));
        const auto found = table.find(other);
        const auto expected = model.find(other);
        REQUIRE((found != nullptr) == (expected != model.end()));
        if (found) REQUIRE(*found == expected->second);
    }
    CHECK(table.size() == model.size());
    for (int id = 0; id < ids; ++id) CHECK((table.find(id) != nullptr) == (model.count(id) == 1));
}

}  // namespace

TEST_CASE("the table says what a map says") {
    for (const int ids : {1, 7, 100, 3'000}) {
        compare<GoodHash>(ids, 1);
        compare<PoorHash>(ids > 100 ? 400 : ids, 2);
    }
}

TEST_CASE("what was found stays as it was") {
    accounts::Table<int, std::string, GoodHash> table;
    table.put(1, "one");
    const auto found = table.find(1);
    table.put(1, "two");
    table.remove(1);
    CHECK(*found == "one");
    CHECK(table.find(1) == nullptr);
}

TEST_CASE("readers and a writer at the same time") {
    accounts::Table<int, std::string, GoodHash> table;
    for (int id = 0; id < 100; ++id) table.put(id, "old");
    std::thread writer([&] {
        for (int round = 0; round < 200; ++round) {
            for (int id = 0; id < 100; ++id) table.put(id + round * 7, "new");
            for (int id = 100; id < 300; ++id) table.remove(id);
        }
    });
    size_t seen = 0;
    for (int round = 0; round < 2'000; ++round) {
        for (int id = 0; id < 100; ++id) seen += table.find(id) ? 1 : 0;
    }
    writer.join();
    CHECK(seen == 200'000);
}

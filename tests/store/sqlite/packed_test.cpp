// Days that are packed beside their rows.
#include "packed.h"
#include "calls.h"

using namespace store_tests;

TEST_CASE("packed days say the same as their rows, late events included") {
    std::mt19937 random(11);
    std::vector<Call> calls;
    for (int i = 0; i < 2'000; ++i) calls.push_back(randomCall(random, i));
    const Directory directory;
    TestStore store(directory.file());
    store_sqlite::Connection side(directory.file(), 2'000);
    const auto ask = [&](const std::string& by) {
        return store.report("{\"report\":\"spend\",\"limit\":100000,\"group_by\":[" + quoted(by) +
                            ",\"day\"]}");
    };
    for (size_t i = 0; i < calls.size(); i += 500) {
        CHECK(store.append(recordsOf(calls, i, 500)) == SLUICE_OK);
        side.run("UPDATE usage_packed SET rows = NULL");  // rows alone
        std::vector<Json> plain;
        for (const std::string by : kByAll) plain.push_back(ask(by));
        std::mutex writing;
        store_sqlite::Options options;
        options.path = directory.file();
        const auto silent = [](store_common::Level, const std::string&) {};
        const store_sqlite::Database database(options, silent);
        store_sqlite::Combos combos;
        store_sqlite::Packer packer(database, combos, side, writing, silent);
        while (packer.step(1)) continue;
        CHECK(side.value("SELECT count(*) FROM usage_packed WHERE rows IS NOT NULL") > 50);
        for (size_t n = 0; n < plain.size(); ++n) CHECK(ask(kByAll[n]) == plain[n]);
    }
    CHECK_FALSE(store_sqlite::readPack("\xFF\xFF", [](int64_t, int64_t, const store_sqlite::Sums&) {}));
}

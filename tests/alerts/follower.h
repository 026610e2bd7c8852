// A book that follows a store, and what it raises.
#pragma once

#include <catch2/catch.hpp>
#include <memory>

#include "book.h"
#include "support.h"

namespace testing {

inline const alerts::Calendar kUtc("UTC");

struct Follower {
    sluice::testing::FakeHost host;
    Books books;
    alerts::BookOptions options;
    alerts::Spend spend;
    std::unique_ptr<alerts::Book> book;
    std::unique_ptr<accounts::Watcher> watcher;
    sluice::testing::FakePlugin plugin;
    Raised raised;

    struct Nothing {
        Nothing(std::string_view, sluice::Host) {}
        sluice::Verdict on_request(sluice::Request) { return sluice::Verdict::Continue; }
    };
    explicit Follower(alerts::Types types = alerts::usualTypes()) : plugin(host.load<Nothing>()) {
        options.types = std::move(types);
        host.services[SLUICE_STORE_ID] = books.service();
    }
    void follow() {
        book = std::make_unique<alerts::Book>(options, kUtc, spend);
        watcher = std::make_unique<accounts::Watcher>(sluice::Host(plugin.host()));
        REQUIRE(watcher->open(""));
        spend.use(watcher.get());
        book->follow(*watcher);
    }
    bool check(int64_t now = kNow) {
        raised.all.clear();
        return book->check(now, raised.raise());
    }
    void touch(const std::string& key, const std::string& team = "", const std::string& attributes = "") {
        sluice_record record{};
        record.attributes = sluice::str(attributes);
        record.size = sizeof record;
        record.cost_pico_usd = 1;
        record.key_id = sluice::str(key);
        record.team = sluice::str(team);
        book->touched(record);
    }
    ~Follower() { watcher.reset(); }
};

}  // namespace testing

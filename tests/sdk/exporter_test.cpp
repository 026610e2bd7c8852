// Records in batches: by count, by time, at the end, and when nobody takes them.
#include <catch2/catch.hpp>

#include <sluice/exporter.hpp>
#include <sluice/testing/fake_host.hpp>

#include <thread>

namespace {

using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;

std::vector<std::vector<std::string>> written;
enum class Mood { Takes, Refuses, Throws } mood = Mood::Takes;
sluice::ExporterOptions options;

struct Collector final : sluice::Exporter {
    Collector(std::string_view, sluice::Host host) : Exporter(host, options) {}
    bool write(const std::vector<std::string>& records) override {
        if (mood == Mood::Throws) throw std::runtime_error("the endpoint is gone");
        if (mood == Mood::Refuses) return false;
        written.push_back(records);
        return true;
    }
};

struct Exports {
    explicit Exports(sluice::ExporterOptions wanted = {}) {
        written.clear();
        mood = Mood::Takes;
        options = wanted;
        plugin.emplace(host.load<Collector>());
    }
    void complete(size_t count) {
        for (size_t i = 0; i < count; ++i) {
            auto record = host.request().record();
            record.json = std::to_string(sent++);
            CHECK(plugin->onComplete(record));
        }
    }
    // Everything, once and in order?
    size_t inOrder() const {
        size_t next = 0;
        for (const auto& batch : written) {
            for (const auto& record : batch) {
                CHECK(record == std::to_string(next));
                ++next;
            }
        }
        return next;
    }

    FakeHost host;
    std::optional<FakePlugin> plugin;
    size_t sent = 0;
};

}  // namespace

TEST_CASE("a batch goes when its oldest record has waited") {
    Exports e;
    CHECK(e.host.timers.empty());  // nothing runs before there is something to do
    e.complete(3);
    CHECK(written.empty());
    e.host.advance(900);
    CHECK(written.empty());
    e.host.advance(200);
    CHECK(written == std::vector<std::vector<std::string>>{{"0", "1", "2"}});
    e.host.advance(10'000);
    CHECK(written.size() == 1);
}

TEST_CASE("full batches do not wait, and nothing is larger than one") {
    Exports e({10, 60'000, 1'000});
    e.complete(25);
    CHECK(written.empty());  // on_complete never writes
    e.host.advance(100);
    REQUIRE(written.size() == 2);
    CHECK((written[0].size() == 10 && written[1].size() == 10));
    e.host.advance(61'000);
    CHECK(written.size() == 3);
    CHECK(e.inOrder() == 25);
}

TEST_CASE("what is left is written at the end") {
    Exports e({10, 60'000, 1'000});
    e.complete(25);
    e.plugin.reset();
    CHECK(e.inOrder() == 25);
    CHECK(written.size() == 3);
    CHECK(e.host.timers.empty());
    CHECK(e.host.metric("sluice_exporter_dropped_total") == 0);
}

TEST_CASE("what was not taken is tried again, in order and not at once") {
    Exports e({10, 1'000, 1'000});
    mood = Mood::Refuses;
    e.complete(10);
    e.host.advance(100);
    CHECK(e.host.logged("write() said no"));
    mood = Mood::Takes;
    e.complete(5);
    e.host.advance(800);
    CHECK(written.empty());
    e.host.advance(1'500);
    CHECK(e.inOrder() == 15);
    CHECK(e.host.logged("records go out again"));
    const auto lines = e.host.log.size();
    e.complete(10);
    e.host.advance(2'000);
    CHECK(e.host.log.size() == lines);
}

TEST_CASE("an endpoint that is down fills neither the log nor the memory") {
    Exports e({10, 1'000, 30});
    mood = Mood::Throws;
    for (int i = 0; i < 20; ++i) {
        e.complete(5);
        e.host.advance(1'000);
    }
    CHECK(e.host.log.size() == 1);
    CHECK(e.host.logged("the endpoint is gone"));
    CHECK(e.plugin->as<Collector>().dropped() == 70);
    CHECK(e.host.metric("sluice_exporter_dropped_total") == 70);
    e.plugin.reset();
    CHECK(e.host.metric("sluice_exporter_dropped_total") == 100);
    CHECK(e.host.logged("30 records could not be written at the end"));
}

TEST_CASE("odd bounds are survived") {
    Exports e({0, 0, 1});
    e.complete(2);
    e.host.advance(50);
    CHECK(e.inOrder() == 1);
    e.plugin.reset();
    CHECK(e.inOrder() == 1);
    CHECK(sluice::lines({"a", "b"}) == "a\nb\n");
}

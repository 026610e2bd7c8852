// Settings that change while a cache serves: over a store that the test plays.
#include <atomic>
#include <thread>

#include <sluice/store.h>
#include <catch2/catch.hpp>

#include "live.h"

using namespace cache;
using Json = nlohmann::json;
using Catch::Matchers::Contains;

namespace {

// One document, one watch.
struct Store {
    Store() {
        table.size = sizeof table;
        table.watch = [](sluice_instance* self, sluice_str kind, void* sink,
                         void (*on_document)(void*, const sluice_document*)) -> int64_t {
            CHECK(sluice::view(kind) == "cache_settings");
            Store& me = of(self);
            me.tell = [sink, on_document](const sluice_document& document) { on_document(sink, &document); };
            if (!me.json.empty()) me.say(me.json);
            return 1;
        };
        table.unwatch = [](sluice_instance* self, int64_t) { of(self).tell = nullptr; };
        table.write = [](sluice_instance* self, const sluice_change* changes, size_t count,
                         uint64_t* version) -> sluice_status {
            Store& me = of(self);
            CHECK(count == 1);
            if (me.away) return SLUICE_E_UNAVAILABLE;
            if (changes->expected != me.version) return SLUICE_E_CONFLICT;
            me.say(std::string(sluice::view(changes->json)));
            *version = me.version;
            return SLUICE_OK;
        };
    }
    static Store& of(sluice_instance* self) { return *reinterpret_cast<Store*>(self); }
    void say(const std::string& text) {
        json = text;
        sluice_document document{};
        document.size = sizeof document;
        document.kind = sluice::str("cache_settings");
        document.id = sluice::str("cache");
        document.json = sluice::str(json);
        document.version = ++version;
        tell(document);
    }
    void takeAway() {
        json.clear();
        sluice_document document{};
        document.size = sizeof document;
        document.removed = 1;
        document.id = sluice::str("cache");
        version = 0;
        tell(document);
    }
    std::function<void(const sluice_document&)> tell;
    std::string json;
    uint64_t version = 0;
    bool away = false;
    sluice_store table{};
};

Store* the_store = nullptr;  // null: the host has none

sluice_status findService(const sluice_host*, sluice_str, sluice_str, sluice_service* out) {
    if (!the_store) return SLUICE_E_NOT_FOUND;
    out->table = &the_store->table;
    out->owner = reinterpret_cast<sluice_instance*>(the_store);
    return SLUICE_OK;
}

const sluice_host kHost{sizeof(sluice_host), SLUICE_ABI_MINOR,
                        [](const sluice_host*, sluice_str id) -> const void* {
                            static const sluice_host_services services{sizeof services, 0, findService};
                            return sluice::view(id) == SLUICE_HOST_SERVICES_ID ? &services : nullptr;
                        }};

struct Cache {
    explicit Cache(const std::string& config = R"({"ttl":600,"namespace":"file"})") : live(config) {
        the_store = &store;
        live.open(sluice::Host(&kHost));
    }
    ~Cache() { the_store = nullptr; }
    std::string change(const Json& more) {
        const auto merged = live.merged(more);
        if (!merged.why.empty()) return merged.why;
        const auto status = live.write(merged);
        return status == SLUICE_OK ? "" : "status " + std::to_string(status);
    }
    Store store;
    Live live;
};

}  // namespace

TEST_CASE("changes stand over the file, and can be taken back") {
    Cache cache;
    CHECK(cache.live.closed().empty());
    CHECK(cache.change({{"ttl", 5}, {"mode", "default_off"}}).empty());
    CHECK((cache.live.now().ttl_ms == 5000 && !cache.live.now().default_on));
    CHECK(cache.live.now().name_space == "file");
    CHECK(cache.change({{"ttl", nullptr}}).empty());
    CHECK((cache.live.now().ttl_ms == 600'000 && !cache.live.now().default_on));
    CHECK(cache.live.changes() == Json{{"mode", "default_off"}});
    cache.store.takeAway();
    CHECK((cache.live.now().default_on && cache.live.changes().empty()));
    CHECK(cache.change({{"ttl", 7}}).empty());
    CHECK(cache.live.now().ttl_ms == 7000);
}

TEST_CASE("who was slower is told so, and a store that is away changes nothing") {
    Cache cache;
    const auto mine = cache.live.merged({{"ttl", 5}});
    cache.store.say(R"({"ttl":9})");  // another gateway
    CHECK(cache.live.write(mine) == SLUICE_E_CONFLICT);
    CHECK(cache.live.now().ttl_ms == 9000);
    cache.store.away = true;
    CHECK(cache.change({{"ttl", 5}}) == "status " + std::to_string(SLUICE_E_UNAVAILABLE));
    CHECK(cache.live.now().ttl_ms == 9000);
}

TEST_CASE("what a store tells and no cache can use is left out") {
    Cache cache;
    cache.store.say(R"({"ttl":9})");
    for (const char* json : {"[]", "nonsense", R"({"ttl":0})", R"({"host":"x"})", R"({"mode":7})",
                             R"({"ttl":[[]]})", R"({"supported_call_types":["video"]})"}) {
        INFO(json);
        cache.store.say(json);
        CHECK(cache.live.now().ttl_ms == 9000);
    }
    CHECK(cache.change({{"ttl", 5}}).empty());  // and can be replaced
    CHECK(cache.live.now().ttl_ms == 5000);
}

TEST_CASE("a value is refused with its path, and not repeated") {
    Cache cache;
    CHECK_THAT(cache.change({{"password", "s3cret"}}),
               Contains("cache_settings.password") && !Contains("s3cret"));
    CHECK_THAT(cache.change({{"ttl", "s3cret"}}), Contains("cache_settings.ttl") && !Contains("s3cret"));
    for (const auto& more :
         {Json{{"ttl", -1}}, Json{{"ttl", 1e300}}, Json{{"ttl", ""}}, Json{{"ttl", true}},
          Json{{"wait_ms", 0}}, Json{{"wait_ms", 18446744073709551615ull}}, Json{{"wait_ms", 1.5}},
          Json{{"max_entry_bytes", -1}}, Json{{"single_flight", "yes"}},
          Json{{"namespace", std::string(129, 'a')}}, Json{{"namespace", "a\n"}}, Json{{"share", "nobody"}},
          Json{{"similarity_threshold", -0.1}}, Json{{"semantic_mode", nullptr}, {"x", 1}}}) {
        INFO(more.dump());
        CHECK_THAT(cache.change(more), Contains("cache_settings."));
    }
    CHECK(cache.live.changes().empty());
}

TEST_CASE("without a store nothing can be changed, and one that is named has to be there") {
    Live live("{}");
    live.open(sluice::Host(&kHost));
    CHECK_THAT(live.closed(), Contains("there is no store"));
    Live named(R"({"store":"books"})");
    CHECK_THROWS_AS(named.open(sluice::Host(&kHost)), sluice::ConfigError);
}

TEST_CASE("requests read while settings change") {
    Cache cache;
    std::atomic<bool> over{false};
    std::vector<std::thread> readers;
    std::atomic<int> wrong{0};
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!over) {
                const Options& now = cache.live.now();
                if (now.name_space != "n" + std::to_string(now.ttl_ms / 1000) && now.name_space != "file")
                    ++wrong;
            }
        });
    }
    for (int i = 1; i <= 200; ++i)
        CHECK(cache.change({{"ttl", i}, {"namespace", "n" + std::to_string(i)}}).empty());
    over = true;
    for (auto& reader : readers) reader.join();
    CHECK(wrong == 0);
}

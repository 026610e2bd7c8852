// sluice.cache/1 as it is written, for each cache.
#include <sluice/cache.h>
#include <catch2/catch.hpp>
#include <sluice/testing/fake_host.hpp>

#include <map>
#include <optional>

#include "cache_disk/plugin.h"
#include "cache_memory/plugin.h"
#include "support.h"

using cache_tests::eventually;
using cache_tests::keyOf;
using cache_tests::valueOf;
using sluice::testing::FakeHost;

namespace {

struct Memory {
    using Plugin = cache_memory::Plugin;
    static constexpr const char* kConfig = "{}";
    static constexpr const char* kType = "\"type\":\"memory\"";
};

struct OnDisk {
    using Plugin = cache_disk::Plugin;
    static constexpr const char* kConfig = R"({"path":":temporary:","max_bytes":67108864})";
    static constexpr const char* kType = "\"type\":\"disk\"";
};

// A cache as another plugin has found it.
template <class Which>
struct Client {
    Client() : plugin(host.load<typename Which::Plugin>(Which::kConfig)) {
        const sluice_service found = plugin.service(SLUICE_CACHE_ID);
        table = static_cast<const sluice_cache*>(found.table);
        self = found.owner;
    }

    sluice_status put(const std::string& key, const std::string& value, int64_t ttl_ms = 3'600'000) {
        return table->put(self, sluice::str(key), sluice::str(value), ttl_ms);
    }
    std::map<size_t, std::string> get(const std::vector<std::string>& keys) {
        std::vector<sluice_str> all;
        for (const auto& key : keys) all.push_back(sluice::str(key));
        struct Sink {
            std::map<size_t, std::string> found;
            int64_t ttl_left_ms = 0;
        } sink;
        status = table->get(self, nullptr, all.data(), all.size(), 20'000, &sink,
                            [](void* to, size_t which, const sluice_cache_entry* entry) {
                                CHECK(entry->size == sizeof(sluice_cache_entry));
                                static_cast<Sink*>(to)->found[which] = sluice::view(entry->value);
                                static_cast<Sink*>(to)->ttl_left_ms = entry->ttl_left_ms;
                            });
        ttl_left_ms = sink.ttl_left_ms;
        return sink.found;
    }
    std::optional<std::string> one(const std::string& key) {
        auto found = get({key});
        if (found.empty()) return std::nullopt;
        return found[0];
    }
    uint64_t remove(const std::vector<std::string>& keys) {
        std::vector<sluice_str> all;
        for (const auto& key : keys) all.push_back(sluice::str(key));
        uint64_t removed = 0;
        CHECK(table->remove(self, all.data(), all.size(), &removed) == SLUICE_OK);
        return removed;
    }
    void settle() { CHECK(remove({"nobody"}) == 0); }
    std::string words() {
        std::string json;
        CHECK(table->status(self, &json, [](void* to, sluice_str text) {
            static_cast<std::string*>(to)->append(sluice::view(text));
        }) == SLUICE_OK);
        return json;
    }

    FakeHost host;
    sluice::testing::FakePlugin plugin;
    const sluice_cache* table = nullptr;
    sluice_instance* self = nullptr;
    sluice_status status = SLUICE_OK;
    int64_t ttl_left_ms = 0;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEMPLATE_TEST_CASE("cache 20: what was put comes back byte for byte, and the newest of it", "", Memory,
                   OnDisk) {
    Client<TestType> cache;
    const std::string odd("\0\r\n\xff\x80 '\"\\ \0", 12);
    CHECK(cache.put("odd", odd) == SLUICE_OK);
    CHECK(cache.put("empty", "") == SLUICE_OK);
    CHECK(cache.put(keyOf(1), valueOf(keyOf(1), 1, 300'000)) == SLUICE_OK);
    CHECK(cache.put(keyOf(2), "old") == SLUICE_OK);
    CHECK(cache.put(keyOf(2), "new") == SLUICE_OK);
    cache.settle();
    const auto found = cache.get({"odd", keyOf(3), "empty", keyOf(1), keyOf(2)});
    CHECK(cache.status == SLUICE_OK);
    REQUIRE(found.size() == 4);
    CHECK(found.at(0) == odd);
    CHECK(found.at(2).empty());
    CHECK(found.at(3) == valueOf(keyOf(1), 1, 300'000));
    CHECK(found.at(4) == "new");
    CHECK(cache.ttl_left_ms > 3'000'000);
    CHECK(cache.ttl_left_ms <= 3'600'000);
    CHECK(cache.get({}).empty());
    CHECK(cache.status == SLUICE_OK);
}

TEMPLATE_TEST_CASE("cache 21: keys and values that it does not take", "", Memory, OnDisk) {
    Client<TestType> cache;
    CHECK(cache.put("", "v") == SLUICE_E_INVALID);
    CHECK(cache.put(std::string(513, 'k'), "v") == SLUICE_E_INVALID);
    CHECK(cache.put("with space", "v") == SLUICE_E_INVALID);
    CHECK(cache.put("line\n", "v") == SLUICE_E_INVALID);
    CHECK(cache.put("\xc3\xa4", "v") == SLUICE_E_INVALID);
    CHECK(cache.put("k", "v", 0) == SLUICE_E_INVALID);
    CHECK(cache.put("k", "v", -1) == SLUICE_E_INVALID);
    CHECK(cache.put("k", std::string((1 << 20) + 1, 'v')) == SLUICE_E_INVALID);
    CHECK(cache.put("k", std::string(1 << 20, 'v'), INT64_MAX) == SLUICE_OK);
    CHECK(cache.put(std::string(512, '~'), "v") == SLUICE_OK);
    cache.settle();
    CHECK(cache.one("k")->size() == 1 << 20);
    CHECK(cache.ttl_left_ms > 0);
    CHECK(cache.one(std::string(512, '~')) == "v");
    CHECK_FALSE(cache.one(""));
    CHECK_FALSE(cache.one(std::string(5'000, 'k')));
}

TEMPLATE_TEST_CASE("cache 22: removed and flushed is gone when the call returns", "", Memory, OnDisk) {
    Client<TestType> cache;
    for (const char* key : {"a:1", "a:2", "ab:1", "b:1", "b:2", "~:1", "a%:1", "a_:1"})
        CHECK(cache.put(key, key) == SLUICE_OK);
    CHECK(cache.remove({"a:1", "a:1", "none", "b:2"}) == 2);
    CHECK_FALSE(cache.one("a:1"));
    CHECK(cache.one("a:2") == "a:2");
    for (int i = 0; i < 1'200; ++i) CHECK(cache.put("a:n" + std::to_string(i), "x") == SLUICE_OK);
    CHECK(cache.table->flush(cache.self, sluice::str("a:")) == SLUICE_OK);
    CHECK(cache.get({"a:2", "a:n0", "a:n1199"}).empty());
    CHECK(cache.get({"ab:1", "b:1", "~:1", "a%:1", "a_:1"}).size() == 5);
    CHECK(cache.table->flush(cache.self, sluice::str("~")) == SLUICE_OK);
    CHECK_FALSE(cache.one("~:1"));
    CHECK(cache.table->flush(cache.self, sluice_str{nullptr, 0}) == SLUICE_OK);
    CHECK(cache.get({"ab:1", "b:1", "a%:1"}).empty());
    CHECK(cache.put("b:1", "again") == SLUICE_OK);
    cache.settle();
    CHECK(cache.one("b:1") == "again");
    CHECK(cache.table->remove(cache.self, nullptr, 0, nullptr) == SLUICE_OK);
}

TEMPLATE_TEST_CASE("cache 23: what has expired is not given back", "", Memory, OnDisk) {
    Client<TestType> cache;
    CHECK(cache.put("short", "v", 100) == SLUICE_OK);
    CHECK(cache.put("long", "v") == SLUICE_OK);
    cache.settle();
    // One of them goes by the host's clock, the other by that of the world.
    CHECK(eventually([&] {
        cache.host.advance(10);
        return !cache.one("short");
    }));
    CHECK(cache.remove({"short"}) == 0);
    CHECK(cache.one("long") == "v");
}

TEMPLATE_TEST_CASE("cache 24: it says how it is", "", Memory, OnDisk) {
    Client<TestType> cache;
    CHECK(cache.put("k", std::string(10'000, 'v')) == SLUICE_OK);
    cache.settle();
    CHECK(cache.one("k"));
    CHECK_FALSE(cache.one("l"));
    const std::string json = cache.words();
    INFO(json);
    CHECK(sluice::isJson(json));
    for (const char* part : {TestType::kType, "\"healthy\":true", "\"entries\":1", "\"hits\":1",
                             "\"misses\":1", "\"evictions\":0", "\"bytes\":"})
        CHECK(has(json, part));
    CHECK_FALSE(has(json, "\"error\""));
}

TEMPLATE_TEST_CASE("cache 25: configurations that are refused, with the reason", "", Memory, OnDisk) {
    using Plugin = typename TestType::Plugin;
    FakeHost host;
    CHECK(has(host.refusal<Plugin>(R"({"path":":temporary:","max_bytes":10})"),
              "max_bytes: found 10; allowed: "));
    CHECK(has(host.refusal<Plugin>(R"({"path":":temporary:","max_entry_bytes":0})"),
              "max_entry_bytes: found 0"));
    CHECK(
        has(host.refusal<Plugin>(R"({"path":":temporary:","max_bytes":16777216,"max_entry_bytes":16777216})"),
            "max_entry_bytes: found 16777216; allowed: 1 to "));
    CHECK(has(host.refusal<Plugin>(R"({"max_bytes":"1GB"})"), "max_bytes: found a text"));
}

TEST_CASE("cache 26: the disk needs a host that can wait, the memory does not") {
    FakeHost old(sluice::testing::Abi::V1_0);
    CHECK(has(old.refusal<cache_disk::Plugin>(OnDisk::kConfig), "sluice.host.wait/1"));
    CHECK(old.refusal<cache_memory::Plugin>("{}").empty());
}

TEST_CASE("cache 27: directories that cannot be one") {
    FakeHost host;
    const auto refusal = [&](const std::string& path) {
        return host.refusal<cache_disk::Plugin>(R"({"path":")" + path + R"("})");
    };
    CHECK(has(refusal("/proc/version"), "path: /proc/version: found something that is no directory"));
    CHECK(has(refusal("/proc/none/none"), "path: /proc/none/none: No such file or directory; allowed: "));
    CHECK(has(refusal(""), "path: found an empty text"));
}

TEST_CASE("cache 28: a get that is not given time does not wait") {
    Client<OnDisk> cache;
    const sluice_str key = sluice::str("k");
    const auto take = [](void*, size_t, const sluice_cache_entry*) { FAIL("there is none"); };
    for (int i = 0; i < 100; ++i) {
        const auto status = cache.table->get(cache.self, nullptr, &key, 1, 0, nullptr, take);
        CHECK((status == SLUICE_E_DEADLINE || status == SLUICE_OK));
    }
}

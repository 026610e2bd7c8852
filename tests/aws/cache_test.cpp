// cache_s3: names, the queue, and the keeper over a bucket in memory.
#include <catch2/catch.hpp>

#include <set>

#include <sluice/testing/fake_host.hpp>

#include "cache_s3/keeper.h"
#include "cache_s3/names.h"
#include "shared_aws/xml.h"

using cache_s3::Keeper;
using cache_s3::nameOf;
using cache_s3::Waiting;
using nlohmann::json;

extern "C" const sluice_entry* sluice_plugin_entry_v1(void);

namespace {

constexpr int64_t kNow = 1'700'000'000'000;

// Objects with their fields, and what goes wrong.
class Memory {
public:
    s3::Answer send(const s3::Call& call) {
        const std::lock_guard lock(mutex);
        ++calls;
        if (status != 200) return {status, "<Error><Code>" + code + "</Code></Error>", {}};
        const std::string rest = call.url.substr(std::string("http://h/b").size());
        const std::string key = rest.size() > 1 ? rest.substr(1, rest.find('?') - 1) : "";
        if (call.method == "PUT") {
            objects[key] = {200, call.body, call.fields};
            return {200, "", {}};
        }
        if (call.method == "GET" && rest.rfind("?list-type", 0) == 0) return list(rest);
        if (call.method == "POST") return removeMany(call.body);
        const auto found = objects.find(key);
        if (call.method == "DELETE") {
            objects.erase(key);
            return {204, "", {}};
        }
        if (found == objects.end()) return {404, "<Error><Code>NoSuchKey</Code></Error>", {}};
        return found->second;
    }
    size_t size() {
        const std::lock_guard lock(mutex);
        return objects.size();
    }

    std::mutex mutex;
    std::map<std::string, s3::Answer> objects;
    int status = 200;
    std::string code = "InternalError";
    size_t calls = 0, page = 2;
    bool knows_delete_objects = true;

private:
    s3::Answer list(const std::string& query) {
        const auto value = [&](const std::string& name) {
            const size_t at = query.find(name + "=");
            if (at == std::string::npos) return std::string();
            std::string text = query.substr(at + name.size() + 1);
            text = text.substr(0, text.find('&'));
            for (size_t i; (i = text.find("%2F")) != std::string::npos;) text.replace(i, 3, "/");
            return text;
        };
        const std::string prefix = value("prefix"), from = value("continuation-token");
        std::string xml = "<ListBucketResult>";
        size_t n = 0;
        for (const auto& [key, object] : objects) {
            if (key.compare(0, prefix.size(), prefix) != 0 || key <= from) continue;
            if (n == page) {
                xml += "<IsTruncated>true</IsTruncated>";
                break;
            }
            ++n;
            xml += "<Contents><Key>" + key + "</Key></Contents><NextContinuationToken>" + key +
                   "</NextContinuationToken>";
        }
        const size_t last = xml.rfind("<NextContinuationToken>");  // of those, the last one counts
        if (last != std::string::npos) {
            size_t at = 0;
            const std::string token(s3::xml::textOf(xml.substr(last), "NextContinuationToken"));
            while ((at = xml.find("<NextContinuationToken>")) != std::string::npos)
                xml.erase(at, xml.find("</NextContinuationToken>", at) + 24 - at);
            xml += "<NextContinuationToken>" + token + "</NextContinuationToken>";
        }
        return {200, xml + "</ListBucketResult>", {}};
    }
    s3::Answer removeMany(const std::string& body) {
        if (!knows_delete_objects) return {501, "<Error><Code>NotImplemented</Code></Error>", {}};
        size_t at = 0;
        while (const auto key = s3::xml::element(body, "Key", at)) objects.erase(std::string(*key));
        return {200, "<DeleteResult/>", {}};
    }
};

struct Rig {
    explicit Rig(const cache_s3::Options& options = {}, std::string path = "p/") {
        s3::Store store;
        store.name = "b";
        store.path = std::move(path);
        store.bucket = std::make_shared<const s3::Bucket>(
            s3::placeOf({"b", "", "http://h", true, false}),
            std::make_shared<s3::KeySigner>(sigv4::Credentials{"id", "secret", ""}, "us-east-1"));
        keeper = std::make_unique<Keeper>(
            options, store,
            cache_s3::Outside{[this](const s3::Call& call, uint32_t) { return memory.send(call); },
                              [this] { return now.load(); }, [this] { return now.load(); },
                              [this](const std::string& text) {
                                  const std::lock_guard lock(memory.mutex);
                                  told.push_back(text);
                              }});
        keeper->start();
    }
    std::optional<std::string> get(const std::string& key) {
        bool fault = false;
        const auto entry = keeper->read(memory.send(*keeper->getCall(key)), fault);
        return entry ? std::optional(entry->value) : std::nullopt;
    }
    void put(const std::string& key, const std::string& value, int64_t ttl = 60'000) {
        REQUIRE(keeper->put(key, value, ttl) == SLUICE_OK);
    }
    template <class Condition>
    static bool soon(Condition condition) {
        for (int i = 0; i < 2000 && !condition(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return condition();
    }

    Memory memory;
    std::atomic<int64_t> now{kNow};
    std::vector<std::string> told;
    std::unique_ptr<Keeper> keeper;
};

}  // namespace

TEST_CASE("names of objects", "[cache]") {
    CHECK(nameOf("p/", "team:0af3") == "p/team_3A0af3.cache");
    CHECK(nameOf("", "a/../b_%") == "a_2F_2E_2E_2Fb_5F_25.cache");
    for (const char* none : {"", "a b", "a\n", "\xC3\xA4"}) CHECK(nameOf("", none).empty());
    CHECK(nameOf("", std::string(513, 'a')).empty());
    CHECK_FALSE(nameOf("", std::string(512, 'a')).empty());
    CHECK(nameOf("", std::string(512, ':')).empty());
    CHECK(cache_s3::isOurs("p/", "p/team_3A0af3.cache"));
    for (const char* theirs : {"p/x.json", "p/.cache", "q/a.cache", "p/a/b.cache", "p/", "p"})
        CHECK_FALSE(cache_s3::isOurs("p/", theirs));
}

TEST_CASE("what waits to be written", "[cache]") {
    Waiting waiting(2, 10);
    CHECK(waiting.add({"a", "12345", 0}));
    CHECK(waiting.add({"b", "12345", 0}));
    CHECK_FALSE(waiting.add({"c", "", 0}));
    CHECK_FALSE(waiting.add({"b", "123456", 0}));
    CHECK(waiting.add({"a", "1", 0}));  // in its place
    CHECK(waiting.bytes() == 6);
    auto first = waiting.take();
    REQUIRE(first);
    CHECK(first->value == "1");
    CHECK(waiting.add({"a", "2", 0}));
    CHECK(waiting.take()->key == "b");
    CHECK_FALSE(waiting.take().has_value());  // one of a key at a time
    CHECK(waiting.underWay([](std::string_view key) { return key == "a"; }));
    waiting.done("a");
    CHECK(waiting.take()->value == "2");
    CHECK(waiting.add({"x1", "", 0}));
    CHECK(waiting.drop([](std::string_view key) { return key[0] == 'x'; }) == 1);
    CHECK_FALSE(waiting.take().has_value());
    CHECK(waiting.bytes() == 0);
}

TEST_CASE("what is put is found, for as long as it lives", "[cache]") {
    Rig rig;
    CHECK(rig.keeper->put("", "x", 1000) == SLUICE_E_INVALID);
    CHECK(rig.keeper->put("k", "x", 0) == SLUICE_E_INVALID);
    CHECK(rig.keeper->put("k", std::string(5 << 20, 'x'), 1000) == SLUICE_E_INVALID);
    const std::string value("\0binary\xff", 8);
    rig.put("ns:k", value, 10'000);
    REQUIRE(Rig::soon([&] { return rig.memory.size() == 1; }));
    CHECK(rig.memory.objects.begin()->first == "p/ns_3Ak.cache");
    CHECK(rig.get("ns:k") == value);
    CHECK_FALSE(rig.get("other").has_value());
    bool fault = false;
    CHECK(rig.keeper->read(rig.memory.send(*rig.keeper->getCall("ns:k")), fault)->ttl_left_ms == 10'000);
    rig.now += 10'000;
    CHECK_FALSE(rig.get("ns:k").has_value());
    CHECK_FALSE(rig.keeper->getCall("not a key").has_value());
}

TEST_CASE("other bytes than were put are none", "[cache]") {
    Rig rig;
    rig.put("k", "value");
    REQUIRE(Rig::soon([&] { return rig.memory.size() == 1; }));
    auto& object = rig.memory.objects.begin()->second;
    object.body = "valuE";
    CHECK_FALSE(rig.get("k").has_value());
    object.body = "value";
    CHECK(rig.get("k") == "value");
    object.fields.clear();  // somebody else's
    CHECK_FALSE(rig.get("k").has_value());
}

TEST_CASE("several keys are looked up by the threads", "[cache]") {
    Rig rig;
    for (int i = 0; i < 5; ++i) rig.put("k" + std::to_string(i), std::to_string(i));
    REQUIRE(Rig::soon([&] { return rig.memory.size() == 5; }));
    const auto fetch = std::make_shared<cache_s3::Fetch>();
    std::atomic<bool> done{false};
    fetch->keys = {"k4", "none", "k0", "no key"};
    fetch->found.resize(4);
    fetch->open = 4;
    fetch->wake = [&] { done = true; };
    rig.keeper->fetch(fetch);
    REQUIRE(Rig::soon([&] { return done.load(); }));
    const std::lock_guard lock(fetch->mutex);
    CHECK(fetch->faults == 0);
    CHECK(fetch->found[0]->value == "4");
    CHECK_FALSE(fetch->found[1].has_value());
    CHECK(fetch->found[2]->value == "0");
}

TEST_CASE("keys are removed, and what waited under them", "[cache]") {
    Rig rig;
    for (const char* key : {"a", "b", "c"}) rig.put(key, "x");
    REQUIRE(Rig::soon([&] { return rig.memory.size() == 3; }));
    uint64_t removed = 99;
    CHECK(rig.keeper->remove({"a", "none", "b"}, &removed) == SLUICE_OK);
    CHECK(removed == 2);
    CHECK(rig.memory.size() == 1);
    CHECK(rig.keeper->remove({"c"}, nullptr) == SLUICE_OK);
    CHECK(rig.memory.size() == 0);
    for (int i = 0; i < 200; ++i) {
        rig.put("k", "x");
        CHECK(rig.keeper->remove({"k"}, nullptr) == SLUICE_OK);
        CHECK_FALSE(rig.get("k").has_value());
    }
}

TEST_CASE("a flush takes what begins so, page by page, and nothing of others", "[cache]") {
    for (const bool many : {true, false}) {
        Rig rig({}, "");
        rig.memory.knows_delete_objects = many;
        for (int i = 0; i < 5; ++i) rig.put("red:" + std::to_string(i), "x");
        for (int i = 0; i < 3; ++i) rig.put("blue:" + std::to_string(i), "x");
        REQUIRE(Rig::soon([&] { return rig.memory.size() == 8; }));
        {
            const std::lock_guard lock(rig.memory.mutex);
            rig.memory.objects["red-report.pdf"] = {200, "theirs", {}};
        }
        CHECK(rig.keeper->flush("red:") == SLUICE_OK);
        CHECK(rig.memory.size() == 4);
        CHECK(rig.keeper->flush("") == SLUICE_OK);
        CHECK(rig.memory.size() == 1);
        CHECK(rig.memory.objects.count("red-report.pdf") == 1);
    }
}

TEST_CASE("a store that is away is left alone", "[cache]") {
    Rig rig;
    rig.memory.status = 503;
    bool fault = false;
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(rig.keeper->away());
        CHECK_FALSE(rig.keeper->read(rig.memory.send(*rig.keeper->getCall("k")), fault).has_value());
        CHECK(fault);
    }
    CHECK(rig.keeper->away());
    CHECK(rig.told == std::vector<std::string>{"a lookup: status 503 (InternalError)"});
    rig.now += 1'000;
    CHECK_FALSE(rig.keeper->away());
    rig.memory.status = 200;
    CHECK_FALSE(rig.get("k").has_value());
    CHECK_FALSE(rig.keeper->away());
    CHECK(rig.told.size() == 2);
    CHECK(rig.keeper->flush("") == SLUICE_OK);
    rig.memory.status = 0;
    CHECK(rig.keeper->flush("") == SLUICE_E_UNAVAILABLE);
    CHECK(rig.keeper->remove({"a"}, nullptr) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("who may not list the bucket is told that an object is missing with 403", "[cache]") {
    Rig rig;
    rig.memory.status = 403;
    rig.memory.code = "AccessDenied";
    bool fault = true;
    for (int i = 0; i < 5; ++i) (void)rig.keeper->read(rig.memory.send(*rig.keeper->getCall("k")), fault);
    CHECK_FALSE(fault);
    CHECK_FALSE(rig.keeper->away());
    rig.memory.code = "SignatureDoesNotMatch";
    (void)rig.keeper->read(rig.memory.send(*rig.keeper->getCall("k")), fault);
    CHECK(fault);
    const auto said = json::parse(rig.keeper->status());
    CHECK(said["healthy"] == false);
    CHECK(said["error"] == "status 403 (SignatureDoesNotMatch)");
    CHECK(said["type"] == "s3");
}

TEST_CASE("the queue has a bound", "[cache]") {
    cache_s3::Options options;
    options.queue_entries = 3;
    Rig rig(options);
    rig.keeper->close();
    CHECK(rig.keeper->put("k", "x", 1000) == SLUICE_E_LIMIT);
    CHECK(json::parse(rig.keeper->status())["dropped"] == 1);
}

TEST_CASE("the plugin, from outside", "[cache]") {
    const char* config =
        R"({"s3_bucket_name":"b","s3_endpoint_url":"http://h","s3_aws_access_key_id":"id","s3_aws_secret_access_key":"s"})";
    sluice::testing::FakeHost old(sluice::testing::Abi::V1_0);
    try {
        (void)old.load(*sluice_plugin_entry_v1(), config);
        FAIL("it was taken");
    } catch (const std::runtime_error& why) {
        CHECK(std::string(why.what()).find("needs ABI 1.2, with sluice.host.wait/1") != std::string::npos);
    }
    sluice::testing::FakeHost host;
    auto plugin = host.load(*sluice_plugin_entry_v1(), config);
    const auto service = plugin.service(SLUICE_CACHE_ID);
    const auto* cache = static_cast<const sluice_cache*>(service.table);
    REQUIRE(SLUICE_HAS(cache, status));
    std::map<size_t, std::string> found;
    const auto get = [&](std::vector<sluice_str> keys) {
        found.clear();
        return cache->get(service.owner, nullptr, keys.data(), keys.size(), 500, &found,
                          [](void* sink, size_t which, const sluice_cache_entry* entry) {
                              (*static_cast<std::map<size_t, std::string>*>(sink))[which] =
                                  std::string(sluice::view(entry->value));
                          });
    };
    sluice::testing::HttpReply reply;
    reply.body = "value";
    REQUIRE(reply.fields.set("X-Amz-Meta-Sluice-Expires", std::to_string(host.wallMs() + 5'000)));
    REQUIRE(reply.fields.set("x-amz-meta-sluice-sha256", sigv4::hex(sigv4::sha256("value"))));
    host.http.answer("http://h/b/one.cache", reply);
    sluice::testing::HttpReply missing;
    missing.status = 404;
    host.http.answer("http://h/b/two.cache", missing);
    CHECK(get({sluice::str("two"), sluice::str("one")}) == SLUICE_OK);
    CHECK(found == std::map<size_t, std::string>{{1, "value"}});
    CHECK(host.http.asked()[0].timeout_ms == 500);
    sluice::testing::HttpReply slow = reply;
    slow.takes_ms = 10'000;
    host.http.answer("http://h/b/slow.cache", slow);
    CHECK(get({sluice::str("slow")}) == SLUICE_E_DEADLINE);
    host.http.fail("http://h/b/away.cache", SLUICE_E_UNAVAILABLE);
    CHECK(get({sluice::str("away")}) == SLUICE_E_UNAVAILABLE);
    CHECK(get({sluice::str("away")}) == SLUICE_E_UNAVAILABLE);
    const size_t asked = host.http.asked().size();
    CHECK(get({sluice::str("one")}) == SLUICE_E_UNAVAILABLE);  // it is known
    CHECK(host.http.asked().size() == asked);
    CHECK(cache->put(service.owner, sluice::str("bad key"), sluice::str("v"), 1) == SLUICE_E_INVALID);
    CHECK(host.logged("cache_s3: a lookup"));
}

// sluice.host.kv/1 and the store behind it.
#include "plugin_host/kv_store.h"

#include <thread>

#include "plugin_host/host_world.h"

using namespace sluice;
using host::kHostContent;
using host::kHostKv;
using host::kHostSecrets;
using host::KvStore;
using host::str;
using host::view;
using Put = host::KvStore::Put;

namespace {

const base::TimePoint kNow = base::Clock::now();
constexpr base::milliseconds kForever{0};

}  // namespace

TEST_CASE("values of a store come, are replaced, end and go", "[plugin_host]") {
    KvStore store;
    CHECK_FALSE(store.get("a", kNow));
    CHECK(store.put("a", "1", kForever, kNow) == Put::Done);
    CHECK(store.put("a", "22", base::milliseconds(100), kNow) == Put::Done);
    CHECK(store.get("a", kNow + base::milliseconds(99)) == "22");
    CHECK_FALSE(store.get("a", kNow + base::milliseconds(100)));
    CHECK_FALSE(store.remove("a"));
    CHECK(store.put("b", "", kForever, kNow) == Put::Done);
    CHECK(store.get("b", kNow) == "");
    CHECK(store.remove("b"));
}

TEST_CASE("counters of a store", "[plugin_host]") {
    KvStore store;
    int64_t sum = 7;
    CHECK(store.add("n", 5, base::milliseconds(100), kNow, sum) == Put::Done);
    CHECK(sum == 5);
    CHECK(store.add("n", -7, base::milliseconds(900), kNow + base::milliseconds(50), sum) == Put::Done);
    CHECK(sum == -2);
    CHECK(store.get("n", kNow) == "-2");
    // The window is that of the first addition.
    CHECK(store.add("n", 1, base::milliseconds(100), kNow + base::milliseconds(101), sum) == Put::Done);
    CHECK(sum == 1);
    CHECK(store.add("n", INT64_MAX, kForever, kNow + base::milliseconds(102), sum) == Put::NoNumber);
    CHECK(store.get("n", kNow + base::milliseconds(103)) == "1");
    CHECK(store.put("t", "1x", kForever, kNow) == Put::Done);
    CHECK(store.add("t", 1, kForever, kNow, sum) == Put::NoNumber);
}

TEST_CASE("a store is bounded, and what has ended makes room", "[plugin_host]") {
    KvStore store;
    const std::string big(KvStore::kValueMax, 'x');
    CHECK(store.put("a", big + "x", kForever, kNow) == Put::NoRoom);
    for (int i = 0; i < 15; ++i)
        REQUIRE(store.put("k" + std::to_string(i), big, base::milliseconds(100), kNow) == Put::Done);
    CHECK(store.put("last", big, kForever, kNow) == Put::NoRoom);  // the keys take room too
    CHECK(store.put("k3", "small", kForever, kNow) == Put::Done);
    CHECK(store.put("last", big, kForever, kNow + base::milliseconds(100)) == Put::Done);
    CHECK(store.get("k3", kNow + base::milliseconds(200)) == "small");
    KvStore many;
    for (size_t i = 0; i < KvStore::kEntriesMax; ++i)
        REQUIRE(many.put(std::to_string(i), "", kForever, kNow) == Put::Done);
    CHECK(many.put("one more", "", kForever, kNow) == Put::NoRoom);
    CHECK(many.put("7", "another", kForever, kNow) == Put::Done);
}

TEST_CASE("threads count together", "[plugin_host]") {
    KvStore store;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            int64_t sum = 0;
            for (int k = 0; k < 1000; ++k) (void)store.add("n", 1, kForever, kNow, sum);
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(store.get("n", kNow) == "4000");
}

TEST_CASE("capabilities are asked for, and granted", "[plugin_host]") {
    ::setenv("SLUICE_UNIT_SECRET", "hush", 1);
    const auto hook = [](sluice_ctx*) { return SLUICE_CONTINUE; };
    test::FakePlugin asks, silent;
    asks.asksFor({"kv", "raw_bytes", "secrets:SLUICE_UNIT_SECRET"}).preCall(hook);
    silent.preCall(hook);
    test::HostWorld world;
    auto granted = test::instanceNamed("granted");
    granted.grants = {"kv", "raw_bytes", "secrets:SLUICE_UNIT_SECRET"};
    auto& all = world.add(asks, granted);
    auto& usual = world.add(asks, test::instanceNamed("usual"));
    auto& none = world.add(silent, test::instanceNamed("none"));
    world.start();
    const auto api = [](host::Instance& i) { return &i.handle().api; };
    sluice_str out{};
    int64_t sum = 0;
    CHECK(kHostSecrets.reveal(api(all), str("SLUICE_UNIT_SECRET"), &out) == SLUICE_OK);
    CHECK(view(out) == "hush");
    CHECK(kHostSecrets.reveal(api(all), str("PATH"), &out) == SLUICE_E_NOT_FOUND);
    CHECK(kHostSecrets.reveal(api(usual), str("SLUICE_UNIT_SECRET"), &out) == SLUICE_E_NOT_FOUND);
    CHECK(kHostKv.add(api(all), str("n"), 2, 0, &sum) == SLUICE_OK);
    CHECK(kHostKv.add(api(usual), str("n"), 1, 0, &sum) == SLUICE_OK);
    CHECK(sum == 1);  // nobody sees another's
    CHECK(kHostKv.add(api(none), str("n"), 1, 0, &sum) == SLUICE_E_DENIED);
    CHECK(kHostKv.put(api(all), str(""), str("x"), 0) == SLUICE_E_INVALID);
    CHECK(kHostKv.put(api(all), str("long"), str("x"), UINT64_MAX) == SLUICE_OK);
    CHECK(host::hostInterface(api(none), str(SLUICE_HOST_KV_ID)) == nullptr);
    world.request.body =
        *llm::Body::read(R"({"input":[{"image_url":"data:AAAA"}]})", llm::BodyKind::Json, "application/json");
    CHECK(kHostContent.raw(&world.runner().context(all, host::Phase::PreCall), SLUICE_CONTENT_REQUEST, 0,
                           &out) == SLUICE_OK);
    CHECK(view(out) == "\"data:AAAA\"");
    CHECK(kHostContent.raw(&world.runner().context(none, host::Phase::PreCall), SLUICE_CONTENT_REQUEST, 0,
                           &out) == SLUICE_E_DENIED);
    KvStore::of("granted").remove("n");
    KvStore::of("usual").remove("n");
}

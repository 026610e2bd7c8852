// Time and memory of the store: entries of 64 bytes of key and 2,048 bytes of value.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "bench.h"
#include "engine/store.h"

namespace cache_bench {
namespace {

constexpr size_t kValue = 2'048, kKey = 64;
constexpr size_t kAsked = 2'000'000;

// VmRSS of /proc/self/status, in bytes.
size_t resident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6)) * 1024;
    }
    return 0;
}

// Time of this thread on a CPU, in nanoseconds: others may use the machine meanwhile.
double now() {
    timespec time{};
    (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
double since(double begin, size_t count) { return (now() - begin) / static_cast<double>(count); }

void gets(cache_memory::Store& store, const std::vector<std::string>& keys) {
    Random random{1};
    std::string copy;
    size_t found = 0;
    auto begin = now();
    for (size_t i = 0; i < kAsked; ++i) {
        const auto held = store.find(keys[random.next() % keys.size()], 0);
        if (!held) continue;
        copy.assign(held->value());
        ++found;
    }
    std::printf("get_hit_with_copy_ns\t%.0f\t(%zu of %zu found)\n", since(begin, kAsked), found, kAsked);
    begin = now();
    for (size_t i = 0; i < kAsked; ++i) (void)store.find(keys[random.next() % keys.size()], 0);
    std::printf("get_hit_ns\t%.0f\n", since(begin, kAsked));
    std::string other = keys[0];
    begin = now();
    for (size_t i = 0; i < kAsked; ++i) {
        other.replace(0, 16, keys[random.next() % keys.size()], 48, 16);
        (void)store.find(other, 0);
    }
    std::printf("get_miss_ns\t%.0f\n", since(begin, kAsked));
    size_t bytes = 0;
    begin = now();
    for (size_t i = 0; i < kAsked; ++i)
        bytes += static_cast<unsigned char>(keys[random.next() % keys.size()][63]);
    std::printf("key_alone_ns\t%.0f\t(what the bench itself takes: drawing a key; %zu)\n",
                since(begin, kAsked), bytes);
}

// Values of all sizes come and go: does the memory stay what the store says?
}  // namespace

void churn() {
    cache_memory::Options options;
    options.max_bytes = size_t{256} << 20;
    cache_memory::Store store(options);
    const size_t before = resident();
    Random random{3};
    const std::string bytes(200'000, 'v');
    for (size_t i = 0; i < 1'000'000; ++i) {
        const size_t size = size_t{1} << (7 + random.next() % 10);
        const std::string_view value(bytes.data(), size + random.next() % size / 2);
        (void)store.put(keyOf(random.next() % 1'000'000), value, INT64_MAX, 0);
    }
    const auto figures = store.figures();
    std::printf("churn_mixed_sizes_rss_over_bytes\t%.3f\t(%.1f MiB for %.1f MiB of %llu entries)\n",
                static_cast<double>(resident() - before) / static_cast<double>(figures.bytes),
                static_cast<double>(resident() - before) / 0x1p20,
                static_cast<double>(figures.bytes) / 0x1p20,
                static_cast<unsigned long long>(figures.entries));
}

void costs(size_t entries) {
    std::vector<std::string> keys;
    for (size_t i = 0; i < entries; ++i) keys.push_back(keyOf(i * 0x9E3779B97F4A7C15));
    cache_memory::Options options;
    options.max_bytes = entries * (kKey + kValue + 200);
    cache_memory::Store store(options);
    std::string value(kValue, 'v');
    const size_t before = resident();
    const double begin = now();
    for (const auto& key : keys) (void)store.put(key, value, INT64_MAX, 0);
    std::printf("put_ns\t%.0f\n", since(begin, entries));
    const auto figures = store.figures();
    const auto taken = static_cast<double>(resident() - before);
    const double net = static_cast<double>(figures.entries * (kKey + kValue));
    std::printf("entries\t%llu\n", static_cast<unsigned long long>(figures.entries));
    std::printf("rss_over_net_bytes\t%.4f\t(%.1f bytes an entry beyond its key and value)\n", taken / net,
                (taken - net) / static_cast<double>(figures.entries));
    std::printf("rss_over_counted_bytes\t%.4f\n", taken / static_cast<double>(figures.bytes));
    gets(store, keys);
    // As many again: each put throws one out.
    const double again = now();
    for (size_t i = 0; i < entries; ++i)
        (void)store.put(keyOf(i * 0xD6E8FEB86659FD93 + 1), value, INT64_MAX, 0);
    std::printf("put_that_evicts_ns\t%.0f\n", since(again, entries));
    const auto full = store.figures();
    std::printf(
        "full_rss_over_net_bytes\t%.4f\t(with ghosts, %llu entries)\n",
        static_cast<double>(resident() - before) / static_cast<double>(full.entries * (kKey + kValue)),
        static_cast<unsigned long long>(full.entries));
}

}  // namespace cache_bench

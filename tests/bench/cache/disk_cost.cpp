// Time and room of cache_disk: entries of 64 bytes of key and 2,048 bytes of value.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "../../cache/disk.h"
#include "bench.h"

namespace cache_bench {
namespace {

using Clock = std::chrono::steady_clock;

double microsSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

void gets(cache_tests::Disk& disk, size_t entries, const char* name, uint64_t offset) {
    Random random{5};
    std::vector<double> times;
    size_t found = 0;
    for (size_t i = 0; i < 20'000; ++i) {
        const std::string key = keyOf(random.next() % entries + offset);
        const auto begin = Clock::now();
        found += disk.get(key) ? 1 : 0;
        times.push_back(microsSince(begin));
    }
    std::sort(times.begin(), times.end());
    std::printf("%s_us\tmedian %.0f\tp99 %.0f\t(%zu found)\n", name, times[times.size() / 2],
                times[times.size() * 99 / 100], found);
}

}  // namespace

void disk(size_t entries) {
    const cache_tests::Directory directory;
    auto options = cache_tests::optionsIn(directory, int64_t{1} << 30);
    cache_tests::Disk disk(options);
    std::string value(2'048, 'v');
    auto begin = Clock::now();
    for (size_t i = 0; i < entries; ++i) {
        while (!disk.putLater(keyOf(i), value)) (void)disk.settle();
    }
    (void)disk.settle();
    std::printf("put_us\t%.1f\n", microsSince(begin) / static_cast<double>(entries));
    std::printf("bytes_of_directory_per_entry\t%.0f\n",
                static_cast<double>(directory.bytes()) / static_cast<double>(entries));
    gets(disk, entries, "get_hit", 0);
    gets(disk, entries, "get_miss", 1'000'000'000);
}

}  // namespace cache_bench

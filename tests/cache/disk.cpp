#include "disk.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "support.h"

namespace cache_tests {

namespace fs = std::filesystem;
using namespace cache_disk;

Directory::Directory() : path_((fs::temp_directory_path() / "sluice_cache_tests_XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("no directory for tests can be made");
}

Directory::~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

int64_t Directory::bytes() const {
    int64_t sum = 0;
    for (const auto& file : fs::directory_iterator(path_)) {
        std::error_code gone;
        const auto size = file.file_size(gone);
        // -shm is the index of the log: memory that is shared, not data.
        if (!gone && file.path().extension() != ".db-shm") sum += static_cast<int64_t>(size);
    }
    return sum;
}

std::string Directory::database() const {
    std::string newest;
    for (const auto& file : fs::directory_iterator(path_)) {
        if (file.path().extension() == ".db") newest = std::max(newest, file.path().string());
    }
    return newest;
}

Options optionsIn(const Directory& directory, int64_t max_bytes) {
    Options options;
    options.path = directory.path();
    options.max_bytes = max_bytes;
    options.max_entry_bytes = std::min<int64_t>(options.max_entry_bytes, max_bytes / 16);
    return options;
}

Disk::Disk(const Options& its_options)
    : options(its_options),
      used(options.max_bytes),
      place(options,
            [this](Level, const std::string& words) {
                const std::lock_guard lock(mutex);
                logged += words + "\n";
            }),
      writer(place, options, used),
      readers(place, options, used, [this](const std::string& key) { writer.forget(key); }) {}

bool Disk::putLater(const std::string& key, const std::string& value, int64_t ttl_ms) {
    return writer.put(key, value, wallMs() + ttl_ms);
}

void Disk::put(const std::string& key, const std::string& value, int64_t ttl_ms) {
    if (!putLater(key, value, ttl_ms) || !settle()) throw std::runtime_error("it was not kept");
}

bool Disk::settle() {
    uint64_t ignored = 0;
    return writer.remove({"nobody"}, ignored);
}

std::optional<std::string> Disk::get(const std::string& key) {
    std::mutex waiting;
    std::condition_variable ready;
    bool done = false;
    const auto asked = std::make_shared<Asked>();
    asked->keys.push_back(key);
    asked->wake = [&] {
        const std::lock_guard lock(waiting);
        done = true;
        ready.notify_all();
    };
    if (!readers.ask(asked)) return std::nullopt;
    std::unique_lock lock(waiting);
    ready.wait(lock, [&] { return done; });
    const std::lock_guard theirs(asked->mutex);
    if (!asked->found[0]) return std::nullopt;
    return asked->found[0]->value;
}

std::string Disk::log() {
    const std::lock_guard lock(mutex);
    return logged;
}

int writeUntilKilled(const char* directory) {
    Options options;
    options.path = directory;
    options.max_bytes = int64_t{16} << 20;
    Disk disk(options);
    Random random{static_cast<uint64_t>(::getpid())};
    for (size_t i = 1;; ++i) {
        const std::string key = keyOf(random.below(300));
        const size_t size = random.below(20) == 0 ? 100'000 : 2'000;
        while (!disk.putLater(key, valueOf(key, i, size))) (void)disk.settle();
        if (i % 20 == 0) {
            (void)disk.settle();
            std::printf("%zu\n", i);
            std::fflush(stdout);
        }
    }
}

}  // namespace cache_tests

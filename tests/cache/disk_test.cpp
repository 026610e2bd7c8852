// cache_disk: its bound, its order, broken files, other processes.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "disk.h"
#include "support.h"

using namespace cache_tests;
namespace fs = std::filesystem;

namespace {

// How many are there; none of them may be anything else than what was put.
size_t sound(Disk& disk, size_t keys) {
    size_t count = 0;
    for (size_t i = 0; i < keys; ++i) {
        const auto value = disk.get(keyOf(i));
        if (!value) continue;
        REQUIRE(isValueOf(keyOf(i), *value));
        ++count;
    }
    return count;
}

void fill(const Directory& directory, size_t keys, size_t size = 3'000) {
    Disk disk(optionsIn(directory));
    for (size_t i = 0; i < keys; ++i) REQUIRE(disk.putLater(keyOf(i), valueOf(keyOf(i), i, size)));
    REQUIRE(disk.settle());
    REQUIRE(sound(disk, keys) == keys);
}

}  // namespace

TEST_CASE("cache 40: with room enough it is a map, also over restarts") {
    const Directory directory;
    std::map<std::string, std::string> model;
    Random random{40};
    for (int life = 0; life < 4; ++life) {
        Disk disk(optionsIn(directory));
        for (const auto& [key, value] : model) REQUIRE(disk.get(key) == value);
        for (size_t step = 0; step < 600; ++step) {
            const std::string key = keyOf(random.below(120), random.below(2) == 0 ? "a" : "b");
            if (random.below(10) < 6) {
                const std::string value =
                    valueOf(key, step, random.below(30) == 0 ? 200'000 : random.below(9'000));
                REQUIRE(disk.putLater(key, value));
                model[key] = value;
            } else if (random.below(10) < 8) {
                uint64_t removed = 0;
                REQUIRE(disk.writer.remove({key}, removed));
                REQUIRE(removed == model.erase(key));
            } else if (random.below(10) == 0) {
                REQUIRE(disk.writer.flush("a:"));
                std::erase_if(model, [](const auto& one) { return one.first[0] == 'a'; });
            }
        }
        REQUIRE(disk.settle());
        for (size_t i = 0; i < 120; ++i) {
            for (const char* space : {"a", "b"}) {
                const auto known = model.find(keyOf(i, space));
                const auto found = disk.get(keyOf(i, space));
                REQUIRE(found.has_value() == (known != model.end()));
                if (found) REQUIRE(*found == known->second);
            }
        }
    }
}

TEST_CASE("cache 41: the bound of the directory is never passed, and what was used stays longer") {
    const Directory directory;
    const int64_t max_bytes = 16 << 20;
    Disk disk(optionsIn(directory, max_bytes));
    int64_t most = 0;
    for (size_t i = 0; i < 4'000; ++i) {
        const std::string key = keyOf(i);
        const size_t size = i % 100 == 7 ? 900'000 : i % 3 == 0 ? 300 : 2'500;
        REQUIRE(disk.putLater(key, valueOf(key, i, size)));
        if (i % 20 != 0) continue;
        REQUIRE(disk.settle());
        most = std::max(most, directory.bytes());
        (void)disk.get(keyOf(0));
    }
    REQUIRE(disk.settle());
    CHECK(most <= max_bytes);
    CHECK(most > max_bytes / 2);
    CHECK(disk.writer.figures().evictions > 1'000);
    CHECK(disk.writer.figures().dropped == 0);
    CHECK(disk.log().empty());
    CHECK(disk.get(keyOf(0)));
    CHECK_FALSE(disk.get(keyOf(1)));
    size_t newest = 0;
    for (size_t i = 3'950; i < 4'000; ++i) newest += disk.get(keyOf(i)) ? 1 : 0;
    CHECK(newest > 40);
}

TEST_CASE("cache 42: the queue has a bound") {
    const Directory directory;
    auto options = optionsIn(directory);
    options.max_queue_bytes = 1 << 20;
    Disk disk(options);
    size_t refused = 0;
    for (size_t i = 0; i < 2'000; ++i)
        refused += disk.putLater(keyOf(i % 10), std::string(60'000, 'x')) ? 0 : 1;
    CHECK(refused > 0);
    CHECK(disk.writer.figures().dropped == refused);
    CHECK(disk.settle());
    CHECK(disk.putLater("k", "v"));
}

TEST_CASE("cache 43: flipped bytes: what comes back is what was put, or nothing") {
    for (uint64_t seed = 0; seed < 12; ++seed) {
        const Directory directory;
        fill(directory, 60);
        Random random{seed};
        {
            std::fstream file(directory.database(), std::ios::in | std::ios::out | std::ios::binary);
            const auto size = fs::file_size(directory.database());
            for (size_t i = 0; i < (seed < 6 ? 3u : 300u); ++i) {
                file.seekg(static_cast<std::streamoff>(random.below(size)));
                const auto at = file.tellg();
                const char byte = static_cast<char>(file.get() ^ (1 << random.below(8)));
                file.seekp(at);
                file.put(byte);
            }
        }
        Disk disk(optionsIn(directory));
        (void)sound(disk, 60);
        // It goes on, whatever has become of the file.
        REQUIRE(eventually([&] {
            return disk.putLater("again", valueOf("again", 1, 5'000)) && disk.settle() && disk.get("again");
        }));
        (void)sound(disk, 60);
    }
}

TEST_CASE("cache 44: one byte of each value: each is missed, and forgotten") {
    const Directory directory;
    fill(directory, 5);
    std::string file;
    {
        std::ifstream in(directory.database(), std::ios::binary);
        file.assign(std::istreambuf_iterator<char>(in), {});
    }
    for (size_t i = 0; i < 5; ++i) {
        const size_t at = file.find(valueOf(keyOf(i), i, 3'000));
        REQUIRE(at != std::string::npos);
        file[at + 2'000] ^= 1;
    }
    std::ofstream(directory.database(), std::ios::binary) << file;
    Disk disk(optionsIn(directory));
    CHECK(sound(disk, 5) == 0);
    CHECK(disk.readers.damaged() == 5);
    CHECK(disk.settle());
    CHECK(sound(disk, 5) == 0);
    CHECK(disk.readers.damaged() == 5);
}

TEST_CASE("cache 45: files that were cut off, and files that are something else") {
    Random random{45};
    for (int round = 0; round < 8; ++round) {
        const Directory directory;
        fill(directory, 60);
        const auto size = fs::file_size(directory.database());
        if (round < 6) {
            fs::resize_file(directory.database(), random.below(size));
        } else {
            std::ofstream(directory.database(), std::ios::binary)
                << (round == 6 ? std::string("not a database") : std::string(100'000, '\0'));
        }
        Disk disk(optionsIn(directory));
        (void)sound(disk, 60);
        REQUIRE(eventually([&] {
            return disk.putLater("again", valueOf("again", 1, 5'000)) && disk.settle() && disk.get("again");
        }));
    }
}

TEST_CASE("cache 46: the file is cut off while it is used") {
    const Directory directory;
    fill(directory, 300);
    Disk disk(optionsIn(directory));
    CHECK(sound(disk, 10) == 10);
    fs::resize_file(directory.database(), 30'000);
    (void)sound(disk, 300);
    REQUIRE(eventually([&] {
        return disk.putLater("again", valueOf("again", 1, 5'000)) && disk.settle() && disk.get("again");
    }));
    (void)sound(disk, 300);
}

TEST_CASE("cache 47: another process has the directory: nothing is kept until it has gone") {
    const Directory directory;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        cache_disk::Lock lock(directory.path());
        const char fine = lock.renew() ? 'y' : 'n';
        (void)!::write(ends[1], &fine, 1);
        for (;;) ::pause();
    }
    char fine = 'n';
    REQUIRE(::read(ends[0], &fine, 1) == 1);
    REQUIRE(fine == 'y');
    Disk disk(optionsIn(directory));
    CHECK_FALSE(disk.place.ready());
    const std::string words =
        directory.path() + " is in use by process " + std::to_string(child) + ": gateways must not share";
    CHECK(disk.place.fault().find(words) == 0);
    CHECK(disk.log().find(words) == 0);
    CHECK_FALSE(disk.settle());
    CHECK_FALSE(disk.get("k"));
    CHECK(directory.database().empty());
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    REQUIRE(eventually([&] { return disk.place.ready(); }));
    disk.put("k", "v");
    CHECK(disk.get("k") == "v");
    CHECK(disk.place.fault().empty());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("cache 48: two generations of one process have it at the same time") {
    const Directory directory;
    auto before = std::make_unique<Disk>(optionsIn(directory));
    before->put("k", "v");
    Disk after(optionsIn(directory));
    CHECK(after.get("k") == "v");
    std::vector<std::thread> both;
    for (Disk* disk : {before.get(), &after}) {
        both.emplace_back([disk] {
            for (size_t i = 0; i < 400; ++i) (void)disk->putLater(keyOf(i), valueOf(keyOf(i), i, 2'000));
        });
    }
    for (auto& one : both) one.join();
    CHECK(before->settle());
    CHECK(after.settle());
    CHECK(sound(*before, 400) == 400);
    CHECK(sound(after, 400) == 400);
    before.reset();
    after.put("k", "w");
    CHECK(after.get("k") == "w");
    CHECK(after.log().empty());
    // Nobody else gets it, now that the old one has gone.
    const pid_t child = ::fork();
    if (child == 0) {
        const int fd = ::open((directory.path() + "/lock").c_str(), O_RDWR);
        struct flock wanted {};
        wanted.l_type = F_WRLCK;
        ::_exit(::fcntl(fd, F_SETLK, &wanted) == 0 ? 1 : 0);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("cache 49: readers, writers and flushes at the same time") {
    const Directory directory;
    Disk disk(optionsIn(directory, 16 << 20));
    std::atomic<size_t> wrong{0}, hits{0};
    const auto work = [&](uint64_t seed) {
        Random random{seed};
        for (size_t step = 0; step < 400; ++step) {
            const std::string key = keyOf(random.below(300));
            if (random.below(3) != 0) {
                (void)disk.putLater(key, valueOf(key, step, random.below(12'000)));
            } else if (step == 200) {
                (void)disk.writer.flush("tests:");
            } else if (const auto found = disk.get(key)) {
                ++hits;
                if (!isValueOf(key, *found)) ++wrong;
            }
        }
    };
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 4; ++i) threads.emplace_back(work, i);
    for (auto& thread : threads) thread.join();
    CHECK(disk.settle());
    CHECK(hits > 0);
    CHECK(wrong == 0);
    CHECK(directory.bytes() <= (16 << 20));
    CHECK(disk.log().empty());
}

TEST_CASE("cache 4a: a bound that has become smaller holds at once") {
    const Directory directory;
    fill(directory, 3'000, 9'000);
    CHECK(directory.bytes() > (20 << 20));
    Disk disk(optionsIn(directory, 16 << 20));
    CHECK(directory.bytes() <= (16 << 20));
    CHECK(disk.log().find("the cache begins empty: max_bytes is smaller than before") != std::string::npos);
    disk.put(keyOf(1), "v");
    CHECK(disk.get(keyOf(1)) == "v");
}

TEST_CASE("cache 4b: each byte of the file's header") {
    const Directory whole;
    fill(whole, 5);
    for (size_t at = 0; at < 100; at += 3) {
        const Directory directory;
        fs::copy(whole.path(), directory.path(), fs::copy_options::overwrite_existing);
        std::string file;
        {
            std::ifstream in(directory.database(), std::ios::binary);
            file.assign(std::istreambuf_iterator<char>(in), {});
        }
        file[at] = static_cast<char>(file[at] ^ 0x15);
        std::ofstream(directory.database(), std::ios::binary) << file;
        INFO("byte " << at);
        Disk disk(optionsIn(directory));
        (void)sound(disk, 5);
        REQUIRE(eventually([&] {
            return disk.putLater("again", valueOf("again", 1, 5'000)) && disk.settle() && disk.get("again");
        }));
    }
}

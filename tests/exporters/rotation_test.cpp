// Lines over rotations: none is lost, whoever writes and packs at the same time.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <fstream>
#include <set>
#include <thread>

#include "callback_jsonl/line_file.h"
#include "support.h"

using callback_jsonl::LineFile;
using callback_jsonl::LineFileOptions;
namespace fs = std::filesystem;

namespace {

// zlib reads what is not packed as it is.
std::vector<std::string> linesOf(const fs::path& path) {
    std::string text;
    std::array<char, 65536> block;
    const gzFile file = ::gzopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    int size = 0;
    while ((size = ::gzread(file, block.data(), block.size())) > 0) text.append(block.data(), size);
    CHECK(::gzclose(file) == Z_OK);
    std::vector<std::string> lines;
    for (size_t from = 0; from < text.size();) {
        const size_t end = text.find('\n', from);
        REQUIRE(end != std::string::npos);
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

std::vector<std::string> names(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& one : fs::directory_iterator(folder)) found.push_back(one.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

void waitFor(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(condition());
}

}  // namespace

TEST_CASE("four writers over two files that rotate and pack lose no line and no order", "[rotation]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/records.jsonl";
    constexpr size_t kLines = 2'000;
    {
        LineFileOptions options{path, 4'000, 0, 1'000, true, false};
        LineFile one(options);
        LineFile other(options);  // as another process has it
        REQUIRE(one.open() == 0);
        std::vector<std::thread> crowd;
        for (int writer = 0; writer < 4; ++writer) {
            crowd.emplace_back([&, writer] {
                LineFile& file = writer % 2 ? one : other;
                for (size_t i = 0; i < kLines; ++i)
                    (void)file.append("{\"w\":" + std::to_string(writer) + ",\"i\":" + std::to_string(i) +
                                      "}");
            });
        }
        for (auto& thread : crowd) thread.join();
    }
    std::multiset<std::string> all;
    size_t packed = 0;
    for (const auto& name : names(folder.path())) {
        const bool gz = name.size() > 3 && name.substr(name.size() - 3) == ".gz";
        packed += gz;
        CHECK(name.find(".tmp") == std::string::npos);
        for (auto& line : linesOf(folder.path() + "/" + name)) all.insert(std::move(line));
    }
    CHECK(all.size() == 4 * kLines);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 4 * kLines);
    CHECK(packed > 0);
    struct stat found {};
    REQUIRE(::stat((path + ".1").c_str(), &found) + ::stat((path + ".1.gz").c_str(), &found) > -2);
    CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE("as many old files as are wanted, the newest is 1", "[rotation]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/r";
    for (const bool gzip : {false, true}) {
        const std::string end = gzip ? ".gz" : "";
        LineFile file({path, 10, 0, 3, gzip, false});
        for (const char* line : {"aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd", "eeeeeeee", "ffffffff"}) {
            REQUIRE(file.append(line) == 0);
            // One after the other: what is packed while names change has whatever form it has got to.
            if (gzip) waitFor([&] { return !fs::exists(path + ".1"); });
        }
        CHECK(names(folder.path()) == std::vector<std::string>{"r", "r.1" + end, "r.2" + end, "r.3" + end});
        CHECK(linesOf(path) == std::vector<std::string>{"ffffffff"});
        CHECK(linesOf(path + ".1" + end) == std::vector<std::string>{"eeeeeeee"});
        CHECK(linesOf(path + ".3" + end) == std::vector<std::string>{"cccccccc"});
        for (const auto& name : names(folder.path())) fs::remove(folder.path() + "/" + name);
    }
}

TEST_CASE("a new period begins a new file, also after a restart", "[rotation]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/r";
    const LineFileOptions options{path, 0, 86'400, 2, false, false};
    {
        LineFile file(options);
        REQUIRE(file.append("yesterday") == 0);
        REQUIRE(file.append("yesterday") == 0);
    }
    CHECK_FALSE(fs::exists(path + ".1"));
    const timespec day_before[2] = {{::time(nullptr) - 90'000, 0}, {::time(nullptr) - 90'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), day_before, 0) == 0);
    LineFile file(options);
    REQUIRE(file.append("today") == 0);
    CHECK(linesOf(path) == std::vector<std::string>{"today"});
    CHECK(linesOf(path + ".1") == std::vector<std::string>(2, "yesterday"));
}

TEST_CASE("a file that somebody moved away is made again, and what a crash left unpacked is packed",
          "[rotation]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/r";
    std::ofstream(path + ".1") << "left\n";
    LineFile file({path, 1'000, 0, 2, true, false});
    REQUIRE(file.open() == 0);
    waitFor([&] { return fs::exists(path + ".1.gz") && !fs::exists(path + ".1"); });
    CHECK(linesOf(path + ".1.gz") == std::vector<std::string>{"left"});
    REQUIRE(file.append("a") == 0);
    fs::rename(path, folder.path() + "/taken");
    REQUIRE(file.append("b") == 0);
    CHECK(linesOf(path) == std::vector<std::string>{"b"});
    CHECK(linesOf(folder.path() + "/taken") == std::vector<std::string>{"a"});
}

TEST_CASE("what cannot be moved goes on growing", "[rotation]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/r";
    fs::create_directories(path + ".1/full");
    LineFile file({path, 5, 0, 1, false, false});
    REQUIRE(file.append("aaaa") == 0);
    CHECK(file.append("bbbb") != 0);
    CHECK(linesOf(path) == std::vector<std::string>{"aaaa", "bbbb"});
}

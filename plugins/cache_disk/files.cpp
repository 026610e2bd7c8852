#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace cache_disk {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kApplication = 0x534C4343;  // "SLCC": PRAGMA application_id, what file(1) looks at
constexpr int kNotOurs = 26;                  // SQLITE_NOTADB, as good as broken
constexpr int64_t kSchema = 1;                // PRAGMA user_version; another one is thrown away

// In the order of their ids: entries that come go to the end, entries that go are taken from the beginning,
// so that whole pages become free. `sum`: see entries.h.
constexpr const char* kTables =
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, expires_ms INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, value BLOB NOT NULL) STRICT;";

std::string wordsOf(int error) { return std::generic_category().message(error); }

std::optional<uint64_t> numberIn(const std::string& name) {
    constexpr std::string_view kBefore = "cache-", kAfter = ".db";
    if (name.rfind(kBefore, 0) != 0) return std::nullopt;
    uint64_t number = 0;
    const auto [end, fault] =
        std::from_chars(name.data() + kBefore.size(), name.data() + name.size(), number);
    const std::string_view rest(end, static_cast<size_t>(name.data() + name.size() - end));
    return fault == std::errc() && rest.substr(0, kAfter.size()) == kAfter ? std::optional(number)
                                                                           : std::nullopt;
}

}  // namespace

int64_t wallMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}
int64_t steadyMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Files::Files(const Options& options) : database_bytes_(options.databaseBytes()), directory_(options.path) {
    if (directory_ == kTemporary) {
        directory_ = (fs::temp_directory_path() / "sluice_cache_XXXXXX").string();
        temporary_ = true;
        if (!::mkdtemp(directory_.data()))
            throw std::runtime_error("path: " + directory_ + ": " + wordsOf(errno));
        return;
    }
    if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
        throw std::runtime_error(
            "path: " + directory_ + ": " + wordsOf(errno) +
            "; allowed: a directory that is there, or one that can be made in one that is");
    struct stat found {};
    if (::stat(directory_.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
        throw std::runtime_error("path: " + directory_ +
                                 ": found something that is no directory; allowed: a directory");
    if (::access(directory_.c_str(), R_OK | W_OK | X_OK) != 0)
        throw std::runtime_error("path: " + directory_ + ": " + wordsOf(errno));
}

Files::~Files() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(directory_, ignored);
}

std::string Files::pathOf(uint64_t number) const {
    char name[40];
    (void)std::snprintf(name, sizeof name, "/cache-%06llu.db", static_cast<unsigned long long>(number));
    return directory_ + name;
}

uint64_t Files::newest() const {
    uint64_t number = 0;
    std::error_code error;
    for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error))
        number = std::max(number, numberIn(at->path().filename().string()).value_or(0));
    return number;
}

void Files::removeBelow(uint64_t number) const {
    std::error_code error;
    for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (numberIn(at->path().filename().string()).value_or(number) < number)
            fs::remove(at->path(), ignored);
    }
}

// sqlite.org/rescode.html. Our statements are always the same, so what SQLite does not understand, or what
// contradicts itself, is the file. One that says of itself that it cannot be written to is as bad.
bool Files::isBroken(const SqlError& error, const std::string& path) {
    constexpr int kError = 1, kReadOnly = 8, kConstraint = 19, kMismatch = 20;
    const int code = error.code();
    if (code == kReadOnly) return ::access(path.c_str(), W_OK) == 0;
    return error.corrupt() || code == kError || code == kConstraint || code == kMismatch;
}

std::string Files::open(std::string& reason) const {
    const uint64_t number = std::max<uint64_t>(newest(), 1);
    try {
        create(pathOf(number));
        removeBelow(number);
        std::error_code unknown;
        // A file does not shrink.
        if (static_cast<int64_t>(fs::file_size(pathOf(number), unknown)) <= database_bytes_ || unknown)
            return pathOf(number);
        reason = "max_bytes is smaller than before";
    } catch (const SqlError& error) {
        if (!isBroken(error, pathOf(number))) throw;
        reason = std::string("it was broken, ") + error.what();
    }
    return replace(pathOf(number));
}

std::string Files::replace(const std::string& path) const {
    const uint64_t old = numberIn(fs::path(path).filename().string()).value_or(0);
    // The other generation may have been faster.
    const uint64_t number = std::max(newest(), old + 1);
    create(pathOf(number));
    removeBelow(number);
    return pathOf(number);
}

void Files::create(const std::string& path) const {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) ::close(fd);
    Connection connection(path, kBusyMs);
    // The size of pages is that of the first thing that is written; the mode stays with the file.
    connection.run("PRAGMA page_size = " + std::to_string(kPageBytes));
    if (connection.textValue("PRAGMA journal_mode = WAL") != "wal")
        throw SqlError(
            0, "found a file system that has no shared memory for SQLite's WAL; allowed: a local one");
    Transaction transaction(connection, Transaction::Kind::Write);
    if (connection.value("SELECT count(*) FROM sqlite_master") == 0) {
        connection.run(kTables);
        connection.run("PRAGMA application_id = " + std::to_string(kApplication) +
                       "; PRAGMA user_version = " + std::to_string(kSchema));
    }
    transaction.commit();
    if (connection.value("PRAGMA application_id") != kApplication ||
        connection.value("PRAGMA user_version") != kSchema)
        throw SqlError(kNotOurs, "found a database of another program or release");
    (void)connection.prepare("SELECT id, key, expires_ms, sum, value FROM entries WHERE id = 1").step();
}

}  // namespace cache_disk

#include "database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "schema.h"

namespace store_sqlite {
namespace {

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr mode_t kOwnerOnly = 0600;  // names, spend, and whatever documents hold

std::string reason(int error) { return std::generic_category().message(error); }

std::string temporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice_store_XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("path: " + name + ": " + reason(errno));
    return name;
}

}  // namespace

Database::Database(const Options& options, const Log& log) : options_(options), path_(options.path) {
    if (path_ == ":memory:") {
        temporary_ = temporaryDirectory();
        path_ = temporary_ + "/sluice.db";
        options_.sync = false;
    }
    create(log);
    try {
        prepare();
    } catch (const SqlError& error) {
        throw std::runtime_error("path: " + path_ + ": " + wordsFor(error));
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("path: " + path_ + ": " + error.what());
    }
}

Database::~Database() {
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

// SQLite does not wait for others who turn a new file into WAL at this moment: it is tried again here.
void Database::prepare() const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.busy_timeout_ms);
    std::mutex mutex;
    std::condition_variable pause;
    for (;;) {
        try {
            return prepareOnce();
        } catch (const SqlError& error) {
            if (!error.busy() || std::chrono::steady_clock::now() >= until) throw;
        }
        std::unique_lock lock(mutex);
        pause.wait_for(lock, kPause);
    }
}

void Database::prepareOnce() const {
    Connection connection(path_, options_.busy_timeout_ms);
    // Kept in the file: only asked for where it is not so already.
    if (connection.textValue("PRAGMA journal_mode") != "wal" &&
        connection.textValue("PRAGMA journal_mode = WAL") != "wal")
        throw std::runtime_error(
            "found a file system that has no shared memory for SQLite's WAL; allowed: a local one");
    migrate(connection);
    // Is it ours to write to? Locks, a read-only disk and a full one show here, and not with the first
    // event.
    Transaction(connection, Transaction::Kind::Write).commit();
}

Connection Database::connect() const {
    Connection connection(path_, options_.busy_timeout_ms);
    connection.run(options_.sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    connection.run("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY");
    return connection;
}

// SQLite would create it with the mode of the umask. WAL and shared memory get the mode of the file. A file
// that is there is never opened here: closing it would take the locks that SQLite has on it for the other
// connections of this process (https://sqlite.org/howtocorrupt.html, 2.2).
void Database::create(const Log& log) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);  // the one who made it has closed it before another one connects
    const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, kOwnerOnly);
    if (fd < 0 && errno != EEXIST) throw std::runtime_error("path: " + path_ + ": " + reason(errno));
    if (fd >= 0) ::close(fd);
    struct stat found {};
    if (::stat(path_.c_str(), &found) != 0) throw std::runtime_error("path: " + path_ + ": " + reason(errno));
    if (!S_ISREG(found.st_mode))
        throw std::runtime_error("path: " + path_ + ": found something that is no file; allowed: a file");
    if (::access(path_.c_str(), R_OK | W_OK) != 0)
        throw std::runtime_error("path: " + path_ + ": " + reason(errno));
    if ((found.st_mode & 077) != 0)
        log(Level::Warn, path_ + ": others than its owner may open this file; chmod 600 is advised");
    identity_ = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

std::string Database::wordsFor(const SqlError& error) const {
    if (error.busy())
        return "locked by another program for " + std::to_string(options_.busy_timeout_ms) +
               " ms (busy_timeout_ms)";
    if (error.corrupt()) return "this is no SQLite database, or a broken one: " + std::string(error.what());
    return error.what();
}

}  // namespace store_sqlite

// Files and batches: in memory what they are, on the disk that and their content. An id of another owner is
// like one that nobody has.
//
//   files/ID.json    files/ID.jsonl
//   batches/ID.json  batches/ID.input  batches/ID.journal (while it runs)  batches/ID.results (Anthropic's)
#pragma once

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "directory.h"
#include "options.h"
#include "records.h"

namespace batches {

/// What belongs to a batch besides its description.
inline constexpr std::array<const char*, 3> kBatchContent{".input", ".journal", ".results"};

/// How much of the disk an owner, or everybody, has.
struct Used {
    uint64_t bytes = 0;
    size_t files = 0;    // uploaded ones
    size_t running = 0;  // batches
};

/// The prefix and 32 hexadecimal digits that nobody guesses. Throws DiskError.
std::string randomId(const char* prefix);

/// [any]; everything waits for the disk. Throws DiskError, and Refused where a bound is met.
class Store {
public:
    using Clock = std::function<int64_t()>;  // milliseconds since 1970
    /// Opens the directory and reads what is there; what belongs to nobody is removed.
    Store(const Options& options, Clock clock);

    void configure(const Options& options);
    const Directory& directory() const { return directory_; }
    int64_t now() const { return clock_(); }

    /// `draft`: owner, filename, purpose. Lives for `seconds`, 0: the retention.
    File addFile(File draft, std::string_view content, int64_t seconds);
    /// The same for one that has been written already, at `path`, by whoever runs batches: no bound refuses
    /// it.
    File addOutput(File draft, const Descriptor& written, const std::string& path, int64_t seconds);
    std::optional<File> file(const std::string& owner, const std::string& id) const;
    std::vector<File> files(const std::string& owner) const;  // the newest first
    bool removeFile(const std::string& owner, const std::string& id);
    std::string content(const File& file) const;

    /// `draft`: what the client has said. The input is that of a file, or, for Anthropic's, `lines`.
    Batch addBatch(Batch draft, const File* input, std::string_view lines);
    std::optional<Batch> batch(const std::string& owner, const std::string& id) const;
    std::optional<Batch> batch(const std::string& id) const;
    std::vector<Batch> batches(const std::string& owner) const;  // the newest first
    /// Changes one and writes it down. Nothing if it has gone. `change` must not call the store, but for
    /// now().
    std::optional<Batch> update(const std::string& id, const std::function<void(Batch&)>& change);
    /// Counters that the journal knows as well: in memory only.
    void note(const std::string& id, const Counts& counts, const Usage& usage);
    bool removeBatch(const std::string& owner, const std::string& id);
    std::vector<std::string> unfinished() const;
    /// Journal and input of a batch that is over go; its results have come.
    void forgetRun(const Batch& batch);
    /// When the record of a batch goes that ends now.
    int64_t goneMs() const;

    /// Journals and results that have grown by `bytes`, or shrunk. False: there is no room for them.
    bool charge(const std::string& owner, int64_t bytes);
    /// Removes what has outlived its time. How many.
    size_t sweep();

private:
    int64_t nextUs();
    Used used(const std::string& owner) const;
    void makeRoom(const std::string& owner, uint64_t bytes) const;
    void load();
    template <class T>
    void loadFolder(const char* folder, std::map<std::string, T>& into, T (*from)(const Json&));
    void write(const Batch& batch) const;
    void dropBatch(const Batch& batch);
    void dropFile(const File& file);

    const Clock clock_;
    mutable std::mutex mutex_;
    Options options_;  // guarded by mutex_, as is the rest
    Directory directory_;
    std::map<std::string, File> files_;
    std::map<std::string, Batch> batches_;
    std::map<std::string, uint64_t> bytes_;  // by owner
    uint64_t all_bytes_ = 0;
    int64_t last_us_ = 0;
};

}  // namespace batches

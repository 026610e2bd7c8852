#include "store.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <set>

#include "refused.h"

namespace batches {
namespace {

std::string withoutEnding(const std::string& name) { return name.substr(0, name.find('.')); }

template <class T>
std::vector<T> newestFirst(const std::map<std::string, T>& all, const std::string& owner) {
    std::vector<T> out;
    for (const auto& [id, one] : all) {
        if (one.owner == owner) out.push_back(one);
    }
    std::sort(out.begin(), out.end(), [](const T& a, const T& b) { return a.created_us > b.created_us; });
    return out;
}

template <class T>
std::optional<T> owned(const std::map<std::string, T>& all, const std::string& owner, const std::string& id) {
    const auto found = all.find(id);
    if (found == all.end() || found->second.owner != owner) return std::nullopt;
    return found->second;
}

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Store::Store(const Options& options, Clock clock)
    : clock_(std::move(clock)), options_(options), directory_(options.directory) {
    load();
}

void Store::configure(const Options& options) {
    const std::lock_guard lock(mutex_);
    options_ = options;
}

// 128 bits from the kernel: nobody guesses another tenant's.
std::string randomId(const char* prefix) {
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw DiskError("the kernel gives no random numbers");
    std::string id = prefix;
    for (const unsigned char byte : bytes) {
        id += "0123456789abcdef"[byte >> 4];
        id += "0123456789abcdef"[byte & 15];
    }
    return id;
}

int64_t Store::nextUs() { return last_us_ = std::max(clock_() * 1'000, last_us_ + 1); }

template <class T>
void Store::loadFolder(const char* folder, std::map<std::string, T>& into, T (*from)(const Json&)) {
    const auto names = directory_.names(folder);
    const std::string prefix = directory_.path() + "/" + folder + "/";
    for (const auto& name : names) {
        if (name.size() < 5 || name.substr(name.size() - 5) != ".json") continue;
        try {
            T one = from(Json::parse(readWhole(prefix + name)));
            if (one.id + ".json" != name) continue;
            last_us_ = std::max(last_us_, one.created_us);
            into.emplace(one.id, std::move(one));
        } catch (const Json::exception&) {
            continue;  // not ours, or written by a later version: its content stays where it is
        }
    }
    std::set<std::string> described;
    for (const auto& name : names) {
        if (name.size() > 5 && name.substr(name.size() - 5) == ".json") described.insert(withoutEnding(name));
    }
    // What was being written when a process ended.
    for (const auto& name : names) {
        const bool half = name.size() > 4 && name.substr(name.size() - 4) == ".tmp";
        if (half || !described.count(withoutEnding(name))) batches::removeFile(prefix + name);
    }
}

void Store::load() {
    loadFolder<File>("files", files_, fileFrom);
    loadFolder<Batch>("batches", batches_, batchFrom);
    const auto count = [this](const std::string& owner, uint64_t bytes) {
        bytes_[owner] += bytes;
        all_bytes_ += bytes;
    };
    for (const auto& [id, file] : files_) count(file.owner, file.bytes);
    for (const auto& [id, batch] : batches_) {
        for (const char* ending : kBatchContent) count(batch.owner, sizeOf(directory_.batch(id, ending)));
    }
}

Used Store::used(const std::string& owner) const {
    Used used;
    const auto found = bytes_.find(owner);
    used.bytes = found == bytes_.end() ? 0 : found->second;
    for (const auto& [id, file] : files_)
        used.files += file.owner == owner && file.purpose == "batch" ? 1 : 0;
    for (const auto& [id, batch] : batches_)
        used.running += batch.owner == owner && !isOver(batch.status) ? 1 : 0;
    return used;
}

void Store::makeRoom(const std::string& owner, uint64_t bytes) const {
    const uint64_t has = used(owner).bytes;
    if (has + bytes > options_.tenant_bytes_max)
        throw Refused(413, "storage_limit_exceeded",
                      "Your files and batches would take " + std::to_string(has + bytes) +
                          " bytes; allowed: " + std::to_string(options_.tenant_bytes_max) + ". Delete files");
    if (all_bytes_ + bytes > options_.bytes_max)
        throw Refused(413, "storage_full",
                      "The gateway's room for files is used up; allowed: " +
                          std::to_string(options_.bytes_max) + " bytes in all");
}

bool Store::charge(const std::string& owner, int64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto change = static_cast<uint64_t>(bytes);  // modulo 2^64, which subtracts as well
    if (bytes > 0 && all_bytes_ + change > options_.bytes_max) return false;
    bytes_[owner] += change;
    all_bytes_ += change;
    return true;
}

File Store::addFile(File draft, std::string_view content, int64_t seconds) {
    const std::lock_guard lock(mutex_);
    if (used(draft.owner).files >= options_.tenant_files_max)
        throw Refused(413, "too_many_files",
                      "You have " + std::to_string(options_.tenant_files_max) +
                          " files, which is the most; delete files");
    makeRoom(draft.owner, content.size());
    draft.id = randomId("file-");
    draft.bytes = content.size();
    draft.created_us = nextUs();
    draft.expires_ms = clock_() + (seconds > 0 ? seconds : options_.retention_s) * 1'000;
    writeWhole(directory_.file(draft.id, ".jsonl"), content);
    writeWhole(directory_.file(draft.id, ".json"), text(toJson(draft)));
    bytes_[draft.owner] += draft.bytes;
    all_bytes_ += draft.bytes;
    files_.emplace(draft.id, draft);
    return draft;
}

File Store::addOutput(File draft, const Descriptor& written, const std::string& path, int64_t seconds) {
    const std::lock_guard lock(mutex_);
    draft.id = randomId("file-");
    draft.bytes = sizeOf(path);
    draft.created_us = nextUs();
    draft.expires_ms = clock_() + (seconds > 0 ? seconds : options_.retention_s) * 1'000;
    settle(written, path, directory_.file(draft.id, ".jsonl"));
    writeWhole(directory_.file(draft.id, ".json"), text(toJson(draft)));
    bytes_[draft.owner] += draft.bytes;
    all_bytes_ += draft.bytes;
    files_.emplace(draft.id, draft);
    return draft;
}

std::optional<File> Store::file(const std::string& owner, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return owned(files_, owner, id);
}

std::vector<File> Store::files(const std::string& owner) const {
    const std::lock_guard lock(mutex_);
    return newestFirst(files_, owner);
}

void Store::dropFile(const File& file) {
    // The description first: content without one is cleared away by the next start.
    batches::removeFile(directory_.file(file.id, ".json"));
    batches::removeFile(directory_.file(file.id, ".jsonl"));
    bytes_[file.owner] -= file.bytes;
    all_bytes_ -= file.bytes;
    files_.erase(std::string(file.id));
}

bool Store::removeFile(const std::string& owner, const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = owned(files_, owner, id);
    if (found) dropFile(*found);
    return found.has_value();
}

std::string Store::content(const File& file) const { return readWhole(directory_.file(file.id, ".jsonl")); }

}  // namespace batches

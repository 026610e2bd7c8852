// What the ledger's tests share: a store that says what it is told to, a directory that goes away, and
// records.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "courier.h"
#include "options.h"
#include "segments.h"

namespace ledger::tests {

namespace fs = std::filesystem;

class TempDirectory {
public:
    TempDirectory() {
        std::string pattern = (fs::temp_directory_path() / "sluice_ledger_XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    ~TempDirectory() { fs::remove_all(path_); }
    std::string spool() const { return (path_ / "spool").string(); }
    fs::path path() const { return path_; }
    /// All files below it with that ending, sorted.
    std::vector<fs::path> files(const std::string& ending) const {
        std::vector<fs::path> found;
        for (const auto& each : fs::recursive_directory_iterator(path_)) {
            const std::string name = each.path().filename().string();
            if (each.is_regular_file() && name.size() >= ending.size() &&
                name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
                found.push_back(each.path());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

private:
    fs::path path_;
};

inline std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

inline void writeTo(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Takes each call id once, as a store does.
class MemoryStore {
public:
    Courier::Append append() {
        return [this](const sluice_record* const* events, size_t count) { return take(events, count); };
    }
    /// Says no, if it wants to: a status for that batch.
    void answer(std::function<sluice_status(const std::vector<std::string>&)> answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    void fail(sluice_status status) {
        answer([status](const auto&) { return status; });
    }
    void work() { answer(nullptr); }

    size_t size() const {
        const std::lock_guard lock(mutex_);
        return costs_.size();
    }
    bool has(const std::string& id) const {
        const std::lock_guard lock(mutex_);
        return costs_.count(id) > 0;
    }
    int64_t cost() const {
        const std::lock_guard lock(mutex_);
        int64_t sum = 0;
        for (const auto& [id, cost] : costs_) sum += cost;
        return sum;
    }
    /// Sizes of the batches that it was asked to take, in order.
    std::vector<size_t> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    sluice_status take(const sluice_record* const* events, size_t count) {
        std::vector<std::string> ids;
        for (size_t i = 0; i < count; ++i) ids.emplace_back(events[i]->call_id.ptr, events[i]->call_id.len);
        const std::lock_guard lock(mutex_);
        asked_.push_back(count);
        if (answer_) {
            if (const auto status = answer_(ids); status != SLUICE_OK) return status;
        }
        for (size_t i = 0; i < count; ++i) costs_.emplace(ids[i], events[i]->cost_pico_usd);
        return SLUICE_OK;
    }

    mutable std::mutex mutex_;
    std::function<sluice_status(const std::vector<std::string>&)> answer_;
    std::map<std::string, int64_t> costs_;
    std::vector<size_t> asked_;
};

class Lines {
public:
    Log log() {
        return [this](Level, const std::string& words) {
            const std::lock_guard lock(mutex_);
            lines_.push_back(words);
        };
    }
    size_t count(const std::string& part) const {
        const std::lock_guard lock(mutex_);
        size_t n = 0;
        for (const auto& line : lines_) n += line.find(part) != std::string::npos ? 1 : 0;
        return n;
    }
    bool has(const std::string& part) const { return count(part) > 0; }
    std::string all() const {
        const std::lock_guard lock(mutex_);
        std::string text;
        for (const auto& line : lines_) text += line + "\n";
        return text;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

inline sluice_str str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string text(const sluice_str& s) { return s.len == 0 ? "" : std::string(s.ptr, s.len); }

/// A record of that call; its id is borrowed.
inline sluice_record call(std::string_view id, int64_t cost = 1) {
    sluice_record record{};
    record.size = sizeof record;
    record.call_id = str(id);
    record.outcome = str("success");
    record.start_ms = 1'795'000'000'000;
    record.end_ms = record.start_ms + 5;
    record.cost_pico_usd = cost;
    return record;
}

}  // namespace ledger::tests

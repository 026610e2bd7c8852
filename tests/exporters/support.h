// A receiver in memory, a directory that goes with the test, and records.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "exporters/path.h"

namespace testing {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-exporters-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// {"id": "…"}, and as many bytes more.
inline std::string record(const std::string& id, size_t bytes = 0) {
    return R"({"id":")" + id + R"(","pad":")" + std::string(bytes, 'x') + "\"}";
}

inline std::shared_ptr<const exporters::Destination> place(const std::string& id) {
    auto to = std::make_shared<exporters::Destination>();
    to->id = id;
    to->url = "http://" + id;
    return to;
}

/// Ids, one a line.
class IdSink final : public exporters::Sink {
public:
    void encode(const exporters::Node& record, std::string_view,
                std::vector<std::string>& items) const override {
        items.emplace_back(record["id"].text());
    }
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override {
        exporters::Outgoing request{to.url, "text/plain", {}, {}};
        for (size_t i = begin; i < end; ++i) request.body += items[i] + "\n";
        return request;
    }
    size_t itemsMax() const override { return items_max; }
    size_t items_max = SIZE_MAX;
};

/// What a receiver gets, and what it says to it.
class Receiver {
public:
    std::function<exporters::Answer(const std::vector<std::string>& ids)> rule = [](const auto&) {
        return exporters::Answer{200, "", ""};
    };

    exporters::Send send() {
        return [this](const exporters::Outgoing& request, exporters::milliseconds) {
            std::vector<std::string> ids;
            for (size_t from = 0; from < request.body.size();) {
                const size_t end = request.body.find('\n', from);
                ids.push_back(request.body.substr(from, end - from));
                from = end + 1;
            }
            const auto answer = rule(ids);
            const std::lock_guard lock(mutex_);
            ++requests_;
            auto& got = got_[request.url];
            if (answer.status == 200) got.insert(got.end(), ids.begin(), ids.end());
            changed_.notify_all();
            return answer;
        };
    }
    /// Waits for at most ten seconds.
    bool has(size_t count, const std::string& url = "http://a") {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return got_[url].size() >= count; });
    }
    std::vector<std::string> got(const std::string& url = "http://a") {
        const std::lock_guard lock(mutex_);
        return got_[url];
    }
    size_t requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::vector<std::string>> got_;
    size_t requests_ = 0;
};

/// What the path told.
class Told {
public:
    exporters::Events events() {
        exporters::Events tell;
        tell.delivered = [this](size_t records) { add("delivered", records); };
        tell.dropped = [this](size_t records, const char* why) { add(why, records); };
        tell.answered = [](int) {};
        tell.waiting = [](uint64_t, uint64_t, uint64_t) {};
        tell.warn = [](const std::string&, const std::string&) {};
        return tell;
    }
    size_t count(const std::string& what) {
        const std::lock_guard lock(mutex_);
        return counts_[what];
    }

private:
    void add(const std::string& what, size_t records) {
        const std::lock_guard lock(mutex_);
        counts_[what] += records;
    }
    std::mutex mutex_;
    std::map<std::string, size_t> counts_;
};

/// Impatient, and without a spool.
inline exporters::Options quick() {
    exporters::Options options;
    options.flush = exporters::milliseconds(5);
    options.retry_min = exporters::milliseconds(5);
    options.retry_max = exporters::milliseconds(20);
    options.timeout = exporters::milliseconds(500);
    options.gzip = false;
    options.spool.clear();
    return options;
}

inline std::vector<std::string> numbered(const std::string& name, size_t count) {
    std::vector<std::string> all;
    for (size_t i = 0; i < count; ++i) all.push_back(name + std::to_string(i));
    return all;
}

}  // namespace testing

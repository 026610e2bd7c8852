#include "keeper.h"

#include <pthread.h>

#include <algorithm>
#include <charconv>

#include "names.h"

namespace cache_s3 {
namespace {

constexpr uint32_t kFailuresMax = 3;  // in a row, before the store is left alone
constexpr int64_t kPauseMs = 1'000, kPauseMaxMs = 30'000, kTellEveryMs = 60'000;
constexpr size_t kTasksMax = 10'000;  // keys of lookups that wait for a thread
constexpr unsigned kPage = 1'000;     // of ListObjectsV2 and DeleteObjects

std::optional<int64_t> numberIn(std::string_view text) {
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

// A missing object is a 403 to who may not list the bucket.
bool isMissing(const s3::Answer& answer) {
    const std::string code = answer.code();
    return (answer.status == 404 && code != "NoSuchBucket") ||
           (answer.status == 403 && code == "AccessDenied");
}

}  // namespace

Keeper::Keeper(const Options& options, s3::Store store, Outside outside)
    : options_(options),
      store_(std::move(store)),
      outside_(std::move(outside)),
      waiting_(options.queue_entries, options.queue_bytes) {}

void Keeper::start() {
    for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void Keeper::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void Keeper::run() {
    (void)pthread_setname_np(pthread_self(), "sluice-cache-s3");
    std::unique_lock lock(mutex_);
    while (!closing_) {
        if (!tasks_.empty()) {
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            lock.lock();
            continue;
        }
        const bool may_write = writing_ < std::max<size_t>(1, options_.threads / 2);
        const auto put = may_write ? waiting_.take() : std::nullopt;
        if (!put) {
            changed_.wait(lock);
            continue;
        }
        ++writing_;
        lock.unlock();
        write(*put);
        lock.lock();
        --writing_;
        waiting_.done(put->key);
        changed_.notify_all();  // also who waits for this key to settle
    }
}

bool Keeper::away() const { return outside_.monotonic_ms() < away_until_ms_; }

void Keeper::works() {
    if (failures_.exchange(0) >= kFailuresMax) {
        away_until_ms_ = 0;
        told_at_ms_ = INT64_MIN / 2;
        outside_.warn("the store answers again");
    }
}

// `counts`: lookups are in vain while it is so.
void Keeper::fails(const std::string& what, const std::string& why, bool counts) {
    ++figures_.errors;
    const int64_t now = outside_.monotonic_ms();
    if (counts) {
        const uint32_t failures = ++failures_;
        if (failures >= kFailuresMax) {
            const uint32_t doublings = std::min<uint32_t>(failures - kFailuresMax, 5);
            away_until_ms_ = now + std::min(kPauseMs << doublings, kPauseMaxMs);
        }
    }
    int64_t told = told_at_ms_;
    if (now - told < kTellEveryMs || !told_at_ms_.compare_exchange_strong(told, now)) return;
    outside_.warn(what + ": " + why);
}

// Of a thread that may block.
s3::Answer Keeper::ask(const std::function<s3::Call()>& call) {
    try {
        store_.bucket->signer().prepare();
        return outside_.send(call(), options_.timeout_ms);
    } catch (const s3::Unsigned& why) {
        fails("nothing can be asked for", why.what(), true);
        return {};
    }
}

std::optional<s3::Call> Keeper::getCall(std::string_view key) {
    const std::string name = nameOf(store_.path, key);
    if (name.empty()) return std::nullopt;
    try {
        return store_.bucket->get(name, seconds());
    } catch (const s3::Unsigned&) {
        const std::lock_guard lock(mutex_);
        if (tasks_.empty()) {
            tasks_.emplace_back([this] {
                try {
                    store_.bucket->signer().prepare();
                } catch (const s3::Unsigned& why) {
                    fails("nothing can be asked for", why.what(), true);
                }
            });
            changed_.notify_all();
        }
        throw;
    }
}

void Keeper::late() { fails("a lookup", "no answer in time", true); }

std::optional<Entry> Keeper::read(s3::Answer answer, bool& fault) {
    fault = !answer.ok() && !isMissing(answer);
    if (fault) {
        fails("a lookup", answer.fault(), true);
        return std::nullopt;
    }
    works();
    const auto ends = numberIn(s3::Bucket::meta(answer, "sluice-expires"));
    const int64_t left = answer.ok() && ends ? *ends - outside_.wall_ms() : 0;
    // Of somebody else, or not what was put.
    const bool same =
        left > 0 && s3::Bucket::meta(answer, "sluice-sha256") == sigv4::hex(sigv4::sha256(answer.body));
    ++(same ? figures_.hits : figures_.misses);
    if (!same) return std::nullopt;
    return Entry{std::move(answer.body), left};
}

void Keeper::fetch(const std::shared_ptr<Fetch>& what) {
    size_t refused = 0;
    {
        const std::lock_guard lock(mutex_);
        const size_t room = kTasksMax - std::min(kTasksMax, tasks_.size());
        const size_t taken = std::min(room, what->keys.size());
        refused = what->keys.size() - taken;
        for (size_t i = 0; i < taken; ++i) tasks_.emplace_back([this, what, i] { fetchOne(what, i); });
    }
    changed_.notify_all();
    const std::lock_guard lock(what->mutex);
    what->faults += refused;
    what->open -= refused;
    if (refused > 0 && what->open == 0) what->wake();
}

void Keeper::fetchOne(const std::shared_ptr<Fetch>& what, size_t which) {
    const std::string name = nameOf(store_.path, what->keys[which]);
    bool fault = away();
    std::optional<Entry> entry;
    if (!name.empty() && !fault)
        entry = read(ask([&] { return store_.bucket->get(name, seconds()); }), fault);
    const std::lock_guard lock(what->mutex);
    what->found[which] = std::move(entry);
    what->faults += fault ? 1 : 0;
    if (--what->open == 0) what->wake();
}

sluice_status Keeper::put(std::string_view key, std::string_view value, int64_t ttl_ms) {
    if (ttl_ms <= 0 || value.size() > options_.entry_bytes_max || nameOf(store_.path, key).empty())
        return SLUICE_E_INVALID;
    const int64_t now = outside_.wall_ms();
    const int64_t ends = ttl_ms > INT64_MAX - now ? INT64_MAX : now + ttl_ms;
    {
        const std::lock_guard lock(mutex_);
        if (closing_ || !waiting_.add({std::string(key), std::string(value), ends})) {
            ++figures_.dropped;
            return SLUICE_E_LIMIT;
        }
    }
    changed_.notify_all();
    return SLUICE_OK;
}

void Keeper::write(const Put& put) {
    if (away() || put.ends_ms <= outside_.wall_ms()) {
        ++figures_.dropped;
        return;
    }
    s3::Fields fields = store_.fields;
    fields.emplace_back("content-type", "application/octet-stream");
    fields.emplace_back(store_.bucket->metaName("sluice-expires"), std::to_string(put.ends_ms));
    fields.emplace_back(store_.bucket->metaName("sluice-sha256"), sigv4::hex(sigv4::sha256(put.value)));
    const auto answer =
        ask([&] { return store_.bucket->put(nameOf(store_.path, put.key), put.value, fields, seconds()); });
    if (answer.ok()) {
        ++figures_.writes;
        works();
        return;
    }
    ++figures_.dropped;
    // Who may not write may still read.
    fails("an entry is not kept", answer.fault(), answer.status == 0 || answer.status >= 500);
}

// Nothing that waits or is being written comes after what the caller does next. How many waited.
size_t Keeper::settle(const std::function<bool(std::string_view)>& match) {
    std::unique_lock lock(mutex_);
    const size_t dropped = waiting_.drop(match);
    changed_.wait(lock, [&] { return closing_ || !waiting_.underWay(match); });
    return dropped;
}

sluice_status Keeper::remove(const std::vector<std::string_view>& keys, uint64_t* removed) {
    std::vector<std::string> names;
    uint64_t there = 0;
    for (const auto key : keys) {
        const bool waited = settle([&](std::string_view one) { return one == key; }) > 0;
        std::string name = nameOf(store_.path, key);
        if (name.empty()) continue;
        if (removed) {
            const auto answer = ask([&] { return store_.bucket->head(name, seconds()); });
            if (!answer.ok() && answer.status != 404 && answer.status != 403) return SLUICE_E_UNAVAILABLE;
            there += answer.ok() || waited ? 1 : 0;
        }
        names.push_back(std::move(name));
    }
    if (!removeObjects(names)) return SLUICE_E_UNAVAILABLE;
    if (removed) *removed = there;
    return SLUICE_OK;
}

// All at once where the store can do that.
bool Keeper::removeObjects(const std::vector<std::string>& names) {
    for (size_t at = 0; at < names.size();) {
        const size_t end = std::min(names.size(), at + kPage);
        const std::vector<std::string> page(names.begin() + static_cast<std::ptrdiff_t>(at),
                                            names.begin() + static_cast<std::ptrdiff_t>(end));
        s3::Answer answer;
        if (page.size() > 1 && !store_.google)
            answer = ask([&] { return store_.bucket->removeMany(page, seconds()); });
        at = end;
        if (answer.ok() && s3::notRemoved(answer.body) == 0) continue;
        for (const auto& name : page) {
            answer = ask([&] { return store_.bucket->remove(name, seconds()); });
            if (answer.ok() || answer.status == 404) continue;
            fails("an entry is not removed", answer.fault(), false);
            return false;
        }
    }
    return true;
}

sluice_status Keeper::flush(std::string_view prefix) {
    (void)settle([&](std::string_view key) { return key.substr(0, prefix.size()) == prefix; });
    const std::string begin = nameBegin(store_.path, prefix);
    std::string next;
    do {
        const auto answer = ask([&] { return store_.bucket->list(begin, next, kPage, seconds()); });
        if (!answer.ok()) return SLUICE_E_UNAVAILABLE;
        std::vector<std::string> names;
        try {
            auto listing = s3::readListing(answer.body);
            for (auto& name : listing.keys) {
                if (isOurs(store_.path, name)) names.push_back(std::move(name));
            }
            if (listing.next == next && !next.empty()) return SLUICE_E_UNAVAILABLE;  // it would never end
            next = std::move(listing.next);
        } catch (const std::invalid_argument& why) {
            fails("a flush", why.what(), false);
            return SLUICE_E_UNAVAILABLE;
        }
        if (!removeObjects(names)) return SLUICE_E_UNAVAILABLE;
    } while (!next.empty());
    return SLUICE_OK;
}

std::string Keeper::status() {
    const auto answer = ask([&] { return store_.bucket->list(store_.path, "", 1, seconds()); });
    if (answer.ok()) works();
    nlohmann::json said{{"type", store_.google ? "gcs" : "s3"}, {"healthy", answer.ok()}};
    said["bucket"] = store_.name;
    said["endpoint"] = store_.bucket->place().origin;
    if (!answer.ok()) said["error"] = answer.fault();
    said["hits"] = figures_.hits.load();
    said["misses"] = figures_.misses.load();
    said["writes"] = figures_.writes.load();
    said["dropped"] = figures_.dropped.load();
    said["errors"] = figures_.errors.load();
    const std::lock_guard lock(mutex_);
    said["waiting_entries"] = waiting_.entries();
    said["waiting_bytes"] = waiting_.bytes();
    return said.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace cache_s3

#include "place.h"

#include <stdexcept>

namespace cache_disk {

Place::Place(const Options& options, Log log)
    : log_(std::move(log)), files_(options), lock_(files_.directory()) {
    tended_ms_ = steadyMs();
    if (!lock_.renew()) {
        fault_ = inUse();
        log_(Level::Error, fault_ + "; nothing is kept until it is free");
        return;
    }
    try {
        open();
    } catch (const SqlError& error) {
        throw std::runtime_error("path: " + files_.directory() + ": " + error.what());
    }
}

std::string Place::inUse() const {
    return files_.directory() + " is in use by " + lock_.holder() +
           ": gateways must not share the directory of a cache";
}

void Place::open() {
    std::string reason;
    const std::string path = files_.open(reason);
    if (!reason.empty()) log_(Level::Warn, files_.directory() + ": the cache begins empty: " + reason);
    const std::lock_guard lock(mutex_);
    path_ = path;
    fault_.clear();
    ++epoch_;
    open_ = true;
}

void Place::tend() {
    const int64_t now = steadyMs();
    if (now - tended_ms_ < kRestMs) return;
    tended_ms_ = now;
    const bool ours = lock_.renew();
    if (ours == open_.load()) return;
    if (!ours) {
        open_ = false;
        const std::lock_guard lock(mutex_);
        fault_ = inUse();
        log_(Level::Error, fault_ + "; nothing is kept until it is free");
        return;
    }
    try {
        open();
        log_(Level::Info, files_.directory() + ": the directory is free, the cache is back");
    } catch (const SqlError& error) {
        const std::lock_guard lock(mutex_);
        fault_ = files_.directory() + ": " + error.what();
    }
}

Connection Place::connect(uint64_t& epoch, std::string& path) {
    {
        const std::lock_guard lock(mutex_);
        path = path_;
        epoch = epoch_;
    }
    return Connection(path, kBusyMs);
}

void Place::failed(const SqlError& error, uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_) return;
    if (Files::isBroken(error, path_)) {
        try {
            path_ = files_.replace(path_);
            ++epoch_;
            log_(Level::Warn, files_.directory() + ": the cache begins empty: it is broken, " + error.what());
            return;
        } catch (const SqlError& again) {
            fault_ = files_.directory() + ": " + again.what();
        }
    } else {
        fault_ = files_.directory() + ": " + error.what();
    }
    rests_until_ms_ = steadyMs() + kRestMs;
    if (!failing_.exchange(true)) log_(Level::Error, fault_ + "; nothing is kept meanwhile");
}

void Place::worked() {
    if (!failing_.load(std::memory_order_relaxed) || !failing_.exchange(false)) return;
    const std::lock_guard lock(mutex_);
    fault_.clear();
    log_(Level::Info, files_.directory() + ": the cache works again");
}

std::string Place::fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
}

}  // namespace cache_disk

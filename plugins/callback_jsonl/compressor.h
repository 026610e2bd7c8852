// The thread that packs what was moved aside. A file keeps its lines until its packed copy has its name.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "rotation.h"

namespace callback_jsonl {

class Compressor {
public:
    /// Without `on` it does nothing. `rotation` outlives it.
    Compressor(const Rotation& rotation, bool on) : rotation_(rotation), on_(on) {}
    ~Compressor();
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    /// There may be something to pack. [any]
    void wake();

private:
    void run();
    void packAll();
    void pack(const std::string& name);
    bool copy(int from, const std::string& draft) const;

    const Rotation& rotation_;
    const bool on_;
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool wanted_ = false;  // guarded by mutex_, as is thread_
    std::thread thread_;
};

}  // namespace callback_jsonl

// Many HTTP calls at the same time on one thread: libcurl's multi interface.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outcome.h"

namespace batches {

struct Call {
    uint64_t key = 0;  // comes back with the answer
    std::string url;
    std::vector<std::string> fields;  // "name: value"
    std::string body;                 // empty: GET
    uint32_t timeout_ms = 0;
    uint64_t answer_bytes_max = 0;
    std::string ca_file;
};

/// Everything [one thread], but wake. No redirect is followed, no proxy is asked, and nothing but http and
/// https is spoken.
class Transfers {
public:
    Transfers();
    ~Transfers();  // ends what is under way
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    void start(Call call);
    /// It will not come back.
    void abort(uint64_t key);
    size_t running() const;
    /// Moves everything on, and gives what has ended.
    std::vector<std::pair<uint64_t, Answer>> perform();
    /// Until something can be moved on, wake() or that time.
    void wait(int ms);
    /// [any]
    void wake();

private:
    struct One;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace batches

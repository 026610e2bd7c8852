// A batch that runs: which line is next, which one waits and for how long. Lines of a model that is limited
// wait together, and those of other models go on.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "finish.h"
#include "outcome.h"

namespace batches {

/// The caller's: "authorization: Bearer …" and the like. In memory only.
using Credentials = std::vector<std::string>;

struct Patience {
    uint32_t retries_max, min_ms, max_ms;
};

/// Of the engine's thread.
class Run {
public:
    Run(Store& store, Batch batch, Index index, Credentials credentials);

    const Batch& batch() const { return batch_; }
    const Credentials& credentials() const { return credentials_; }
    const Journal& journal() const { return journal_; }
    const Index& index() const { return index_; }
    const std::set<size_t>& inFlight() const { return in_flight_; }
    bool done() const { return journal_.done() == journal_.lines(); }

    /// A line to be sent now, which is in flight from here on; nothing if none may be.
    std::optional<size_t> next(int64_t now_ms);
    /// When a line that waits may be sent; nothing if none waits.
    std::optional<int64_t> wakeAt() const;
    Line line(size_t i) const;

    /// What became of a line in flight. True: it is done, and written down. Throws DiskError.
    bool settle(size_t i, const Answer& answer, const Patience& patience, int64_t now_ms);
    /// It will be sent anew.
    void putBack(size_t i, int64_t due_ms);

private:
    using Due = std::pair<int64_t, uint32_t>;
    struct Lane {  // the lines of one model
        std::deque<uint32_t> fresh;
        std::priority_queue<Due, std::vector<Due>, std::greater<>> waiting;
        int64_t held_until_ms = 0;
        uint32_t limited = 0;  // answers in a row that said 429
    };

    Store& store_;
    const Batch batch_;
    const Index index_;
    const Credentials credentials_;
    Descriptor input_;
    Journal journal_;
    std::vector<Lane> lanes_;
    size_t turn_ = 0;
    std::set<size_t> in_flight_;
    std::map<size_t, uint32_t> attempts_;  // of lines that have failed
};

}  // namespace batches

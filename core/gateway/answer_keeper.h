// The upstream's answer as it came, byte for byte, for those who asked for it (sluice.host.reply/1,
// keep_answer). Costs nothing if nobody did.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "plugin_host/runner.h"

namespace sluice::gateway {

class AnswerKeeper {
public:
    /// An attempt begins: what an earlier one has brought counts for nothing.
    void begin(const host::RequestState& request) {
        max_ = 0;
        for (const auto& wish : request.answer_wishes) max_ = std::max(max_, wish.max_bytes);
        bytes_.clear();
        whole_ = false;
    }
    void add(std::string_view piece) {
        if (max_ == 0) return;
        if (bytes_.size() + piece.size() > max_) return drop();
        bytes_.append(piece);
    }
    /// The answer is whole, and it is a good one.
    void finish() { whole_ = max_ > 0; }
    /// What there is of it is not what a client will have: it was put together from several.
    void drop() {
        max_ = 0;
        whole_ = false;
        bytes_.clear();
    }

    bool whole() const { return whole_; }
    const std::string& bytes() const { return bytes_; }

private:
    uint64_t max_ = 0;  // 0: nobody wants it
    bool whole_ = false;
    std::string bytes_;
};

}  // namespace sluice::gateway

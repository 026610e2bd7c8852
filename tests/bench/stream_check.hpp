// Checks one server-sent event stream of numbered chat chunks while it arrives, however it was cut into
// reads: every number from 1 on, each once and in order, then a finish_reason, then [DONE], and nothing after
// it. Comments and fields other than `data` are allowed anywhere
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

class StreamCheck final {
public:
    // Calls `on_token()` once for every chunk that carries the number expected next.
    template <class OnToken>
    void feed(std::string_view bytes, OnToken&& on_token) {
        while (!bytes.empty() && !broken()) {
            const auto newline = bytes.find('\n');
            if (newline == std::string_view::npos || !line_.empty()) {
                line_.append(bytes.substr(0, newline));
                if (line_.size() > kLineBytesMax) return fail("line too long");
                if (newline == std::string_view::npos) return;
            }
            if (onLine(line_.empty() ? bytes.substr(0, newline) : line_)) on_token();
            line_.clear();
            bytes.remove_prefix(newline + 1);
        }
    }

    std::uint64_t tokens() const { return tokens_; }
    bool broken() const { return *fault_ != '\0'; }
    bool complete() const { return done_ && finished_ && line_.empty() && !broken(); }
    const char* fault() const { return fault_; }  // a literal; empty unless broken()

private:
    static constexpr std::size_t kLineBytesMax = 64 * 1024;

    // True if the line was the next numbered chunk.
    bool onLine(std::string_view line);
    bool onData(std::string_view data);
    void fail(const char* why) { fault_ = why; }

    std::uint64_t tokens_ = 0;
    bool finished_ = false;
    bool done_ = false;
    const char* fault_ = "";
    std::string line_;  // the part of a line that arrived without its end
};

}  // namespace sluice::bench

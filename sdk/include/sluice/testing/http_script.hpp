// What sluice.host.http/1 answers in a test, and what was asked.
#pragma once

#include <sluice/testing/fields.hpp>
#include <sluice/types.hpp>

#include <deque>

namespace sluice::testing {

struct HttpReply {
    uint32_t status = 200;
    std::string body = {};
    Fields fields = {};
    uint32_t takes_ms = 0;            // the clock moves by it; the call fails past its timeout
    sluice_status error = SLUICE_OK;  // not SLUICE_OK: nobody answers
};

struct HttpAsked {
    std::string method, url, body;
    Fields fields;
    uint32_t timeout_ms;
};

/// Answers by URL count before answers in order. Whom nobody scripted, nobody reaches.
class HttpScript {
public:
    /// For every call whose URL begins with `url`; of several, the longest counts.
    void answer(std::string url, HttpReply reply) { by_url_.emplace_back(std::move(url), std::move(reply)); }
    /// For the next call that has no answer by URL.
    void next(HttpReply reply) { in_order_.push_back(std::move(reply)); }
    /// SLUICE_E_UNAVAILABLE, _DEADLINE, …
    void fail(std::string url, sluice_status error) {
        HttpReply reply;
        reply.error = error;
        answer(std::move(url), std::move(reply));
    }
    void failNext(sluice_status error) {
        HttpReply reply;
        reply.error = error;
        next(std::move(reply));
    }

    /// Every call there was, the oldest first.
    const std::vector<HttpAsked>& asked() const { return asked_; }
    HttpReply take(HttpAsked asked);

private:
    std::vector<std::pair<std::string, HttpReply>> by_url_;
    std::deque<HttpReply> in_order_;
    std::vector<HttpAsked> asked_;
};

inline HttpReply HttpScript::take(HttpAsked asked) {
    const std::pair<std::string, HttpReply>* best = nullptr;
    for (const auto& candidate : by_url_) {
        if (asked.url.compare(0, candidate.first.size(), candidate.first) != 0) continue;
        if (!best || candidate.first.size() >= best->first.size()) best = &candidate;
    }
    asked_.push_back(std::move(asked));
    if (best) return best->second;
    HttpReply reply;
    reply.error = SLUICE_E_UNAVAILABLE;
    if (!in_order_.empty()) {
        reply = std::move(in_order_.front());
        in_order_.pop_front();
    }
    return reply;
}

}  // namespace sluice::testing

// What one request takes, of whose limits; how it is told to the client.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "estimates.h"
#include "rule.h"

namespace limits {

class Plugin;

struct Claim {
    ~Claim();  // an exception on the way of the request: what it holds is given back

    /// Adds those rules of the holder that the request falls under.
    void add(std::shared_ptr<const Holder> holder, std::string_view model);
    /// Fills in what is asked for of each counter.
    void ask(const Zone& zone, int64_t now_ms, int64_t tokens, int64_t pico);
    bool wants(What what) const;
    /// Of the parts, in their order, as far as one step goes.
    std::array<counters::Memory::Hint*, counters::Memory::kAtOnce> hints() const;

    struct Part {
        const Rule* rule;  // of the holder, which is held below
        const Holder* holder;
    };
    Plugin* plugin = nullptr;  // while it holds something
    bool refused = false;
    size_t which = 0;  // the counter that is full
    std::vector<std::shared_ptr<const Holder>> holders;
    std::vector<Part> parts;
    std::vector<sluice_counter> counters;  // of the parts, in their order
    std::string id, model;                 // who takes places, if any are taken; what was asked for
    Estimate estimate;
};

/// The client's view of a full counter: LiteLLM's words, and whose limit it is, what was used, until when.
struct Refused {
    std::string type, message;
    sluice::Refusal refusal() const { return sluice::Refusal{message}.withType(type).withStatus(429); }
};
Refused refused(const Claim& claim, int64_t now_ms);

/// x-ratelimit-…, x-litellm-key-…; and retry-after if it was refused, by the time that it is now.
void setHeaders(const sluice::Response& response, const Claim& claim, int64_t now_ms);

/// 1e-12 USD as USD, without an exponent.
std::string usd(int64_t pico);

}  // namespace limits

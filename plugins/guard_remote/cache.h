// Judgements that are remembered, so that a conversation's history is not judged anew with every message.
//
// What is kept is a hash of the text, never the text itself; of an edited text the edited one. Bounded in
// entries and bytes: the one that was not asked for longest goes first. [any]
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "judgement.h"

namespace guard_remote {

class Cache {
public:
    using Key = std::array<unsigned char, 32>;
    struct Limits {
        size_t entries = 10'000;  // 0: nothing is remembered
        size_t bytes = 8 * 1024 * 1024;
        int64_t ttl_ms = 3'600'000;
    };

    /// `salt`: nobody who does not know it can tell a text from its key, and instances do not share keys.
    Cache(Limits limits, std::string salt) : limits_(limits), salt_(std::move(salt)) {}

    /// `context`: what the judgement depends on besides the text.
    Key keyOf(std::string_view context, std::string_view text) const;
    std::optional<Judgement> find(const Key& key, int64_t now_ms);
    void put(const Key& key, const Judgement& judgement, int64_t now_ms);

    size_t entries() const;
    size_t bytes() const;

private:
    struct Entry {
        Key key;
        Judgement judgement;
        int64_t end_ms;
        size_t bytes;
    };
    struct Hash {
        size_t operator()(const Key& key) const;
    };
    using Entries = std::list<Entry>;

    void drop(Entries::iterator entry);

    const Limits limits_;
    const std::string salt_;
    mutable std::mutex mutex_;
    Entries entries_;  // the one that was asked for last stands first
    std::unordered_map<Key, Entries::iterator, Hash> index_;
    size_t bytes_ = 0;
};

}  // namespace guard_remote

#include "engine/queues.h"

namespace cache_memory {

void Queues::Queue::push(Entry& entry) {
    entry.older = newest;
    entry.newer = nullptr;
    (newest ? newest->newer : oldest) = &entry;
    newest = &entry;
    bytes += entry.cost();
    ++count;
}

void Queues::Queue::take(Entry& entry) {
    (entry.newer ? entry.newer->older : newest) = entry.older;
    (entry.older ? entry.older->newer : oldest) = entry.newer;
    entry.newer = entry.older = nullptr;
    bytes -= entry.cost();
    --count;
}

void Queues::add(Entry& entry, bool in_main) {
    entry.in_main = in_main;
    of(entry).push(entry);
}

void Queues::remove(Entry& entry) { of(entry).take(entry); }

Entry* Queues::evict(int64_t now_ms) {
    if (small_.bytes >= bytes_max_ / kSmallPart || !main_.oldest) {
        if (Entry* gone = evictSmall(now_ms)) return gone;
    }
    return evictMain(now_ms);
}

Entry* Queues::evictSmall(int64_t now_ms) {
    while (Entry* entry = small_.oldest) {
        const bool expired = entry->expiresMs() <= now_ms;
        if (expired || entry->uses < kUsesToStay) {
            // As many as the main queue would hold, if all were of one size.
            if (!expired) ghosts_.add(entry->hash(), count() - count() / kSmallPart);
            small_.take(*entry);
            return entry;
        }
        small_.take(*entry);
        entry->uses = 0;
        add(*entry, true);
    }
    return nullptr;
}

Entry* Queues::evictMain(int64_t now_ms) {
    for (size_t back = 0; main_.oldest; ++back) {
        Entry* entry = main_.oldest;
        main_.take(*entry);
        if (entry->uses == 0 || back >= kBackMax || entry->expiresMs() <= now_ms) return entry;
        --entry->uses;
        main_.push(*entry);
    }
    return nullptr;
}

Entry* Queues::drain() {
    Entry* entry = main_.oldest ? main_.oldest : small_.oldest;
    if (entry) remove(*entry);
    return entry;
}

}  // namespace cache_memory

#include "counters/memory.h"

#include <bit>
#include <cstring>
#include <random>

namespace counters {
namespace {

std::string_view view(sluice_str text) { return {text.ptr, text.len}; }

// Odd, and not the same in any two processes.
uint64_t secret() {
    std::random_device source;
    return (uint64_t{source()} << 32 | source()) | 1;
}

}  // namespace

// Eight bytes a step: names are some fifty bytes long, and each request has a dozen of them. Clients choose
// parts of them (customers), so the hash has a secret: who does not know it cannot make names collide.
size_t Memory::Hash::operator()(std::string_view text) const {
    __extension__ using Wide = unsigned __int128;
    static const uint64_t kSecret = secret();
    uint64_t hash = kSecret ^ text.size();
    const auto mix = [&](uint64_t word) {
        const Wide product = static_cast<Wide>(hash ^ word) * kSecret;
        hash = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    };
    uint64_t word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        mix(word);
    }
    word = 0;
    std::memcpy(&word, text.data(), text.size());
    mix(word);
    return static_cast<size_t>(hash);
}

// The shards of a step, from the first to the last.
class Memory::Locked {
public:
    Locked(Memory& memory, const sluice_counter* counters, size_t count) : memory_(memory) {
        for (size_t i = 0; i < count; ++i) shards_ |= uint64_t{1} << shardOf(counters[i].name);
        for (uint64_t left = shards_; left != 0; left &= left - 1) shard(left).mutex.lock();
    }
    ~Locked() {
        for (uint64_t left = shards_; left != 0; left &= left - 1) shard(left).mutex.unlock();
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    Shard& shard(uint64_t left) { return memory_.shards_[static_cast<size_t>(std::countr_zero(left))]; }

    Memory& memory_;
    uint64_t shards_ = 0;
    static_assert(kShards <= 64);
};

bool Memory::Entry::over(int64_t now_ms) const {
    if (kind == SLUICE_COUNTER_LEVEL) return value == 0;
    // A sum that nobody has asked for a while can be seeded again.
    constexpr int64_t kIdle = 86'400'000;
    if (kind == SLUICE_COUNTER_SUM)
        return (ends_ms > 0 && ends_ms <= now_ms) || (reserved == 0 && touched_ms + kIdle < now_ms);
    return touched_ms + span_ms + span_ms / Window::kParts < now_ms;
}

// Names differ in their middle, where the id stands; the map hashes all of them anyway.
size_t Memory::shardOf(sluice_str name) {
    if (name.len < sizeof(uint64_t)) return (Hash()(view(name)) >> 9) % kShards;
    uint64_t middle = 0;
    std::memcpy(&middle, name.ptr + name.len / 2 - 4, sizeof middle);
    return (middle * 0x9E3779B97F4A7C15u) >> 58;
}

Memory::Entry* Memory::find(const sluice_counter& counter, int64_t now_ms, Hint* hint) {
    Shard& shard = shards_[shardOf(counter.name)];
    Entry* known = hint && hint->erased == shard.erased ? hint->entry : nullptr;
    if (!known) {
        const auto found = shard.all.find(view(counter.name));
        if (found == shard.all.end()) return nullptr;
        known = &found->second;  // stays there until it is erased
        if (hint) hint->entry = known, hint->erased = shard.erased;
    }
    if (known->kind == counter.kind && (counter.kind == SLUICE_COUNTER_LEVEL || !known->over(now_ms)))
        return known;
    shard.all.erase(shard.all.find(view(counter.name)));
    ++shard.erased;
    return nullptr;
}

Memory::Entry& Memory::entry(const sluice_counter& counter, int64_t now_ms, Hint* hint) {
    Entry* known = find(counter, now_ms, hint);
    if (!known) {
        known = &shards_[shardOf(counter.name)].all[std::string(view(counter.name))];
        known->kind = counter.kind;
        known->ends_ms = counter.ends_ms;
        if (counter.kind == SLUICE_COUNTER_WINDOW) known->window = std::make_unique<Window>();
    }
    known->span_ms = counter.span_ms;
    known->touched_ms = now_ms;
    return *known;
}

sluice_status Memory::take(sluice_counter* counters, size_t count, size_t* which, int64_t now_ms,
                           Hint* const* hints) {
    const Locked locked(*this, counters, count);
    std::array<Entry*, kAtOnce> entries;
    if (count > kAtOnce) return SLUICE_E_INVALID;
    for (size_t i = 0; i < count; ++i) {
        sluice_counter& c = counters[i];
        c.at_ms = now_ms;
        c.taken = c.used = c.reset_ms = 0;
        Entry* known = find(c, now_ms, hints ? hints[i] : nullptr);
        entries[i] = known;
        *which = i;
        const bool open = known && known->seeded && known->ends_ms == c.ends_ms;
        if (c.kind == SLUICE_COUNTER_SUM && !open) return SLUICE_E_NOT_FOUND;
        if (known) c.used = known->used(now_ms);
        if (c.used < c.limit) continue;
        if (known && c.kind == SLUICE_COUNTER_WINDOW) c.reset_ms = known->window->resetMs(now_ms, c.span_ms);
        return SLUICE_E_LIMIT;
    }
    for (size_t i = 0; i < count; ++i) {
        sluice_counter& c = counters[i];
        // The same counter twice in one step is counted twice, and may have been made by the first.
        Entry& it = entries[i] ? *entries[i] : entry(c, now_ms);
        it.touched_ms = now_ms;
        it.span_ms = c.span_ms;
        c.taken = c.amount;
        if (c.kind == SLUICE_COUNTER_WINDOW) {
            it.window->add(c.amount, now_ms, c.span_ms);
            c.reset_ms = it.window->resetMs(now_ms, c.span_ms);
        } else if (c.kind == SLUICE_COUNTER_LEVEL) {
            it.value += c.amount;
        } else {
            it.reserved += c.amount;
        }
        c.used += c.amount;
    }
    return SLUICE_OK;
}

void Memory::settle(const sluice_counter* counters, size_t count, int64_t now_ms, Hint* const* hints) {
    const Locked locked(*this, counters, count);
    for (size_t i = 0; i < count; ++i) {
        const sluice_counter& c = counters[i];
        Hint* hint = hints ? hints[i] : nullptr;
        if (c.kind == SLUICE_COUNTER_WINDOW) {
            entry(c, now_ms, hint).window->correct(c.amount - c.taken, c.at_ms, now_ms, c.span_ms);
            continue;
        }
        Entry* known = find(c, now_ms, hint);
        // A period that is over takes nothing from the next one.
        if (!known || (c.kind == SLUICE_COUNTER_SUM && known->ends_ms != c.ends_ms)) continue;
        if (c.kind == SLUICE_COUNTER_LEVEL) {
            known->value = std::max<int64_t>(0, known->value - c.taken);
        } else {
            known->reserved = std::max<int64_t>(0, known->reserved - c.taken);
            known->value += c.amount;
        }
    }
}

void Memory::seed(const sluice_counter* counters, size_t count, int64_t now_ms) {
    const Locked locked(*this, counters, count);
    for (size_t i = 0; i < count; ++i) {
        if (counters[i].kind != SLUICE_COUNTER_SUM) continue;
        Entry& it = entry(counters[i], now_ms);
        if (it.ends_ms != counters[i].ends_ms) {  // another period
            it = Entry{};
            it.kind = SLUICE_COUNTER_SUM;
            it.ends_ms = counters[i].ends_ms;
        }
        it.value = std::max(it.value, counters[i].amount);
        it.seeded = true;
    }
}

void Memory::read(sluice_counter* counters, size_t count, int64_t now_ms) {
    const Locked locked(*this, counters, count);
    for (size_t i = 0; i < count; ++i) {
        Entry* known = find(counters[i], now_ms);
        counters[i].used = known ? known->used(now_ms) : 0;
        const bool window = known && known->kind == SLUICE_COUNTER_WINDOW;
        counters[i].reset_ms = window ? known->window->resetMs(now_ms, counters[i].span_ms) : 0;
    }
}

void Memory::sweep(int64_t now_ms) {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        const size_t gone =
            std::erase_if(shard.all, [now_ms](const auto& item) { return item.second.over(now_ms); });
        if (gone > 0) ++shard.erased;
    }
}

size_t Memory::size() const {
    size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.all.size();
    }
    return sum;
}

}  // namespace counters

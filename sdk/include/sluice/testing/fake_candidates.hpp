// The deployments that a test lets a router choose from.
#pragma once

#include <sluice/testing/abi_release.hpp>

#include <atomic>
#include <vector>

namespace sluice::testing {

struct FakeCandidate {
    std::string id;
    double weight = -1, rpm = -1, tpm = -1, order = -1;  // negative: not set
    uint32_t in_flight = 0;
    std::string provider = "openai", model = "model", params = "{}", info = "{}";
    double input_cost = -1, output_cost = -1;  // USD a token
    uint32_t max_input_tokens = 0;
    uint64_t latency_us = 0, requests_this_minute = 0, tokens_this_minute = 0;
};

class FakeCandidates {
public:
    FakeCandidates(std::initializer_list<FakeCandidate> list)
        : items_(list), bits_((items_.size() + 63) / 64), reasons_(items_.size()) {
        for (size_t i = 0; i < items_.size(); ++i) setAvailable(i, true);
        for (const auto& c : items_)
            table_items_.push_back({sizeof(sluice_candidate), c.in_flight, str(c.id), str(c.model),
                                    str(c.provider), c.weight, c.rpm, c.tpm, c.order, str(c.params),
                                    static_cast<uint32_t>(table_items_.size()), c.max_input_tokens,
                                    c.input_cost, c.output_cost, c.latency_us, c.requests_this_minute,
                                    c.tokens_this_minute, str(c.info)});
        for (uint32_t i = 0; i < items_.size(); ++i) numbers_.push_back(i);
        table_ = {this,
                  {sizeof(sluice_candidates), static_cast<uint32_t>(items_.size()), at, drop, pin,
                   isAvailable, next, prefer, nextGroup(), numbers_.data(), rows, availableBits, keep}};
    }
    FakeCandidates(const FakeCandidates&) = delete;
    FakeCandidates& operator=(const FakeCandidates&) = delete;

    bool available(uint32_t i) const { return i < items_.size() && (bits_[i / 64] >> (i % 64) & 1) != 0; }
    /// Takes it out of the choice, as one that was tried.
    void exclude(uint32_t i) { setAvailable(i, false); }
    /// Why a plugin dropped it; empty if it did not.
    const std::string& dropReason(uint32_t i) const { return reasons_.at(i); }

    /// The one that a plugin prefers; the number of all if none does.
    uint32_t preferred() const { return std::min(preferred_, static_cast<uint32_t>(items_.size())); }

    /// As a host of that release gives it.
    const sluice_candidates* table(Abi abi = Abi::Today) const {
        if (abi == Abi::Today) return &table_.api;
        if (!cut_) cut(abi);
        return reinterpret_cast<const sluice_candidates*>(cut_->data() + offsetof(Table, api));
    }
    void openForRoute(bool open) { in_route_ = open; }

private:
    struct Table {
        FakeCandidates* owner;
        sluice_candidates api;  // last, so that an older one can be cut behind it
    };
    static FakeCandidates& self(const sluice_candidates* table) {
        const char* api = reinterpret_cast<const char*>(table);
        return *reinterpret_cast<const Table*>(api - offsetof(Table, api))->owner;
    }
    void cut(Abi abi) const {
        Table older = table_;
        older.api.size = kSizeInV1_0<sluice_candidates>;
        cut_ = std::make_unique<AtTheEdge>(&older, offsetof(Table, api) + older.api.size);
        for (const auto& item : table_items_) cut_items_.emplace_back(abi, item);
    }
    static const sluice_candidate* at(const sluice_candidates* table, uint32_t i) {
        auto& c = self(table);
        if (i >= c.table_items_.size()) return nullptr;
        return table == &c.table_.api ? &c.table_items_[i] : c.cut_items_[i].get();
    }
    static sluice_status drop(const sluice_candidates* table, uint32_t i, sluice_str reason) {
        auto& c = self(table);
        if (!c.in_route_) return SLUICE_E_UNSUPPORTED;
        if (i >= c.items_.size()) return SLUICE_E_INVALID;
        c.setAvailable(i, false);
        c.reasons_[i] = view(reason);
        return SLUICE_OK;
    }
    static sluice_status pin(const sluice_candidates* table, uint32_t i) {
        auto& c = self(table);
        if (!c.in_route_) return SLUICE_E_UNSUPPORTED;
        if (i >= c.items_.size()) return SLUICE_E_INVALID;
        for (size_t other = 0; other < c.items_.size(); ++other) c.setAvailable(other, other == i);
        return SLUICE_OK;
    }
    static sluice_status prefer(const sluice_candidates* table, uint32_t i) {
        auto& c = self(table);
        if (!c.in_route_) return SLUICE_E_UNSUPPORTED;
        if (i >= c.items_.size()) return SLUICE_E_INVALID;
        c.preferred_ = i;
        return SLUICE_OK;
    }
    static int32_t isAvailable(const sluice_candidates* table, uint32_t i) {
        return self(table).available(i) ? 1 : 0;
    }

    static uint32_t next(const sluice_candidates* table, uint32_t from) {
        const auto& c = self(table);
        while (from < table->count && !c.available(from)) ++from;
        return from;
    }

    static const sluice_candidate* rows(const sluice_candidates* table, uint32_t* stride) {
        *stride = sizeof(sluice_candidate);
        return self(table).table_items_.data();
    }
    static const uint64_t* availableBits(const sluice_candidates* table) { return self(table).bits_.data(); }
    void setAvailable(size_t i, bool it_is) {
        const uint64_t bit = uint64_t{1} << (i % 64);
        bits_[i / 64] = it_is ? bits_[i / 64] | bit : bits_[i / 64] & ~bit;
    }
    static sluice_status keep(const sluice_candidates* table, const uint64_t* bits, sluice_str reason) {
        auto& c = self(table);
        if (!c.in_route_) return SLUICE_E_UNSUPPORTED;
        for (uint32_t i = 0; i < table->count; ++i) {
            if ((bits[i / 64] >> (i % 64) & 1) == 0) (void)drop(table, i, reason);
        }
        return SLUICE_OK;
    }
    static uint64_t nextGroup() {
        static std::atomic<uint64_t> last{0};
        return ++last;
    }

    Table table_{};
    std::vector<FakeCandidate> items_;
    std::vector<sluice_candidate> table_items_;
    mutable std::unique_ptr<AtTheEdge> cut_;  // for a host of an older release
    mutable std::vector<Given<sluice_candidate>> cut_items_;
    std::vector<uint32_t> numbers_;
    std::vector<uint64_t> bits_;  // those available
    std::vector<std::string> reasons_;
    uint32_t preferred_ = UINT32_MAX;
    bool in_route_ = false;
};

}  // namespace sluice::testing

// Rows added up by value, or by value and day.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "store_common/sums.h"

namespace store_common {

struct Group {
    int64_t value = 0;
    int64_t day = 0;
    Total total;
};

/// The most expensive one first; of two that cost the same the one with the lower number, the earlier day.
inline bool dearer(const Group& a, const Group& b) {
    if (a.total.cost != b.total.cost) return a.total.cost > b.total.cost;
    return a.day != b.day ? a.day < b.day : a.value < b.value;
}

/// In the order of their appearance. Numbers of names are dense, so a place is found without a hash.
class Groups {
public:
    explicit Groups(bool by_day) : by_day_(by_day) {}

    template <class Sum>  // Sums or Total
    void add(int64_t value, int64_t day, const Sum& sum) {
        uint32_t& place =
            by_day_ ? by_both_[static_cast<uint64_t>(value) << 24 | static_cast<uint64_t>(day)] : of(value);
        if (place == 0) {
            all_.push_back({value, day, {}});
            place = static_cast<uint32_t>(all_.size());
        }
        all_[place - 1].total.add(sum);
    }
    std::vector<Group>& all() { return all_; }
    const std::vector<Group>& all() const { return all_; }
    Total overall() const {
        Total sum;
        for (const auto& group : all_) sum.add(group.total);
        return sum;
    }

private:
    uint32_t& of(int64_t value) {
        const auto index = static_cast<size_t>(value);
        if (index >= by_value_.size()) by_value_.resize(std::max(index + 1, by_value_.size() * 2));
        return by_value_[index];
    }

    bool by_day_;
    std::vector<uint32_t> by_value_;                  // place + 1 in all_, by value
    std::unordered_map<uint64_t, uint32_t> by_both_;  // the same by value and day
    std::vector<Group> all_;
};

}  // namespace store_common

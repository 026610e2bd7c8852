// Prices by provider and model. Made once, then only read: changes make another table.
#pragma once

#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "prices.h"

namespace pricing {

/// Entries by "provider/model", or by a model's name alone: that holds for every provider which has no entry.
using Entries = std::map<std::string, Members, std::less<>>;

/// Entries from JSON: {"gpt-4o": {"input_cost_per_token": 2.5e-6, …}, …}, which is LiteLLM's form, or
/// {"provider": "openai", "version": …, "models": {…}}. Throws sluice::ConfigError, faults with `path`.
/// `strict`: a member that no entry has is a fault.
Entries readEntries(std::string_view json, const std::string& path, bool strict);

/// `changes` over `entries`, member by member; null takes one away. A name without provider changes the entry
/// of the provider that made the model ("gpt-4o": "openai/gpt-4o"), if there is one.
void merge(Entries& entries, const Entries& changes);

class Table {
public:
    /// Throws sluice::ConfigError if a price is none.
    explicit Table(Entries entries);

    /// By the provider's entry for the model's name or its name without a date, then by a bare name, then by
    /// the entry of whom the provider resells. Null if nothing is known of what its tokens cost.
    const Prices* find(std::string_view provider, std::string_view model) const;

    /// The entry itself, by the same names, also one without prices of tokens. Null if there is none. Slower.
    const Members* entry(std::string_view provider, std::string_view model) const;
    /// Whose model a name without provider is: litellm_provider of the entry of that name, else of those who
    /// make models the first with a price for it. Empty if nobody is known.
    std::string makerOf(std::string_view model) const;

    const Entries& entries() const { return entries_; }
    /// As one JSON object, in LiteLLM's form.
    std::string json() const;

private:
    const Prices* search(std::string_view provider, std::string_view model) const;

    static constexpr size_t kFoundMax = 10'000;  // behind a wildcard clients choose the names
    Entries entries_;
    std::unordered_map<std::string, Prices> prices_;
    // A name is taken apart once. Null: there is no price.
    mutable std::shared_mutex mutex_;
    mutable std::unordered_map<std::string, const Prices*> found_;
};

}  // namespace pricing

// One usage event as its month keeps it: numbers and texts in the order that the file has, so never renumber.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace store_sqlite {

/// Texts live as long as what they were read from.
struct UsageRow {
    enum Number : size_t {
        Start,  // milliseconds since the epoch, like the two behind it
        End,
        FirstToken,
        ComboId,  // who asked which model, see names.h
        EndUser,  // from here to ErrorClass numbers of names
        Tenant,
        KeyAlias,
        Route,
        CallType,
        Deployment,
        ApiBase,
        Outcome,
        ErrorClass,
        HttpStatus,
        Attempts,
        Flags,  // store_common/event.h
        Prompt,
        Completion,
        Cached,
        CacheWrite,
        Reasoning,
        Cost,    // 1e-12 USD
        Priced,  // 1 or 0: nobody said what it cost
        Numbers
    };
    enum Text : size_t { RequestedModel, Client, UserAgent, Error, Attributes, Texts };

    std::string_view call_id;
    std::array<int64_t, Numbers> numbers{};
    std::array<std::string_view, Texts> texts;

    int64_t operator[](Number which) const { return numbers[which]; }
    int64_t& operator[](Number which) { return numbers[which]; }
    std::string_view operator[](Text which) const { return texts[which]; }
};

}  // namespace store_sqlite

// Tables of prices and the numbers in them: what is accepted is written as JSON that reads back as the same
// table, a price is found or not but never throws, and a cost is never negative.
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/types.hpp>

#include "fuzz.h"
#include "pricing/decimal.h"
#include "pricing/table.h"

using sluice::fuzz::require;

namespace {

void checkNumber(std::string_view text) {
    for (const int places : {0, 12, pricing::kPlaces}) {
        const auto value = pricing::scaled(text, places);
        require(!value || *value >= 0, "a number below nothing");
        require(!value || nlohmann::json::accept(text) || text.front() == '0',
                "a number that is none in JSON");
    }
}

void checkCost(const pricing::Prices* prices) {
    if (!prices) return;
    pricing::Usage usage;
    usage.prompt = 1'000'000'000;
    usage.completion = 3;
    usage.cached = 500'000;
    usage.cache_write = 7;
    usage.reasoning = 2;
    for (const char* service : {"", "flex", "priority"}) {
        usage.service = service;
        require(pricing::costOf(*prices, usage) >= 0, "an answer that pays for itself");
    }
}

void checkTable(const std::string& text, bool strict) {
    try {
        auto entries = pricing::readEntries(text, "", strict);
        auto changed = entries;
        pricing::merge(changed, entries);
        const pricing::Table table(std::move(entries));
        for (const auto& [name, members] : table.entries()) {
            const size_t slash = name.find('/');
            checkCost(table.find("openai", name));
            if (slash != name.npos) checkCost(table.find(name.substr(0, slash), name.substr(slash + 1)));
        }
        const std::string json = table.json();
        if (!nlohmann::json::accept(text))
            return;  // names that are not UTF-8 are taken, and mended where they are written
        require(nlohmann::json::accept(json), "a table that is no JSON");
        const pricing::Table again(pricing::readEntries(json, "", false));
        require(again.entries() == table.entries() && again.json() == json, "a table reads back otherwise");
    } catch (const sluice::ConfigError& fault) {
        require(!fault.message().empty(), "a fault without a text");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    checkNumber(text);
    checkTable(text, false);
    checkTable(text, true);
    return 0;
}

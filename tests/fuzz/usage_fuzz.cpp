// Batches of usage events as a damaged file may hold them: an error that says so or events, and those written
// again read back the same.
#include <vector>

#include "fuzz.h"
#include "store_sqlite/sqlite.h"
#include "store_sqlite/usage_pack.h"

using namespace store_sqlite;
using sluice::fuzz::require;

namespace {

bool inside(std::string_view text, std::string_view bytes) {
    return text.empty() || (text.data() >= bytes.data() && text.end() <= bytes.end());
}

std::vector<UsageRow> eventsOf(std::string_view bytes, bool& whole) {
    std::vector<UsageRow> rows;
    try {
        UsagePackReader reader(bytes);
        while (const UsageRow* row = reader.next()) {
            require(inside(row->call_id, bytes), "a call id out of place");
            for (const auto text : row->texts) require(inside(text, bytes), "a text out of place");
            rows.push_back(*row);
        }
        whole = true;
    } catch (const SqlError& fault) {
        require(fault.corrupt(), "another error");
        whole = false;
    }
    return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    bool whole = false;
    const auto rows = eventsOf({reinterpret_cast<const char*>(data), size}, whole);
    UsagePackWriter writer;
    for (const auto& row : rows) writer.add(row);
    const auto again = eventsOf(writer.bytes(), whole);
    require(whole && again.size() == rows.size(), "what is written does not read back");
    for (size_t i = 0; i < rows.size(); ++i) {
        require(again[i].call_id == rows[i].call_id && again[i].numbers == rows[i].numbers &&
                    again[i].texts == rows[i].texts,
                "an event reads back otherwise");
    }
    return 0;
}

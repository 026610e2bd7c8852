#include "stream_check.hpp"

#include <charconv>

namespace sluice::bench {
namespace {

// What stands after the string value's opening quote of the first `"<key>": "`; empty if there is none or it
// is not a string. A search, not a JSON parser: the upstream is ours and writes no such key twice in a chunk.
std::string_view stringAfter(std::string_view json, std::string_view quoted_key) {
    const auto found = json.find(quoted_key);
    if (found == std::string_view::npos) return {};
    json.remove_prefix(found + quoted_key.size());
    const auto skip = json.find_first_not_of(": ");
    if (skip == std::string_view::npos || json[skip] != '"') return {};
    return json.substr(skip + 1);
}

}  // namespace

bool StreamCheck::onLine(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    constexpr std::string_view kField = "data:";
    if (!line.starts_with(kField)) return false;
    line.remove_prefix(kField.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    return onData(line);
}

bool StreamCheck::onData(std::string_view data) {
    if (done_) {
        fail("data after [DONE]");
        return false;
    }
    if (data == "[DONE]") {
        done_ = true;
        if (!finished_) fail("[DONE] without a finish_reason");
        return false;
    }
    if (data.find("\"choices\"") == std::string_view::npos) {
        fail("event that is no chat chunk");
        return false;
    }
    if (!stringAfter(data, "\"finish_reason\"").empty()) finished_ = true;
    const std::string_view content = stringAfter(data, "\"content\"");
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), number);
    if (content.empty() || error != std::errc{})
        return false;  // role, usage and finish chunks carry no number
    if (number != tokens_ + 1 || finished_ || end == content.data() + content.size()) {
        fail("chunk out of order");
        return false;
    }
    ++tokens_;
    return true;
}

}  // namespace sluice::bench

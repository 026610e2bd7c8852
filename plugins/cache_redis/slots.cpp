#include "slots.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>

#include "redis_common/address.h"

namespace cache_redis {
namespace {

constexpr size_t kPlacesMax = 1000;

constexpr std::array<uint16_t, 256> crcTable() {
    std::array<uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
        table[byte] = static_cast<uint16_t>(crc);
    }
    return table;
}

std::optional<int> numberIn(std::string_view text, int most) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

std::optional<int> slotIn(const redisReply* reply) {
    if (reply->type != REDIS_REPLY_INTEGER || reply->integer < 0 || reply->integer >= kSlots)
        return std::nullopt;
    return static_cast<int>(reply->integer);
}

// [host, port, id, …]; the host is empty or null where the server does not know it, "?" where it will not
// say.
std::optional<Place> placeIn(const redisReply* reply, const std::string& asked) {
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2) return std::nullopt;
    const redisReply *host = reply->element[0], *port = reply->element[1];
    if (port->type != REDIS_REPLY_INTEGER || port->integer <= 0 || port->integer > 65535) return std::nullopt;
    std::string name;
    if (host->type == REDIS_REPLY_STRING) {
        name.assign(host->str, host->len);
    } else if (host->type != REDIS_REPLY_NIL) {
        return std::nullopt;
    }
    if (name == "?") return std::nullopt;
    return Place{name.empty() ? asked : name, static_cast<int>(port->integer), {}};
}

}  // namespace

uint16_t crc16(std::string_view bytes) {
    static constexpr auto kTable = crcTable();
    unsigned crc = 0;
    for (const char c : bytes)
        crc = (crc << 8 ^ kTable[(crc >> 8 ^ static_cast<unsigned char>(c)) & 0xff]) & 0xffff;
    return static_cast<uint16_t>(crc);
}

uint16_t slotOf(std::string_view key) {
    if (const size_t open = key.find('{'); open != std::string_view::npos) {
        const size_t close = key.find('}', open + 1);
        if (close != std::string_view::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
    }
    return crc16(key) % kSlots;
}

std::string Place::text() const { return path.empty() ? redis_common::placeOf(host, port) : path; }

SlotMap::SlotMap(const Place& one) : places_{one} { owners_.fill(0); }

std::optional<SlotMap> SlotMap::parse(const redisReply* reply, const std::string& asked) {
    if (!reply || reply->type != REDIS_REPLY_ARRAY) return std::nullopt;
    SlotMap map;
    for (size_t i = 0; i < reply->elements; ++i) {
        const redisReply* range = reply->element[i];
        if (range->type != REDIS_REPLY_ARRAY || range->elements < 2) return std::nullopt;
        const auto first = slotIn(range->element[0]), last = slotIn(range->element[1]);
        if (!first || !last || *last < *first) return std::nullopt;
        if (range->elements < 3) continue;  // nobody has these
        const auto place = placeIn(range->element[2], asked);
        if (!place) continue;
        const uint16_t index = map.indexOf(*place);
        if (index != kNobody) std::fill(map.owners_.begin() + *first, map.owners_.begin() + *last + 1, index);
    }
    if (map.empty()) return std::nullopt;
    return map;
}

uint16_t SlotMap::indexOf(const Place& place) {
    const auto found = std::find(places_.begin(), places_.end(), place);
    if (found == places_.end() && places_.size() >= kPlacesMax) return kNobody;
    const auto index = static_cast<uint16_t>(found - places_.begin());
    if (found == places_.end()) places_.push_back(place);
    return index;
}

const Place* SlotMap::owner(uint16_t slot) const {
    const uint16_t index = owners_[slot % kSlots];
    return index == kNobody ? nullptr : &places_[index];
}

void SlotMap::move(uint16_t slot, const Place& to) { owners_[slot % kSlots] = indexOf(to); }

bool SlotMap::has(const Place& place) const {
    return std::find(places_.begin(), places_.end(), place) != places_.end();
}

Redirect Redirect::parse(std::string_view error, const std::string& asked) {
    Redirect redirect;
    const size_t space = error.find(' ');
    if (space == std::string_view::npos) return {};
    const auto word = error.substr(0, space);
    redirect.kind = word == "MOVED" ? Kind::Moved : word == "ASK" ? Kind::Ask : Kind::None;
    if (redirect.kind == Kind::None) return {};
    const size_t second = error.find(' ', space + 1), colon = error.rfind(':');
    if (second == std::string_view::npos || colon == std::string_view::npos || colon < second) return {};
    const auto slot = numberIn(error.substr(space + 1, second - space - 1), kSlots - 1),
               port = numberIn(error.substr(colon + 1), 65535);
    if (!slot || !port || *port == 0) return {};
    const auto host = error.substr(second + 1, colon - second - 1);
    if (host == "?") return {};
    redirect.slot = static_cast<uint16_t>(*slot);
    redirect.to = {host.empty() ? asked : std::string(host), *port, {}};
    return redirect;
}

}  // namespace cache_redis

// The 16384 slots of a Redis Cluster: which one a key is in, and which server has which
// (redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReply;

namespace cache_redis {

constexpr uint16_t kSlots = 16384;

/// CRC-16/XMODEM: polynomial 0x1021, begins with 0.
uint16_t crc16(std::string_view bytes);

/// Of the part between the first { and the next }, if there is something in between; else of the whole key.
uint16_t slotOf(std::string_view key);

struct Place {
    std::string host;
    int port = 0;
    std::string path;  // of a Unix socket, instead of the other two
    std::string text() const;
    bool operator==(const Place&) const = default;
};

/// Who has which slot. One server that has all of them is a map, too.
class SlotMap {
public:
    SlotMap() { owners_.fill(kNobody); }
    explicit SlotMap(const Place& one);

    /// The answer to CLUSTER SLOTS. A server that does not know its own name means `asked`. Nothing if it is
    /// no such answer, or nobody has any slot.
    static std::optional<SlotMap> parse(const redisReply* reply, const std::string& asked);

    /// Null if nobody that is known has it.
    const Place* owner(uint16_t slot) const;
    void move(uint16_t slot, const Place& to);
    const std::vector<Place>& places() const { return places_; }
    bool has(const Place& place) const;
    bool empty() const { return places_.empty(); }
    bool operator==(const SlotMap&) const = default;

private:
    static constexpr uint16_t kNobody = 0xffff;
    uint16_t indexOf(const Place& place);

    std::vector<Place> places_;
    std::array<uint16_t, kSlots> owners_;
};

/// What an error of a cluster says about where a key is.
struct Redirect {
    enum class Kind { None, Moved, Ask };
    Kind kind = Kind::None;
    uint16_t slot = 0;
    Place to;

    /// "MOVED 3999 127.0.0.1:6381", "ASK …". Without a host `asked` is meant. None for anything else.
    static Redirect parse(std::string_view error, const std::string& asked);
};

}  // namespace cache_redis

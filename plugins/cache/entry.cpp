#include "entry.h"

#include <cstring>

namespace cache {
namespace {

constexpr char kMagic[8] = {'s', 'l', 'u', 'i', 'c', 'e', 'C', '1'};

// As it lies in memory of the machines that Sluice is built for: 64 bits, little-endian.
struct Head {
    char magic[8];
    int64_t stored_ms;
    uint64_t prompt_tokens, completion_tokens;
    int64_t cost_pico_usd;
    uint32_t status;
    uint32_t flags;  // 1: a stream
    uint32_t type_size;
    uint32_t reserved;
    uint64_t body_size;
};
static_assert(sizeof(Head) == 64);

}  // namespace

std::string encode(const Entry& e) {
    Head head{};
    std::memcpy(head.magic, kMagic, sizeof kMagic);
    head.stored_ms = e.stored_ms;
    head.prompt_tokens = e.prompt_tokens;
    head.completion_tokens = e.completion_tokens;
    head.cost_pico_usd = e.cost_pico_usd;
    head.status = e.status;
    head.flags = e.stream ? 1 : 0;
    head.type_size = static_cast<uint32_t>(e.content_type.size());
    head.body_size = e.body.size();
    std::string out;
    out.reserve(sizeof head + e.content_type.size() + e.body.size());
    out.append(reinterpret_cast<const char*>(&head), sizeof head);
    out.append(e.content_type).append(e.body);
    return out;
}

std::optional<Entry> decode(std::string_view bytes) {
    Head head{};
    if (bytes.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (std::memcmp(head.magic, kMagic, sizeof kMagic) != 0) return std::nullopt;
    const uint64_t rest = bytes.size() - sizeof head;
    if (head.type_size > rest || head.body_size != rest - head.type_size) return std::nullopt;
    if (head.status < 200 || head.status > 299 || head.flags > 1) return std::nullopt;
    Entry e;
    e.stored_ms = head.stored_ms;
    e.status = head.status;
    e.stream = head.flags == 1;
    e.prompt_tokens = head.prompt_tokens;
    e.completion_tokens = head.completion_tokens;
    e.cost_pico_usd = head.cost_pico_usd;
    e.content_type = bytes.substr(sizeof head, head.type_size);
    e.body = bytes.substr(sizeof head + head.type_size);
    return e;
}

}  // namespace cache

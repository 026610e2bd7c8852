#include "semantic/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace cache {
namespace {

constexpr uint32_t kSizeMax = 1 << 20;  // of one record

// As it lies in memory of the machines that Sluice is built for: little-endian.
struct Head {
    uint32_t magic, size;  // of what follows this head
    uint64_t checksum;     // of that
    int64_t expires_ms;
    uint32_t scope_size, key_size, text_size, vector_size;  // bytes; numbers
};
constexpr uint32_t kMagic = 0x31564c53;

uint64_t checksumOf(std::string_view bytes) {
    uint64_t h = 14695981039346656037ULL;  // FNV-1a: against halves and flipped bits, not against anybody
    for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return h;
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
}

}  // namespace

std::string packed(const Answered& one) {
    std::string body = one.scope + one.key + one.text;
    body.append(reinterpret_cast<const char*>(one.vector.data()), one.vector.size() * sizeof(float));
    const auto size = [](size_t n) { return static_cast<uint32_t>(n); };
    const Head head{kMagic,
                    size(body.size()),
                    checksumOf(body),
                    one.expires_ms,
                    size(one.scope.size()),
                    size(one.key.size()),
                    size(one.text.size()),
                    size(one.vector.size())};
    return std::string(reinterpret_cast<const char*>(&head), sizeof head) + body;
}

bool unpack(std::string_view bytes, Answered& one, size_t& size) {
    Head head{};
    if (bytes.size() < sizeof head) return false;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.magic != kMagic || head.size > kSizeMax || bytes.size() - sizeof head < head.size) return false;
    auto body = bytes.substr(sizeof head, head.size);
    const uint64_t texts = uint64_t{head.scope_size} + head.key_size + head.text_size;
    if (texts + uint64_t{head.vector_size} * sizeof(float) != head.size || checksumOf(body) != head.checksum)
        return false;
    const auto take = [&](uint32_t n) {
        const auto part = std::string(body.substr(0, n));
        body.remove_prefix(n);
        return part;
    };
    one.scope = take(head.scope_size);
    one.key = take(head.key_size);
    one.text = take(head.text_size);
    one.vector.resize(head.vector_size);
    std::memcpy(one.vector.data(), body.data(), body.size());
    one.expires_ms = head.expires_ms;
    size = sizeof head + head.size;
    return true;
}

// Of a process: during a hot reload the generation that goes still has the file, and when it closes it, the
// lock has gone, so it is taken again with each list.
bool Journal::lock() const {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(fd_, F_SETLK, &whole) == 0;
}

Journal::Journal(std::string path) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
    if (fd_ >= 0 && lock()) return;
    const std::string why = fd_ < 0 ? std::strerror(errno) : "another process has it";
    if (fd_ >= 0) ::close(fd_);
    throw std::runtime_error(path_ + ": " + why);
}

Journal::~Journal() { ::close(fd_); }

std::vector<Answered> Journal::load(int64_t now_ms) {
    std::string bytes;
    char buffer[65536];
    ::lseek(fd_, 0, SEEK_SET);
    for (ssize_t n = 0; (n = ::read(fd_, buffer, sizeof buffer)) > 0;)
        bytes.append(buffer, static_cast<size_t>(n));
    std::vector<Answered> all;
    std::string kept;
    for (std::string_view rest = bytes; !rest.empty();) {
        Answered one;
        size_t size = 0;
        if (!unpack(rest, one, size)) break;
        if (one.expires_ms > now_ms) {
            kept.append(rest.substr(0, size));
            all.push_back(std::move(one));
        }
        rest.remove_prefix(size);
    }
    if (kept.size() != bytes.size() && ::ftruncate(fd_, 0) == 0) (void)writeAll(fd_, kept);
    return all;
}

void Journal::append(const std::vector<Answered>& list) {
    std::string bytes;
    for (const auto& one : list) bytes += packed(one);
    if (lock()) (void)writeAll(fd_, bytes);
}

}  // namespace cache

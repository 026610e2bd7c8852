#include "cache_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace store_postgres {
namespace {

constexpr std::string_view kMagic = "sluice documents 1 ";
constexpr size_t kBytesMax = size_t{4} << 30;

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv: against a file that is cut or broken, not against
// somebody who may write to it.
uint64_t hashOf(std::string_view bytes) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
}

std::string hex(uint64_t value) {
    char text[17];
    (void)std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::string reason(int error) { return std::generic_category().message(error); }

// A text with its length before it: no byte of it has a meaning.
void put(std::string& out, std::string_view text) {
    out += std::to_string(text.size());
    out += ' ';
    out += text;
    out += '\n';
}

class Reader {
public:
    explicit Reader(std::string_view rest) : rest_(rest) {}
    bool number(uint64_t& value, char end) {
        const auto [next, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (fault != std::errc() || next == rest_.data() + rest_.size() || *next != end) return false;
        rest_.remove_prefix(static_cast<size_t>(next - rest_.data()) + 1);
        return true;
    }
    bool text(std::string& value) {
        uint64_t size = 0;
        if (!number(size, ' ') || size >= rest_.size() || rest_[size] != '\n') return false;
        value = rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        return true;
    }
    bool ended() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool readAll(int fd, std::string& out) {
    char buffer[65536];
    for (;;) {
        const auto got = ::read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0;
        out.append(buffer, static_cast<size_t>(got));
        if (out.size() > kBytesMax) return false;
    }
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(put));
    }
    return true;
}

}  // namespace

CacheFile::CacheFile(std::string path, const std::string& owner)
    : path_(std::move(path)), owner_(hex(hashOf(owner))) {}

// Magic, whose it is, when, and the hash of all that follows.
CacheFile::Found CacheFile::read(Mirror& mirror, int64_t& written_ms) const {
    const int fd = used() ? ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
    if (fd < 0) return Found::None;
    std::string bytes;
    const bool whole = readAll(fd, bytes);
    ::close(fd);
    const std::string_view all(bytes);
    const size_t line = all.find('\n');
    const size_t head = kMagic.size() + 16 + 1 + 16 + 1;  // and the time
    if (!whole || line == std::string_view::npos || line < head || all.substr(0, kMagic.size()) != kMagic)
        return Found::Broken;
    if (all.substr(kMagic.size(), 16) != owner_) return Found::OfAnother;
    const std::string_view body = all.substr(line + 1);
    if (all.substr(kMagic.size() + 17, 16) != hex(hashOf(body))) return Found::Broken;
    uint64_t when = 0;
    if (!Reader(all.substr(head, line + 1 - head)).number(when, '\n')) return Found::Broken;
    written_ms = static_cast<int64_t>(when);
    Mirror found;
    for (Reader reader(body); !reader.ended();) {
        std::string kind, id;
        Kept kept;
        if (!reader.text(kind) || !reader.text(id) || !reader.number(kept.version, '\n') ||
            !reader.text(kept.json))
            return Found::Broken;
        found[kind].emplace(std::move(id), std::move(kept));
    }
    mirror = std::move(found);
    return Found::Good;
}

std::string CacheFile::write(const Mirror& mirror, int64_t now_ms) const {
    std::string body;
    for (const auto& [name, kind] : mirror) {
        for (const auto& [id, kept] : kind) {
            put(body, name);
            put(body, id);
            body += std::to_string(kept.version) + "\n";
            put(body, kept.json);
        }
    }
    static std::atomic<int> count{0};
    const std::string fresh = path_ + "." + std::to_string(::getpid()) + "-" + std::to_string(++count);
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) return reason(errno);
    const std::string head =
        std::string(kMagic) + owner_ + " " + hex(hashOf(body)) + " " + std::to_string(now_ms) + "\n";
    const bool good = writeAll(fd, head) && writeAll(fd, body) && ::fsync(fd) == 0;
    std::string why = good ? "" : reason(errno);
    ::close(fd);
    if (good && ::rename(fresh.c_str(), path_.c_str()) != 0) why = reason(errno);
    if (!why.empty()) ::unlink(fresh.c_str());
    return why;
}

}  // namespace store_postgres

#include "journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace batches {
namespace {

constexpr size_t kPiece = 1 << 20;

bool number(std::string_view& text, uint64_t& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return false;
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
    if (text.empty() || text[0] != ' ') return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

Journal::Journal(std::string path, size_t lines) : path_(std::move(path)), entries_(lines) {
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file_.get() < 0) throw DiskError(path_ + ": cannot be opened");
    readBack();
}

bool Journal::note(std::string_view text, uint64_t offset) {
    const char* begin = text.data();
    uint64_t index = 0;
    std::array<uint64_t, 4> tokens{};
    if (!number(text, index) || index >= entries_.size() || text.size() < 2 || text[1] != ' ') return false;
    const char kind = text[0];
    if (kind != 'o' && kind != 'e') return false;
    text.remove_prefix(2);
    for (auto& value : tokens) {
        if (!number(text, value)) return false;
    }
    if (entries_[index].outcome != Outcome::None) return false;
    entries_[index] = {offset + static_cast<uint64_t>(text.data() - begin),
                       static_cast<uint32_t>(text.size()), static_cast<Outcome>(kind)};
    ++(kind == 'o' ? succeeded_ : failed_);
    usage_ += {tokens[0], tokens[1], tokens[2], tokens[3]};
    return true;
}

void Journal::readBack() {
    const uint64_t size = sizeOf(path_);
    std::string text;
    uint64_t read = 0;
    while (read < size) {
        const auto piece = static_cast<size_t>(std::min<uint64_t>(kPiece, size - read));
        text += readAt(file_, read, piece);
        read += piece;
        size_t at = 0;
        for (size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
            if (!note(std::string_view(text).substr(at, end - at), bytes_ + at)) break;
        }
        bytes_ += at;
        text.erase(0, at);
    }
    // The last entry was being written when the process ended.
    if (bytes_ < size && ::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0)
        throw DiskError(path_ + ": what was cut off cannot be cut away");
}

void Journal::add(size_t index, Outcome outcome, const Usage& usage, std::string_view json) {
    if (entries_.at(index).outcome != Outcome::None) return;
    std::string entry = std::to_string(index) + ' ' + static_cast<char>(outcome) + ' ' +
                        std::to_string(usage.input) + ' ' + std::to_string(usage.output) + ' ' +
                        std::to_string(usage.cached) + ' ' + std::to_string(usage.reasoning) + ' ';
    entry += json;
    entry += '\n';
    try {
        appendTo(file_, entry, path_);
    } catch (const DiskError&) {
        (void)!::ftruncate(file_.get(), static_cast<off_t>(bytes_));  // half an entry would hide the next
        throw;
    }
    (void)note(std::string_view(entry).substr(0, entry.size() - 1), bytes_);
    bytes_ += entry.size();
}

std::string Journal::json(size_t index) const {
    const Entry& entry = entries_.at(index);
    return readAt(file_, entry.offset, entry.length);
}

}  // namespace batches

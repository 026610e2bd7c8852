#include "handover.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>

namespace cache_memory {
namespace {

// The time of the start is the 22nd field of /proc/self/stat, the 20th after the name (proc(5)).
std::string thisProcess() {
    std::ostringstream text;
    text << std::ifstream("/proc/self/stat").rdbuf();
    const std::string stat = text.str();
    std::istringstream after(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
    std::string field;
    for (int i = 0; i < 20; ++i) after >> field;
    return std::to_string(::getpid()) + ":" + field;
}

}  // namespace

std::string written(const Handover& handover) {
    return thisProcess() + " " + std::to_string(reinterpret_cast<uintptr_t>(&handover));
}

const Handover* read(std::string_view bytes) {
    const size_t space = bytes.find(' ');
    if (space == std::string_view::npos || bytes.substr(0, space) != thisProcess()) return nullptr;
    uintptr_t address = 0;
    const char* end = bytes.data() + bytes.size();
    const auto [at, fault] = std::from_chars(bytes.data() + space + 1, end, address);
    if (fault != std::errc() || at != end || address == 0) return nullptr;
    const auto* handover = reinterpret_cast<const Handover*>(address);
    return handover->format == Handover::kFormat ? handover : nullptr;
}

}  // namespace cache_memory

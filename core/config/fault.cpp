#include "config/fault.h"

#include <fmt/format.h>

namespace sluice::config {
namespace {

// "model_list[3].x" is at "model_list[].x", and "a.b" below "a".
bool isAt(std::string_view path, std::string_view pattern) {
    size_t at = 0;
    for (const char c : pattern) {
        if (at >= path.size() || path[at] != c) return false;
        ++at;
        if (c != '[') continue;
        while (at < path.size() && path[at] >= '0' && path[at] <= '9') ++at;
    }
    return at == path.size() || path[at] == '.' || path[at] == '[';
}

}  // namespace

std::string Fault::text() const {
    std::string out =
        place.line > 0 ? fmt::format("{}:{}: ", place.file, place.line) : fmt::format("{}: ", place.file);
    out += severity == Severity::Error ? "error: " : "warning: ";
    if (!path.empty()) out += path + ": ";
    out += found;
    if (!allowed.empty()) out += "; allowed: " + allowed;
    if (!hint.empty()) out += "; " + hint;
    return out;
}

void Faults::error(Place place, std::string path, std::string found, std::string allowed, std::string hint) {
    ++errors_;
    all_.push_back({Fault::Severity::Error, std::move(place), std::move(path), std::move(found),
                    std::move(allowed), std::move(hint)});
}

void Faults::warning(Place place, std::string path, std::string found, std::string allowed,
                     std::string hint) {
    all_.push_back({Fault::Severity::Warning, std::move(place), std::move(path), std::move(found),
                    std::move(allowed), std::move(hint)});
}

void Faults::unread(Place place, std::string path, std::string found, std::string hint) {
    warning(std::move(place), std::move(path), std::move(found), {}, std::move(hint));
    all_.back().unread = true;
}

void Faults::read(std::string_view path) {
    std::erase_if(all_, [path](const Fault& fault) { return fault.unread && isAt(fault.path, path); });
}

}  // namespace sluice::config

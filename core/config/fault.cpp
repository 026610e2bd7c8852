#include "config/fault.h"

#include <fmt/format.h>

namespace sluice::config {

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

}  // namespace sluice::config

// Typed reading of one mapping of the tree. A value of the wrong type is an error with its place; a key that
// nobody asked for is a warning with the nearest known one. The reader of a section names its keys by asking
// for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/tree.h"

namespace sluice::config {

class Section {
public:
    /// `value` may be null (the section is missing: every key keeps its default). Both outlive this object.
    Section(const Tree& tree, const Json* value, std::string path, Faults& faults);

    bool present() const { return value_ != nullptr; }
    const std::string& path() const { return path_; }

    /// Each returns nothing if the key is missing or null, and reports a wrong type.
    std::optional<std::string> text(std::string_view key, std::string_view allowed = "a text");
    std::optional<bool> boolean(std::string_view key);
    std::optional<double> number(std::string_view key, std::string_view allowed, double min = 0);
    /// Seconds, at least a millisecond; more than fits counts as the most that fits.
    std::optional<uint32_t> secondsAsMs(std::string_view key);
    std::optional<uint64_t> whole(std::string_view key, std::string_view allowed, uint64_t min, uint64_t max);
    std::optional<std::string> secretHandle(std::string_view key);
    /// One of `choices`.
    std::optional<std::string> choice(std::string_view key, const std::vector<std::string_view>& choices);
    /// A list of texts; a single text counts as a list of one.
    std::vector<std::string> texts(std::string_view key);
    /// Null if missing; reports if it is no mapping / no list.
    const Json* mapping(std::string_view key);
    const Json* list(std::string_view key);
    const Json* any(std::string_view key);

    void fault(std::string_view key, std::string found, std::string allowed = {}, std::string hint = {});
    /// Keys that are known elsewhere but mean nothing to Sluice yet.
    void knownButUnused(const std::vector<std::string_view>& keys);
    /// Warns of what nobody asked for. Call it last.
    void warnUnknown();

private:
    const Json* find(std::string_view key);
    const Json* typed(std::string_view key, bool (Json::*is)() const noexcept, std::string_view allowed);

    const Tree& tree_;
    const Json* value_;
    std::string path_;
    Faults& faults_;
    std::vector<std::string_view> asked_;
    std::vector<std::string_view> unused_;
};

}  // namespace sluice::config

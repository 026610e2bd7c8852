// Finds names of persons, organisations and places, and street addresses, by word lists and a small trained
// model. Nothing leaves the process, nothing is learned at run time.
#pragma once

#include "sluice/scanner.hpp"

namespace pii {

/// Entities: PERSON, ORGANIZATION, LOCATION, STREET_ADDRESS, NRP (nationality, religion, political group),
/// TITLE ("Mrs.", "Dr."; off unless asked for).
///
/// What it knows: Latin, Greek and Cyrillic script, English sentences; names and addresses of many countries.
/// Names in small letters are found if they are on its lists or follow words like "my name is". Names in
/// scripts without capitals (Chinese, Arabic, ...) are not found.
///
/// The score of a finding is how far its tag was ahead of "no name", from 0.5 (barely) to 1.
class NameScanner final : public sluice::Scanner {
public:
    /// What to report: a set of these bits.
    enum Entities : unsigned {
        kPersons = 1,
        kOrganizations = 2,
        kLocations = 4,
        kAddresses = 8,
        kNrps = 16,
        kTitles = 32,
        kAll = 63,
    };

    explicit NameScanner(unsigned entities = kAll & ~kTitles);

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override { return kLongest; }
    size_t lookBehind() const override { return kLookBehind; }
    size_t lookAhead() const override { return kLookAhead; }

    /// The name of the entity with the given number (names/model.h).
    static std::string_view nameOf(int entity);

    static constexpr size_t kLongest = 160;  // longer runs of names are not reported
    static constexpr size_t kLookBehind = 208;
    static constexpr size_t kLookAhead = 96;

private:
    unsigned entities_;
};

}  // namespace pii

#include "lexicon.h"

#include <cstring>

#include "data.h"
#include "letters.h"

namespace pii::names {
namespace {

constexpr size_t kEntries = 1 << 18;  // twice as many as there are words and pairs of them

uint64_t load8(const char* at, size_t readable) {
    uint64_t chunk = 0;
    if (readable >= 8) {
        std::memcpy(&chunk, at, 8);
    } else {
        for (size_t i = 0; i < readable; ++i) chunk |= uint64_t{static_cast<uint8_t>(at[i])} << 8 * i;
    }
    return chunk;
}

uint64_t mix(uint64_t hash, uint64_t chunk) {
    hash = (hash ^ chunk) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

bool isWordByte(char c) {
    auto byte = static_cast<uint8_t>(c);
    return byte >= 0x80 || (byte | 0x20u) - 'a' < 26u || byte - unsigned{'0'} < 10u || byte == '\'' ||
           byte == '-';
}

}  // namespace

uint32_t hashAscii(std::string_view word, size_t readable) {
    constexpr uint64_t kSmall =
        0x2020202020202020u;  // makes letters small; digits, '-' and '\'' stay as they are
    uint64_t hash = word.size();
    size_t at = 0;
    for (; at + 8 < word.size(); at += 8) hash = mix(hash, load8(word.data() + at, 8) | kSmall);
    uint64_t keep = ~uint64_t{0} >> 8 * (8 - (word.size() - at));
    hash = mix(hash, (load8(word.data() + at, readable - at) | kSmall) & keep);
    return static_cast<uint32_t>(hash ^ (hash >> 32));
}

uint32_t hashWord(std::string_view word) {
    char folded[2 * kWordBytesMax + 8] = {};
    size_t size = fold(word, folded, 2 * kWordBytesMax);
    return size ? hashAscii({folded, size}, sizeof folded) : 0;
}

const Lexicon& Lexicon::builtIn() {
    static const Lexicon lexicon;
    return lexicon;
}

Lexicon::Lexicon() : entries_(kEntries), mask_(kEntries - 1) {
    add(data::given(), kGiven);
    add(data::family(), kFamily);
    add(data::places(), kPlace);
    add(data::countries(), kCountry);
    add(data::nationalities(), kNation);
    add(data::streets(), kStreet);
    add(data::orgSuffixes(), kOrgSuffix);
    add(data::orgWords(), kOrgWord);
    add(data::titles(), kTitle);
    add(data::words(), kOrdinary);
    add(data::common(), kCommon);
    add(data::particles(), kParticle);
    add(data::companies(), kCompany);
    add(data::telling(), kTelling);
}

// One entry a line. Of an entry of several words the first two are known as a pair.
void Lexicon::add(std::string_view list, uint16_t known) {
    while (!list.empty()) {
        size_t end = std::min(list.find('\n'), list.size());
        uint32_t hashes[2] = {};
        size_t count = 0;
        for (size_t at = 0; at < end && count < 2;) {
            size_t stop = at;
            while (stop < end && isWordByte(list[stop])) ++stop;
            if (stop > at) hashes[count++] = hashWord(list.substr(at, stop - at));
            at = stop + 1;
        }
        if (count == 1) insert(hashes[0], known);
        if (count == 2) insert(hashPair(hashes[0], hashes[1]), known);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

void Lexicon::insert(uint32_t hash, uint16_t known) {
    uint32_t at = hash & mask_;
    while (entries_[at].known && entries_[at].hash != hash) at = (at + 1) & mask_;
    entries_[at].hash = hash;
    entries_[at].known |= known;
}

}  // namespace pii::names

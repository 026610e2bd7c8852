// The patterns that have a name: us_ssn, email, visa, aws_access_key, … Each is a recogniser that looks at a
// few bytes around a trigger (the beginning of a number or word, an @, a colon), not a regular expression.
//
// Names: litellm's content filter (patterns.json). What counts as one is said by the definition of the
// format, named beside each recogniser, so that a near miss is none; README.md says where that differs from
// LiteLLM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guard_content {

/// Something that one of several rules wants to have: bytes [begin, end) of a text.
struct Candidate {
    size_t begin = 0;
    size_t end = 0;
    uint32_t rule = 0;
};

/// Bytes [begin, end) of a text; end 0: nothing.
struct Extent {
    size_t begin = 0;
    size_t end = 0;
};

enum class Trigger : uint8_t {
    Number = 1,  // a digit, '+' or '(' that begins a number
    Word = 2,    // a letter or digit that begins a word
    At = 4,      // '@'
    Colon = 8,   // ':'
};

struct Prebuilt {
    std::string_view name;
    Trigger trigger;
    uint16_t longest;  // bytes
    /// What stands at the trigger, or around it.
    Extent (*recognise)(std::string_view text, size_t at, const Prebuilt& self);
    /// For patterns of letters and digits: 'd' a digit, 'A' a capital letter, 'X' either; others stand for
    /// themselves, a space in front of '?' …; several with '|'.
    std::string_view shapes = {};
    /// One of these words, with '|' between them, must stand in front of it, at most kContextBytes before;
    /// empty: none needed.
    std::string_view context = {};
    bool (*valid)(std::string_view digits) = nullptr;
    /// The bytes that it can begin with; empty: the first ones of its shapes.
    std::string_view starts = {};
    /// Of a number: bit n, it can begin with n digits in a row; 0: as its shapes say.
    uint32_t runs = 0;
};

inline constexpr size_t kContextBytes = 64;

/// By its name; nullptr if there is none.
const Prebuilt* prebuiltOf(std::string_view name);
/// For messages: "amex, au_tfn, …".
std::string prebuiltNames();
std::vector<std::string_view> prebuiltNameList();

/// Several of them at once, in one pass.
class PrebuiltSet {
public:
    void add(const Prebuilt* pattern, uint32_t rule) { entries_.push_back({pattern, rule}), prepare(); }
    bool empty() const { return entries_.empty(); }
    size_t longest() const { return longest_; }

    /// Appends all that begin at or after `from`, also such that overlap. [any]
    void find(std::string_view text, size_t from, std::vector<Candidate>& found) const;

private:
    struct Entry {
        const Prebuilt* pattern;
        uint32_t rule;
    };
    void prepare();
    void start(std::string_view text, size_t at, std::vector<Candidate>& found) const;
    static void ask(const std::vector<Entry>& entries, std::string_view text, size_t at,
                    std::vector<Candidate>& found);

    static constexpr size_t kRunMax = 16;
    std::vector<Entry> entries_;
    // What is worth asking. Numbers by how many digits they begin with (0: '+' and '('), identifiers of
    // capitals and digits, forty characters of base64, other words by their first byte, the rest by '@' and
    // ':'.
    std::vector<Entry> numbers_[kRunMax + 1], identifiers_, long_words_, words_[256], inside_[256];
    uint8_t triggers_[256] = {};  // which of these a byte can begin
    size_t longest_ = 0;
};

// The recognisers, by file.
Extent recogniseShape(std::string_view text, size_t at, const Prebuilt& self);  // prebuilt_numbers.cpp
Extent recogniseCard(std::string_view text, size_t at, const Prebuilt& self);   // visa, amex, … by name
Extent recognisePhone(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseIban(std::string_view text, size_t at, const Prebuilt& self);
bool validSsn(std::string_view digits);
Extent recogniseAwsAccessKey(std::string_view text, size_t at, const Prebuilt& self);  // prebuilt_keys.cpp
Extent recogniseAwsSecretKey(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseGithubToken(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseSlackToken(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseApiKey(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseEmail(std::string_view text, size_t at, const Prebuilt& self);  // prebuilt_network.cpp
Extent recogniseIpv4(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseIpv6(std::string_view text, size_t at, const Prebuilt& self);
Extent recogniseUrl(std::string_view text, size_t at, const Prebuilt& self);

/// A set of ASCII characters, asked with one look.
class CharSet {
public:
    constexpr explicit CharSet(std::string_view chars) {
        for (const char c : chars) bits_[static_cast<unsigned char>(c) >> 6] |= uint64_t{1} << (c & 63);
    }
    constexpr bool has(char c) const {
        const auto byte = static_cast<unsigned char>(c);
        return byte != 0 && (bits_[byte >> 6] >> (byte & 63) & 1) != 0;
    }

private:
    uint64_t bits_[4] = {};
};

// Bytes, as all of them see them.
inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool isLower(char c) { return c >= 'a' && c <= 'z'; }
inline bool isLetter(char c) { return isUpper(c) || isLower(c); }
inline bool isAlnum(char c) { return isDigit(c) || isLetter(c); }
inline bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
inline constexpr CharSet kBase64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
inline char charOr0(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }
/// No letter, digit or '_' follows: an identifier does not end in the middle.
inline bool endsWord(std::string_view text, size_t end) {
    const char c = charOr0(text, end);
    return !isAlnum(c) && c != '_';
}
/// endsWord, and no "-1" or ".1" either: the number does not go on.
inline bool endsNumber(std::string_view text, size_t end) {
    const char c = charOr0(text, end);
    const bool joins = c == '-' || c == '.' || c == '/';
    return endsWord(text, end) && !(joins && isDigit(charOr0(text, end + 1)));
}

}  // namespace guard_content

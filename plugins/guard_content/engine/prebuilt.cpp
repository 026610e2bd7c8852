#include "prebuilt.h"

#include <algorithm>
#include <iterator>

#include "fold.h"

namespace guard_content {

namespace {

// Sources: SSA (area, group and serial numbers of SSNs); ISO/IEC 7812 and the card networks (prefixes,
// lengths); ITU-T E.164 and NANP; RFC 5321, RFC 791, RFC 4291; ISO 13616 (IBAN); AWS IAM, GitHub and Slack
// documentation; ICAO 9303 and the issuing states (passports); Receita Federal (CPF, CNPJ); ATO; INSEE.
constexpr std::string_view kPassport = "passport|passeport|reisepass|paspoort|pasaporte|travel document";
constexpr uint32_t kCardRuns = 1u << 4 | 1u << 15 | 1u << 16,
                   kPhoneRuns = 1u | 1u << 1 | 1u << 3 | 1u << 10 | 1u << 11,
                   kFrenchRuns = 1u | 1u << 2 | 1u << 10, kIpRuns = 1u << 1 | 1u << 2 | 1u << 3;
constexpr Prebuilt kPatterns[] = {
    {"amex", Trigger::Number, 24, recogniseCard, {}, {}, nullptr, "3", kCardRuns},
    {"au_abn", Trigger::Number, 14, recogniseShape, "dd ddd ddd ddd|ddddddddddd", "abn|business number"},
    {"au_medicare", Trigger::Number, 13, recogniseShape, "dddd ddddd d|dddddddddd", "medicare"},
    {"au_tfn", Trigger::Number, 11, recogniseShape, "ddd ddd ddd|ddddddddd|dddddddd", "tfn|tax file|ato"},
    {"aws_access_key", Trigger::Word, 20, recogniseAwsAccessKey, {}, {}, nullptr, "A"},
    {"aws_secret_key",
     Trigger::Word,
     40,
     recogniseAwsSecretKey,
     {},
     {},
     nullptr,
     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    {"br_cep", Trigger::Number, 9, recogniseShape, "ddddd-ddd"},
    {"br_cnpj", Trigger::Number, 18, recogniseShape, "dd.ddd.ddd/dddd-dd"},
    {"br_cpf", Trigger::Number, 14, recogniseShape, "ddd.ddd.ddd-dd|ddd.ddd.ddd/dd"},
    {"br_cpf_unformatted", Trigger::Number, 11, recogniseShape, "ddddddddddd", "cpf|cadastro"},
    {"br_rg", Trigger::Number, 12, recogniseShape, "dd.ddd.ddd-X|d.ddd.ddd-X"},
    {"credit_card", Trigger::Number, 24, recogniseCard, {}, {}, nullptr, "23456", kCardRuns},
    {"discover", Trigger::Number, 24, recogniseCard, {}, {}, nullptr, "6", kCardRuns},
    {"email", Trigger::At, 128, recogniseEmail},
    {"eu_iban_enhanced", Trigger::Word, 42, recogniseIban, {}, {}, nullptr, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"eu_passport_generic", Trigger::Word, 9, recogniseShape, "ddAAddddd|XXXXXXXXX", kPassport},
    {"eu_vat", Trigger::Word, 14, recogniseShape,
     "AAddddddddd|AAdddddddd|AAddddddddddd|AAXdddddddX|AAdddddddddddd|AAdddddddddXdd",
     "vat|tva|iva|btw|mwst|ust-id|tax id|tax number"},
    {"fr_nir", Trigger::Number, 21, recogniseShape, "d dd dd dd ddd ddd dd|ddddddddddddddd",
     "nir|insee|securite sociale|sécurité sociale|social"},
    {"fr_phone", Trigger::Number, 20, recognisePhone, {}, {}, nullptr, "+(0123456789", kFrenchRuns},
    {"fr_postal_code", Trigger::Number, 5, recogniseShape, "ddddd", "postal|postcode|zip|cp"},
    {"generic_api_key", Trigger::Word, 120, recogniseApiKey, {}, {}, nullptr, "aA"},
    {"github_token", Trigger::Word, 128, recogniseGithubToken, {}, {}, nullptr, "g"},
    {"iban", Trigger::Word, 42, recogniseIban, {}, {}, nullptr, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"ipv4", Trigger::Number, 15, recogniseIpv4, {}, {}, nullptr, "0123456789", kIpRuns},
    {"ipv6", Trigger::Colon, 45, recogniseIpv6},
    {"mastercard", Trigger::Number, 24, recogniseCard, {}, {}, nullptr, "25", kCardRuns},
    {"nl_bsn_contextual", Trigger::Number, 9, recogniseShape, "ddddddddd",
     "bsn|burgerservicenummer|sofinummer|persoonsnummer"},
    {"passport_australia", Trigger::Word, 9, recogniseShape, "Addddddd|AAddddddd", kPassport},
    {"passport_canada", Trigger::Word, 9, recogniseShape, "AAdddddd|AddddddAA", kPassport},
    {"passport_china", Trigger::Word, 9, recogniseShape, "Adddddddd|AAddddddd", kPassport},
    {"passport_france", Trigger::Word, 9, recogniseShape, "ddAAddddd"},
    {"passport_germany", Trigger::Word, 9, recogniseShape, "XXXXXXXXX", kPassport},
    {"passport_india", Trigger::Word, 8, recogniseShape, "Addddddd", kPassport},
    {"passport_japan", Trigger::Word, 9, recogniseShape, "AAddddddd", kPassport},
    {"passport_netherlands", Trigger::Word, 9, recogniseShape, "AAXXXXXXd", kPassport},
    {"passport_uk", Trigger::Word, 9, recogniseShape, "ddddddddd", kPassport},
    {"passport_us", Trigger::Word, 9, recogniseShape, "ddddddddd|Adddddddd", kPassport},
    {"phone", Trigger::Number, 28, recognisePhone, {}, {}, nullptr, "+(0123456789", kPhoneRuns},
    {"slack_token", Trigger::Word, 128, recogniseSlackToken, {}, {}, nullptr, "x"},
    {"url", Trigger::Word, 512, recogniseUrl, {}, {}, nullptr, "hHwW"},
    {"us_phone", Trigger::Number, 28, recognisePhone, {}, {}, nullptr, "+(0123456789", kPhoneRuns},
    {"us_ssn", Trigger::Number, 11, recogniseShape, "ddd-dd-dddd|ddd dd dddd", {}, validSsn},
    {"us_ssn_no_dash", Trigger::Number, 9, recogniseShape, "ddddddddd", {}, validSsn},
    {"visa", Trigger::Number, 24, recogniseCard, {}, {}, nullptr, "4", kCardRuns},
};

bool hasWord(std::string_view text, std::string_view word) {
    for (size_t at = 0; at + word.size() <= text.size(); ++at) {
        size_t i = 0;
        while (i < word.size()) {
            const auto c = static_cast<unsigned char>(text[at + i]);
            const char folded = kAsciiFold[c] ? static_cast<char>(kAsciiFold[c]) : text[at + i];
            if (folded != word[i]) break;
            ++i;
        }
        const bool begins = at == 0 || !isAlnum(text[at - 1]);
        if (i == word.size() && begins && !isAlnum(charOr0(text, at + i))) return true;
    }
    return false;
}

bool hasContext(std::string_view text, size_t begin, std::string_view words) {
    if (words.empty()) return true;
    const size_t first = begin > kContextBytes ? begin - kContextBytes : 0;
    const auto before = text.substr(first, begin - first);
    while (!words.empty()) {
        const size_t bar = std::min(words.find('|'), words.size());
        if (hasWord(before, words.substr(0, bar))) return true;
        words.remove_prefix(std::min(bar + 1, words.size()));
    }
    return false;
}

constexpr uint8_t kNumber = 1, kWord = 2, kIdentifier = 4, kInside = 8, kLong = 16;
constexpr size_t kIdentifierMin = 8;  // characters of the shortest shape that begins a word

bool canStart(const Prebuilt& pattern, char byte) {
    if (!pattern.starts.empty()) return pattern.starts.find(byte) != std::string_view::npos;
    for (size_t i = 0; i < pattern.shapes.size(); ++i) {
        if (i > 0 && pattern.shapes[i - 1] != '|') continue;
        const char shape = pattern.shapes[i];
        if ((shape != 'A' && isDigit(byte)) || (shape != 'd' && isUpper(byte))) return true;
    }
    return false;
}

uint32_t runsOf(const Prebuilt& pattern) {
    uint32_t runs = pattern.runs;
    for (size_t i = 0, run = 0; i < pattern.shapes.size(); ++i) {
        if (i > 0 && pattern.shapes[i - 1] != '|') continue;
        for (run = 0; i + run < pattern.shapes.size() && pattern.shapes[i + run] == 'd';) ++run;
        runs |= 1u << run;
    }
    return runs;
}

}  // namespace

const Prebuilt* prebuiltOf(std::string_view name) {
    for (const Prebuilt& pattern : kPatterns)
        if (pattern.name == name) return &pattern;
    return nullptr;
}

std::vector<std::string_view> prebuiltNameList() {
    std::vector<std::string_view> names;
    for (const Prebuilt& pattern : kPatterns) names.push_back(pattern.name);
    return names;
}

std::string prebuiltNames() {
    std::string names;
    for (const auto name : prebuiltNameList()) names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
}

void PrebuiltSet::prepare() {
    const Entry& entry = entries_.back();
    const Prebuilt& pattern = *entry.pattern;
    longest_ = std::max<size_t>(longest_, pattern.longest);
    if (pattern.recognise == recogniseAwsSecretKey) long_words_.push_back(entry);
    const bool identifier = pattern.trigger == Trigger::Word && !pattern.shapes.empty();
    if (identifier) identifiers_.push_back(entry);
    if (pattern.trigger == Trigger::Number) {
        const uint32_t runs = runsOf(pattern);
        for (size_t run = 0; run <= kRunMax; ++run)
            if (runs >> run & 1) numbers_[run].push_back(entry);
    }
    for (int c = 0; c < 256; ++c) {
        const char byte = static_cast<char>(c);
        if (pattern.trigger == Trigger::Number) {
            if (canStart(pattern, byte)) triggers_[c] |= kNumber;
        } else if (pattern.recognise == recogniseAwsSecretKey) {
            if (canStart(pattern, byte)) triggers_[c] |= kLong;
        } else if (identifier) {
            if (canStart(pattern, byte)) triggers_[c] |= kIdentifier;
        } else if (pattern.trigger == Trigger::Word ? canStart(pattern, byte)
                                                    : byte == (pattern.trigger == Trigger::At ? '@' : ':')) {
            triggers_[c] |= pattern.trigger == Trigger::Word ? kWord : kInside;
            (pattern.trigger == Trigger::Word ? words_ : inside_)[c].push_back(entry);
        }
    }
}

// What a word or number can be that begins here.
void PrebuiltSet::start(std::string_view text, size_t at, std::vector<Candidate>& found) const {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (triggers_[byte] & kNumber) {
        size_t run = 0;
        while (run <= kRunMax && isDigit(charOr0(text, at + run))) ++run;
        if (run <= kRunMax) ask(numbers_[run], text, at, found);
    }
    if (triggers_[byte] & kWord) ask(words_[byte], text, at, found);
    if ((triggers_[byte] & kLong) && at + 40 <= text.size()) {
        const char* word = text.data() + at;  // nearly every word has a space in one of these places
        if (kBase64.has(word[9]) && kBase64.has(word[39]) && kBase64.has(word[19]) && kBase64.has(word[29]))
            ask(long_words_, text, at, found);
    }
    if (triggers_[byte] & kIdentifier) {
        size_t run = 1;
        while (run < kIdentifierMin && (isUpper(charOr0(text, at + run)) || isDigit(charOr0(text, at + run))))
            ++run;
        if (run == kIdentifierMin) ask(identifiers_, text, at, found);
    }
}

void PrebuiltSet::ask(const std::vector<Entry>& entries, std::string_view text, size_t at,
                      std::vector<Candidate>& found) {
    for (const Entry& entry : entries) {
        const Extent extent = entry.pattern->recognise(text, at, *entry.pattern);
        if (extent.end > extent.begin && hasContext(text, extent.begin, entry.pattern->context))
            found.push_back({extent.begin, extent.end, entry.rule});
    }
}

void PrebuiltSet::find(std::string_view text, size_t from, std::vector<Candidate>& found) const {
    if (entries_.empty()) return;
    bool inside = from > 0 && from < text.size() && isAlnum(text[from - 1]);  // of a word or number
    for (size_t at = from; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const uint8_t triggers = triggers_[byte];
        if (triggers != 0 && !inside) start(text, at, found);
        if (triggers & kInside) ask(inside_[byte], text, at, found);
        inside = kAsciiFold[byte] != 0;
    }
}

}  // namespace guard_content

// Whether what stands behind a name can be its secret. The rules, in words, are in README.md.
#include "looks.h"
#include "scanner.h"
#include "values.h"

#include <algorithm>

namespace secrets {

namespace {

bool mentions(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) { return lower(a) == b; };
    return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

// A word that names secrets: what has it is a name itself.
bool mentionsSecrets(std::string_view text) {
    for (const auto word : {"pass", "pwd", "secret", "token", "key", "cred", "auth"}) {
        if (mentions(text, word)) return true;
    }
    return false;
}

bool isPathOrUrl(std::string_view text, const Looks& looks) {
    if (text.find("://") != text.npos) return true;
    const bool begins =
        text[0] == '/' || textAt(text, 0, "./") || textAt(text, 0, "../") || textAt(text, 0, "~/");
    if (begins)
        return looks.size < 32 || looks.kinds() < 4 || text.find('.') != text.npos || looks.entropy < 4;
    return text.size() > 3 && text[1] == ':' && text[2] == '\\';
}

// getpass(), config["x"], self.password, a->b: no value but how to get it.
bool isExpression(std::string_view text) {
    if (text.find('(') != text.npos || text.find('[') != text.npos || text.find("->") != text.npos ||
        text.find("::") != text.npos || text.find('{') != text.npos)
        return true;
    size_t lead = 0;
    while (lead < text.size() &&
           (text[lead] == '&' || text[lead] == '*' || text[lead] == '@' || text[lead] == '!' ||
            text[lead] == '$' || text[lead] == '-' || text[lead] == ':'))
        ++lead;
    const auto rest = text.substr(lead);
    if (rest.empty()) return true;
    const size_t equals = rest.find('=');  // min_length=8
    if (equals != rest.npos && equals + 1 < rest.size() && rest[equals + 1] != '=' &&
        looksNatural(rest.substr(0, equals)))
        return true;
    return (lead > 0 || rest.find('.') != rest.npos) && looksNatural(rest);
}

// A regular expression or a format.
bool isPattern(std::string_view text) { return text.find_first_of("[]{}|\\?<>,;\"' ") != text.npos; }

size_t segments(std::string_view text) {
    return 1 + static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
               return c == '-' || c == '_' || c == '.' || c == '/' || c == ' ' || c == ':';
           }));
}

bool anySegmentIsLiteral(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
        const size_t end = runEnd(text, at, kAlnum, text.size());
        if (end > at && isLiteral(text.substr(at, end - at))) return true;
        at = end + 1;
    }
    return false;
}

bool isTitle(const Looks& looks, std::string_view text) {
    return looks.uppers == looks.letters() || (looks.uppers == 1 && is(text[0], kUpper));
}

bool plausiblePassword(std::string_view text, const Looks& looks, Setting setting) {
    const bool meant = setting == Setting::Quoted || setting == Setting::Config;
    if (looks.size < (meant ? 5u : 6u)) return false;
    if (looks.digits == looks.size) return meant && looks.size >= 6 && looks.size <= 12;
    const bool natural = looksNatural(text);
    if (!natural) {
        if (looks.digits == 0 && looks.others == 0)
            return (meant && (looks.size >= 12 || (looks.uppers > 0 && looks.lowers > 0))) ||
                   (looks.size >= 12 && looks.changes * 3 >= looks.size);
        if (looks.letters() == 0) return meant && looks.size >= 8;
        return meant || looks.digits > 0 || looks.size >= 8;
    }
    if (text.find('.') != text.npos || text.find(':') != text.npos || text.find('/') != text.npos)
        return false;
    const bool one = segments(text) == 1;
    if (looks.digits > 0) {
        if (anySegmentIsLiteral(text)) return false;
        if (one) return looks.letters() >= 3 && (meant || !mentionsSecrets(text) || is(text[0], kUpper));
        return looks.size >= 8 && looks.letters() >= 4 && !mentionsSecrets(text) &&
               setting != Setting::Spoken;
    }
    if (!meant || mentionsSecrets(text)) return false;
    if (one) return looks.size >= 6 && !isTitle(looks, text);
    return segments(text) >= 3 && looks.size >= 12 && looks.uppers == 0;
}

bool plausibleKey(std::string_view text, const Looks& looks, Setting setting, const Options& options) {
    if (looks.size < 8 || looks.letters() == 0) return false;
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return false;
    const bool meant = setting == Setting::Quoted || setting == Setting::Config;
    if (looksNatural(text)) {  // secret: "hunter2024"
        return meant && segments(text) == 1 && looks.digits >= 2 && looks.letters() >= 4 &&
               !mentionsSecrets(text) && !anySegmentIsLiteral(text);
    }
    if (looks.hex && looks.size >= 16)
        return looks.entropy >= expectedEntropy(looks.size, true, options.hex_limit);
    const bool mixed = looks.digits > 0 || (looks.uppers > 0 && looks.lowers > 0 && looks.size >= 16);
    if (!mixed && looks.others == 0) return meant && looks.size >= 16 && looks.entropy >= 3.0;
    if (looks.size < 16) return meant || (looks.digits > 0 && looks.distinct >= 6);
    return looks.entropy >= std::min(3.0, expectedEntropy(looks.size, false, options.base64_limit));
}

}  // namespace

bool isPlausible(std::string_view text, const Value& where, Strength strength, const Options& options) {
    if (text.size() < 5 || isPlaceholder(text) || isLiteral(text)) return false;
    if (!options.known_examples && isKnownExample(text)) return false;
    const Looks looks(text);
    if (where.spaced) {  // a passphrase
        return strength == Strength::Password && looks.kinds() >= 3 && looks.digits > 0 && looks.uppers > 0 &&
               looks.size < 40 && !mentionsSecrets(text);
    }
    if (isUuid(text)) return strength == Strength::Key || strength == Strength::Password;
    if (isPathOrUrl(text, looks)) return false;
    if (where.setting != Setting::Quoted && isExpression(text)) return false;
    if (strength != Strength::Password && isPattern(text)) return false;
    switch (strength) {
        case Strength::None:
            return false;
        case Strength::Password:
            return plausiblePassword(text, looks, where.setting);
        case Strength::Key:
            return plausibleKey(text, looks, where.setting, options);
        case Strength::Weak:
            return looks.size >= 20 && !looks.hex && looks.lowers > 0 && looks.uppers > 0 &&
                   looks.digits > 0 &&
                   looks.entropy >= expectedEntropy(looks.size, false, options.base64_limit) &&
                   !looksNatural(text);
    }
    return false;
}

}  // namespace secrets

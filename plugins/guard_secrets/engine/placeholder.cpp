// What only stands in the place of a secret.
#include "looks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace secrets {

namespace {

// In a text of any kind: too long to come up by chance.
constexpr std::string_view kSaysSo[] = {
    "example",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "your-",
    "your_",
    "redacted",
    "notreal",
    "not-real",
    "not_real",
    "not-a-real",
    "not_a_real",
    "replace-",
    "replace_",
    "replaceme",
    "insert-",
    "insert_",
    "enter-",
    "enter_",
    "dummy",
    "sample",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "yourapi",
    "goes-here",
    "goes_here",
    "goeshere",
    "_here",
    "-here",
    "todo",
    "to-be-",
    "to_be_",
    "masked",
    "xxxx",
    "****",
    "...",
    "____",
    "####",
    "tokenhere",
    "keyhere",
    "secrethere",
    "passwordhere",
    "fake-",
    "fake_",
    "-fake",
    "_fake",
    "foobar",
    "mysecret",
    "my-secret",
    "my_secret",
    "mypassword",
    "my-password",
    "my_password",
    "my-token",
    "my_token",
    "mytoken",
    "my-api",
    "my_api",
    "hidden",
    "removed",
    "supersecretpassword",
    "deadbeefdeadbeef",
    "test-token",
    "test_token",
    "dontuse",
    "do-not-use",
    "do_not_use",
    "obfuscated",
    "anonymized",
    "stripped",
    "censored",
    "truncated",
    "s3cr3t-example",
};
// The same in random text: nothing shorter than this is a word there.
constexpr size_t kLongWord = 6;

// Nothing else than this: the default of a manual, a type, a word for nothing.
constexpr std::string_view kLiterals[] = {
    "string",     "str",         "text",       "password", "passwd",        "secret",    "token",
    "key",        "apikey",      "null",       "none",     "nil",           "undefined", "true",
    "false",      "required",    "optional",   "boolean",  "number",        "integer",   "int",
    "bytes",      "object",      "any",        "default",  "empty",         "unset",     "value",
    "test",       "testing",     "demo",       "admin",    "administrator", "root",      "user",
    "username",   "guest",       "postgres",   "mysql",    "redis",         "pass",      "pwd",
    "passphrase", "credentials", "credential", "hidden",   "redacted",      "masked",    "invalid",
    "incorrect",  "wrong",       "missing",    "expired",  "unknown",       "changeit",  "letmein-example",
    "bearer",     "basic",       "digest",     "oauth",    "oauth2",        "jwt",       "saml",
    "enabled",    "disabled",    "input",      "varchar",  "char",          "uuid",      "here",
    "see",        "tbd",         "hex",        "base64",   "sha256",        "sha512",    "sha1",
    "md5",        "bcrypt",      "argon2",     "utf8",     "plain",         "plaintext", "encrypted",
    "hashed",     "protected",   "secure",     "strong",   "weak",          "foo",       "bar",
    "baz",        "abc",         "qux",        "process",  "config",        "settings",  "environ",
    "env",        "self",        "this",       "prompt",   "stdin",         "file",      "manual",
    "auto",       "always",      "never",      "inherit",  "forgot",        "reset",     "confirm",
    "x509",       "rsa",         "ed25519",    "hs256",    "rs256",         "es256",     "aes256",
    "pbkdf2",
};

// The words by their first byte.
class Words {
public:
    Words() {
        for (size_t i = 0; i < std::size(kSaysSo); ++i)
            by_first_[static_cast<unsigned char>(kSaysSo[i][0])].push_back(i);
    }
    /// Is one of them in the text, at least so long? A blank counts as '-'.
    bool in(std::string_view text, size_t shortest) const {
        std::array<char, 257> folded{};
        const size_t size = std::min<size_t>(text.size(), 256);
        for (size_t i = 0; i < size; ++i) folded[i] = text[i] == ' ' ? '-' : lower(text[i]);
        const std::string_view all(folded.data(), size);
        for (size_t at = 0; at < size; ++at) {
            for (const size_t i : by_first_[static_cast<unsigned char>(all[at])]) {
                if (kSaysSo[i][1] == folded[at + 1] && kSaysSo[i].size() >= shortest &&
                    textAt(all, at, kSaysSo[i]))
                    return true;
            }
        }
        return false;
    }

private:
    std::array<std::vector<size_t>, 256> by_first_;
};

// ${KEY}, $KEY, {{ key }}, {key}, <key>, %KEY%, %(key)s, [key], #{key}, @key@, __KEY__
bool isTemplate(std::string_view text) {
    const char first = text.front(), last = text.back();
    if (first == '<' || (first == '[' && last == ']') || (first == '{' && last == '}')) return true;
    if (first == '$' && text.size() > 1 &&
        (is(text[1], kLetter | kUnder) || text[1] == '{' || text[1] == '(')) {
        // A name, not a password that begins with a dollar: all of one case, without other signs.
        if (text[1] == '{' || text[1] == '(') return true;
        const Looks rest(text.substr(1));
        return rest.digits == 0 || rest.lowers == 0;
    }
    if (first == '%' && text.size() > 1 && (last == '%' || text[1] == '(' || text.size() <= 3)) return true;
    if ((first == '#' || first == '@' || first == '!') && text.size() > 1 && text[1] == '{') return true;
    if (textAt(text, 0, "__") && text.size() > 4 && textAt(text, text.size() - 2, "__")) return true;
    return text.find("{{") != text.npos || text.find("${") != text.npos || text.find("<%") != text.npos ||
           text.find("$(") != text.npos || text.find("#{") != text.npos;
}

// Where the secret really is, or that it is encrypted.
bool isReference(std::string_view text) {
    static constexpr std::string_view kBegins[] = {
        "vault:",      "env:",        "env.",      "os.environ", "process.env", "op://",    "arn:",
        "ssm:",        "sops:",       "enc[",      "enc(",       "{cipher}",    "ref+",     "file:",
        "secret://",   "keyring:",    "!vault",    "!ref",       "projects/",   "kms:",     "akv:",
        "gsm:",        "awssm:",      "secretref", "sha1-",      "sha1:",       "sha256:",  "sha256-",
        "sha384-",     "sha512-",     "sha512:",   "md5:",       "data:",       "$2a$",     "$2b$",
        "$2y$",        "$argon2",     "$6$",       "$5$",        "pbkdf2",      "ssh-",     "ecdsa-sha2-",
        "aaaab3nzac1", "aaaac3nzac1", "age1",      "pk_live_",   "pk_test_",    "pubkey-",  "urn:",
        "-----begin",  "bcrypt$",     "scrypt:",   "{ssha}",     "{sha}",       "{bcrypt}",
    };
    for (const auto begin : kBegins) {
        if (foldedAt(text, 0, begin)) return true;
    }
    return false;
}

}  // namespace

bool isLiteral(std::string_view text) {
    for (const auto word : kLiterals) {
        if (text.size() == word.size() && foldedAt(text, 0, word)) return true;
    }
    return false;
}

bool isPlaceholder(std::string_view text) {
    if (text.empty()) return true;
    if (isTemplate(text) || isReference(text)) return true;
    const Looks looks(text);
    if (looks.distinct <= 2 || looks.letters() + looks.digits == 0) return true;
    if (looks.distinct == 3 && looks.size > 8) return true;
    if (looks.steps >= 24 && looks.steps * 2 > looks.size) return true;  // the alphabet
    const bool random = looks.size >= 24 && looks.entropy >= 3.8 && looks.kinds() >= 3;
    static const Words words;
    if (words.in(text, random ? kLongWord : 0)) return true;
    const size_t kMost = looks.hex ? 8 : 5;  // chance gives 7 of 64 hexadecimal digits once in a million
    return looks.repeats >= kMost && looks.repeats * 3 >= looks.size;
}

bool isKnownExample(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: the values themselves would look like secrets to others
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    static constexpr uint64_t kKnown[] = {
        0xddd19c486d095d84,  // Stripe's documentation, test key
        0x67e733c2f9035757,  // Stripe's documentation, older test key
        0x15f87945422cbea3,  // jwt.io's first example
        0xce68431bed00033e,  // RFC 7519, 3.1
        0x3f9d1c996e620b67,  // Azure's storage emulator
        0x8959d21b97c6b870,  // Telegram's Bot API
        0x846b2a1e2fad7fcb,  // RFC 6749, 4.1.4
        0xecc1a4474851bc28,  // RFC 6749, 4.1.4
        0xdc8d8ca0645472e9,  // RFC 6749, 2.3.1
        0xd9ad86ad3724159b,  // RFC 6749, 2.3.1
        0xbb65956c4b8b34bf,  // RFC 6750, 2.1
        0x9617ea5685ae57ea,  // RFC 7617, 2
        0xf6cad54e10eb31ac,  // GitHub's REST reference
        0xe49c640aa227dc2f,  // GitHub's REST reference
    };
    return std::find(std::begin(kKnown), std::end(kKnown), hash) != std::end(kKnown);
}

}  // namespace secrets

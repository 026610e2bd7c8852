#include "names.h"

#include "bytes.h"

#include <array>

namespace secrets {

namespace {

// A name in lower case without separators; where words begin.
struct Squeezed {
    explicit Squeezed(std::string_view name) {
        if (name.size() > text.size()) name.remove_prefix(name.size() - text.size());
        bool fresh = true, low = false;
        for (const char c : name) {
            if (!is(c, kAlnum)) {
                fresh = true;
                low = false;
                continue;
            }
            begins[size] = fresh || (low && is(c, kUpper));
            low = is(c, kLower | kDigit);
            fresh = false;
            text[size++] = lower(c);
        }
    }
    bool endsWith(std::string_view tail) const {
        return size >= tail.size() && std::string_view(text.data() + size - tail.size(), tail.size()) == tail;
    }
    bool endsWithWord(std::string_view tail) const { return endsWith(tail) && begins[size - tail.size()]; }

    std::array<char, 64> text{};
    std::array<bool, 64> begins{};
    size_t size = 0;
};

// Where it is for, or what form it has: behind the name proper.
constexpr std::string_view kSuffixes[] = {
    "production", "prod",     "development", "dev",    "staging", "stage",   "live",    "sandbox",
    "test",       "testing",  "value",       "val",    "string",  "str",     "raw",     "plain",
    "plaintext",  "b64",      "base64",      "hex",    "old",     "new",     "current", "primary",
    "secondary",  "main",     "base",        "env",    "local",   "default", "v",       "us",
    "eu",         "internal", "master",      "backup", "secure",  "data",
};
constexpr std::string_view kPasswords[] = {
    "password",   "passwd",     "passphrase", "passcode",    "pwd",        "passwort", "kennwort", "senha",
    "contrasena", "motdepasse", "wachtwoord", "requirepass", "masterauth", "userpass", "dbpass",
};
constexpr std::string_view kPasswordWords[] = {"pass", "pw", "psw", "pswd"};
constexpr std::string_view kKeys[] = {
    "secret",         "token",         "apikey",          "accesskey",
    "secretkey",      "privatekey",    "authkey",         "signingkey",
    "encryptionkey",  "decryptionkey", "masterkey",       "accountkey",
    "storagekey",     "sharedkey",     "sharedaccesskey", "subscriptionkey",
    "servicekey",     "clientkey",     "licensekey",      "deploykey",
    "adminkey",       "serverkey",     "appkey",          "applicationkey",
    "integrationkey", "sessionkey",    "webhookkey",      "writekey",
    "readkey",        "ingestkey",     "ingestionkey",    "cipherkey",
    "cryptkey",       "aeskey",        "hmackey",         "jwtkey",
    "rolekey",        "functionkey",   "userkey",         "projectkey",
    "orgkey",         "accesskeyv",    "credential",      "credentials",
    "creds",          "secretkeybase", "symmetrickey",    "rootkey",
    "openaikey",      "anthropickey",  "stripekey",       "sendgridkey",
    "mailgunkey",     "twiliokey",     "datadogkey",      "ddkey",
    "newrelickey",    "coherekey",     "mistralkey",      "groqkey",
    "geminikey",      "googlekey",     "azurekey",        "awskey",
    "algoliakey",     "herokukey",     "githubkey",       "gitlabkey",
    "cloudflarekey",  "pineconekey",   "deeplkey",        "deepseekkey",
    "firebasekey",    "supabasekey",   "mapskey",         "rapidapikey",
    "huggingfacekey", "perplexitykey", "xaikey",          "deepinfrakey",
    "togetherkey",    "replicatekey",  "fireworkskey",    "openrouterkey",
    "cosmoskey",      "searchkey",     "cognitivekey",    "llmkey",
    "litellmkey",     "elevenlabskey", "authcode",        "apisecret",
    "accesscode",     "securitytoken", "bearertoken",     "personalaccesstoken",
    "mailchimpkey",   "paypalkey",     "snowflakekey",    "splunkkey",
    "segmentkey",     "sentrykey",     "slackkey",        "telegramkey",
    "discordkey",     "adyenkey",      "squarekey",       "ibmkey",
};
constexpr std::string_view kKeyWords[] = {"authorization", "pat", "otp", "jwt"};
constexpr std::string_view kWeakWords[] = {"key", "auth", "salt", "hmac", "keys"};
// Tokens of texts and pages, and keys that everybody may see.
constexpr std::string_view kHarmless[] = {
    "nexttoken",
    "pagetoken",
    "eostoken",
    "bostoken",
    "padtoken",
    "unktoken",
    "septoken",
    "masktoken",
    "clstoken",
    "stoptoken",
    "endtoken",
    "starttoken",
    "synctoken",
    "continuationtoken",
    "canceltoken",
    "cancellationtoken",
    "specialtoken",
    "csrftoken",
    "xsrftoken",
    "designtoken",
    "firsttoken",
    "lasttoken",
    "maxtoken",
    "mintoken",
    "pertoken",
    "publickey",
    "pubkey",
    "primarykey",
    "foreignkey",
    "cachekey",
    "partitionkey",
    "sortkey",
    "hashkey",
    "rowkey",
    "objectkey",
    "idempotencykey",
    "lookupkey",
    "translationkey",
    "hostkey",
    "distkey",
    "routingkey",
    "dedupkey",
    "sitekey",
    "publishablekey",
    "anonkey",
    "hotkey",
    "rangekey",
    "uniquekey",
    "groupkey",
    "compositekey",
    "s3key",
    "cursortoken",
    "placeholdertoken",
    "tokentoken",
    "clienttoken",
    "etagtoken",
    "publishabletoken",
    "publictoken",
    "nopassword",
    "forgotpassword",
    "resetpassword",
    "showpassword",
    "requirepassword",
    "haspassword",
    "ispassword",
    "hidepassword",
    "resumetoken",
};

// Ends of names by their last three bytes: most names of a text end with none of them.
class Ends {
public:
    Ends() {
        add(kSuffixes);
        add(kPasswords);
        add(kPasswordWords);
        add(kKeys);
        add(kKeyWords);
        add(kWeakWords);
    }
    bool has(std::string_view name) const {
        size_t end = name.size();
        while (end > 0 && !is(name[end - 1], kAlnum)) --end;
        if (end == 0) return false;
        if (end < 3 || is(name[end - 1], kDigit) || !is(name[end - 2], kAlnum) || !is(name[end - 3], kAlnum))
            return true;
        return seen_[bit(name.substr(end - 3, 3))];
    }

private:
    static size_t bit(std::string_view last) {
        size_t hash = 0;
        for (const char c : last) hash = hash * 37 + static_cast<unsigned char>(lower(c));
        return hash % 1024;
    }
    template <size_t N>
    void add(const std::string_view (&tails)[N]) {
        for (const auto tail : tails) {
            if (tail.size() >= 3) seen_[bit(tail.substr(tail.size() - 3))] = true;
        }
    }
    std::array<bool, 1024> seen_{};
};

template <size_t N>
bool endsWithAny(const Squeezed& name, const std::string_view (&tails)[N]) {
    for (const auto tail : tails) {
        if (name.endsWith(tail)) return true;
    }
    return false;
}
template <size_t N>
bool endsWithWord(const Squeezed& name, const std::string_view (&tails)[N]) {
    for (const auto tail : tails) {
        if (name.endsWithWord(tail)) return true;
    }
    return false;
}

bool dropSuffix(Squeezed& name) {
    size_t size = name.size;
    while (size > 0 && is(name.text[size - 1], kDigit)) --size;
    if (size != name.size && size > 0) {
        name.size = size;
        return true;
    }
    for (const auto suffix : kSuffixes) {
        if (name.size > suffix.size() && name.endsWithWord(suffix)) {
            name.size -= suffix.size();
            return true;
        }
    }
    return false;
}

Strength plainStrength(const Squeezed& name) {
    if (endsWithWord(name, kHarmless) || name.endsWith("publickey")) return Strength::None;
    if (endsWithAny(name, kPasswords) || endsWithWord(name, kPasswordWords)) return Strength::Password;
    if (endsWithAny(name, kKeys) || endsWithWord(name, kKeyWords)) return Strength::Key;
    return endsWithWord(name, kWeakWords) ? Strength::Weak : Strength::None;
}

}  // namespace

Strength strengthOf(std::string_view name) {
    static const Ends ends;
    if (!ends.has(name)) return Strength::None;
    Squeezed squeezed(name);
    for (int i = 0; i < 4; ++i) {
        const Strength strength = plainStrength(squeezed);
        if (strength != Strength::None) return strength;
        if (endsWithWord(squeezed, kHarmless) || !dropSuffix(squeezed)) break;
    }
    return Strength::None;
}

bool nameEndsWith(std::string_view name, std::string_view tail) { return Squeezed(name).endsWith(tail); }

}  // namespace secrets

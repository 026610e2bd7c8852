#include "names.h"

#include "bytes.h"

#include <array>
#include <utility>
#include <vector>

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

// What an end of a name says; of several the first of this list.
enum class Says : uint8_t { Harmless, Password, Key, Weak, Suffix, Nothing };

// All ends by their last three bytes: most names of a text have none of them, and that costs one look.
class Ends {
public:
    Ends() {
        add(kHarmless, Says::Harmless, true);
        add({"publickey"}, Says::Harmless, false);
        add(kPasswords, Says::Password, false);
        add(kPasswordWords, Says::Password, true);
        add(kKeys, Says::Key, false);
        add(kKeyWords, Says::Key, true);
        add(kWeakWords, Says::Weak, true);
        add(kSuffixes, Says::Suffix, true);
    }
    /// Can a name of this end say anything?
    bool has(std::string_view name) const {
        size_t end = name.size();
        while (end > 0 && !is(name[end - 1], kAlnum)) --end;
        if (end == 0) return false;
        if (end < 3 || is(name[end - 1], kDigit) || !is(name[end - 2], kAlnum) || !is(name[end - 3], kAlnum))
            return true;
        const char last[3] = {lower(name[end - 3]), lower(name[end - 2]), lower(name[end - 1])};
        return !buckets_[slot({last, 3})].empty();
    }
    /// What the end of the name says, and the bytes of that end.
    std::pair<Says, size_t> of(const Squeezed& name) const {
        std::pair<Says, size_t> best{Says::Nothing, 0};
        const auto look = [&](const std::vector<End>& ends) {
            for (const auto& end : ends) {
                if (end.says < best.first &&
                    (end.word ? name.endsWithWord(end.text) : name.endsWith(end.text)))
                    best = {end.says, end.text.size()};
            }
        };
        look(short_);
        if (name.size >= 3) look(buckets_[slot({name.text.data() + name.size - 3, 3})]);
        return best;
    }

private:
    struct End {
        std::string_view text;
        Says says;
        bool word;  // only where a word begins
    };
    static size_t slot(std::string_view last) {
        size_t hash = 0;
        for (const char c : last) hash = hash * 37 + static_cast<unsigned char>(c);
        return hash % 1024;
    }
    template <size_t N>
    void add(const std::string_view (&ends)[N], Says says, bool word) {
        for (const auto text : ends) {
            auto& into = text.size() < 3 ? short_ : buckets_[slot(text.substr(text.size() - 3))];
            into.push_back({text, says, word});
        }
    }
    std::array<std::vector<End>, 1024> buckets_;
    std::vector<End> short_;
};

}  // namespace

Strength strengthOf(std::string_view name) {
    static const Ends ends;
    if (!ends.has(name)) return Strength::None;
    Squeezed squeezed(name);
    for (int i = 0; i < 4; ++i) {
        size_t size = squeezed.size;
        while (size > 0 && is(squeezed.text[size - 1], kDigit)) --size;
        if (size > 0) squeezed.size = size;
        const auto [says, bytes] = ends.of(squeezed);
        switch (says) {
            case Says::Password:
                return Strength::Password;
            case Says::Key:
                return Strength::Key;
            case Says::Weak:
                return Strength::Weak;
            case Says::Harmless:
            case Says::Nothing:
                return Strength::None;
            case Says::Suffix:
                if (bytes >= squeezed.size) return Strength::None;
                squeezed.size -= bytes;
        }
    }
    return Strength::None;
}

bool nameEndsWith(std::string_view name, std::string_view tail) { return Squeezed(name).endsWith(tail); }

}  // namespace secrets

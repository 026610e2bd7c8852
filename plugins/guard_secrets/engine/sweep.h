// One pass over a text: triggers call matchers, matchers add candidates, find() decides between those that
// overlap.
//
// What makes a stream and the whole text agree: a matcher whose candidate begins at b looks at bytes from
// b - kBehind to b + kPiece only. What goes on longer than kPiece (a JWT, a key in one line) is accepted by
// its first kPiece bytes, extended as far as its run goes, and reported in pieces that are counted from its
// begin.
#pragma once

#include "bytes.h"
#include "names.h"

#include <string_view>
#include <vector>

namespace secrets {

struct Options;

struct Candidate {
    size_t begin = 0, end = 0;
    std::string_view entity;
    float score = 1;
    bool continues = false;  // a further line of a private key
};

struct Sweep {
    static constexpr size_t kPiece = 160;    // bytes of one finding, and those that decide about a candidate
    static constexpr size_t kRunMax = 4096;  // bytes of a secret in one run
    static constexpr size_t kBehind = 256;   // bytes before a candidate that its trigger may stand in
    static constexpr size_t kBlockMax = 7168;  // bytes of a private key, from its header

    std::string_view text;
    const Options& options;
    std::vector<Candidate> found{};

    void add(size_t begin, size_t end, std::string_view entity, float score, bool continues = false) {
        found.push_back({begin, end, entity, score, continues});
    }
    /// The end of a run that began at `begin` and reaches begin + kPiece.
    size_t extended(size_t begin, size_t end, Class any) const {
        if (end < begin + kPiece) return end;
        return runEnd(text, end, any, begin + kRunMax - end);
    }
};

inline constexpr std::string_view kPassword = "PASSWORD", kAssigned = "API_KEY",
                                  kUrlPassword = "URL_PASSWORD", kPrivateKey = "PRIVATE_KEY",
                                  kBearer = "BEARER_TOKEN", kBasic = "BASIC_AUTH",
                                  kHighEntropy = "HIGH_ENTROPY", kAzureSecret = "AZURE_CLIENT_SECRET",
                                  kAzureKey = "AZURE_STORAGE_KEY", kAzureSas = "AZURE_SAS_SIGNATURE",
                                  kAwsSecret = "AWS_SECRET_KEY", kTelegram = "TELEGRAM_BOT_TOKEN",
                                  kDiscord = "DISCORD_BOT_TOKEN", kTwilio = "TWILIO_KEY",
                                  kMailchimp = "MAILCHIMP_KEY", kMailgun = "MAILGUN_KEY",
                                  kVault = "VAULT_TOKEN", kPagerDuty = "PAGERDUTY_KEY",
                                  kHeroku = "HEROKU_API_KEY", kCommand = "PASSWORD", kJwt = "JWT";

// --- matchers; `at` is where the trigger stands ---

/// password = "…", api_key: …, "token" => "…", <password>…</password>, put("secret", "…"). At ':', '=', '>',
/// '(', ','.
void matchAssignment(Sweep& sweep, size_t at);
/// scheme://user:password@host. At the ':' before "//".
void matchUrl(Sweep& sweep, size_t at);
/// 1234567890:AA… At the ':'.
void matchTelegram(Sweep& sweep, size_t at);
/// abc8Q~… At the '~'.
void matchAzureSecret(Sweep& sweep, size_t at);
/// -u user:password. At the ':'.
void matchCurlUser(Sweep& sweep, size_t at);

/// "the password is …", --token …, PASSWORD '…'. `at` is where the word begins, `end` where it ends.
void matchSpoken(Sweep& sweep, size_t at, size_t end);
/// Bearer …, Basic …
void matchBearer(Sweep& sweep, size_t at);
void matchBasic(Sweep& sweep, size_t at);
/// mysql -p…, sshpass -p …, redis-cli -a …
void matchCommand(Sweep& sweep, size_t at);
/// BEGIN … PRIVATE KEY, Private-Lines: n. Adds the lines behind it, each on its own.
void matchPrivateKey(Sweep& sweep, size_t at);
/// A block of a private key that has begun before `from` and goes on there.
void continuePrivateKey(Sweep& sweep, size_t from);
/// eyJ…
bool matchJwt(Sweep& sweep, size_t at);
/// Do the bytes before say that what looks random is a hash, an id, something public?
bool speaksOfHashes(std::string_view text, size_t at);
/// Words of 18 bytes and more: those with a form but no prefix, and what looks random near a word for a
/// secret.
void matchLong(Sweep& sweep, size_t at, size_t end);

}  // namespace secrets

// Finds keys, tokens, passwords and private keys in a text. What is found, by which format, is in
// ../README.md.
#pragma once

#include "formats.h"
#include "sweep.h"

#include <sluice/scanner.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace secrets {

struct Options {
    /// Entities that are not looked for, in any case ("jwt"). Default: none.
    std::vector<std::string> off;
    /// If there are any: nothing else is looked for.
    std::vector<std::string> only;
    /// Values that are no secrets: the whole text of a finding, or its begin followed by '*'.
    std::vector<std::string> allow;
    /// Shannon entropy, bits a byte, that is enough for what has no other form: of base64 and of hexadecimal
    /// digits. A short text cannot reach them, so 0.8 of what its length allows is enough, too.
    double base64_limit = 4.5, hex_limit = 3.0;
    /// Leave out tokens of GitHub and npm whose checksum is wrong. Default: found, with the score 0.6, since
    /// older tokens and those of enterprise servers have none.
    bool strict_checksums = false;
    /// Find values of public documentation, too.
    bool known_examples = false;
};

class SecretScanner final : public sluice::Scanner {
public:
    explicit SecretScanner(Options options = {});

    /// A secret longer than 160 bytes, and one of several lines, comes in pieces: the first has its entity,
    /// the others continuationOf() that.
    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override { return Sweep::kPiece; }
    size_t lookBehind() const override { return 8192; }
    size_t lookAhead() const override { return 1; }

    /// "JWT" for "JWT_CONTINUED"; the entity itself if it continues nothing.
    static std::string_view ownerOf(std::string_view entity);
    static bool continues(std::string_view entity) { return ownerOf(entity).size() != entity.size(); }
    /// Every entity that there is, sorted.
    static std::vector<std::string_view> entities();
    /// Is it among Options::allow, or a known example?
    bool allowed(std::string_view text) const;
    const Options& options() const { return options_; }

private:
    enum class Kind : uint8_t { Token, Spoken, Bearer, Basic, Command, Begin };
    struct Trigger {
        std::string_view prefix;  // folded for all but tokens
        Kind kind = Kind::Token;
        const Format* format = nullptr;
        Shape shape{""};
    };

    void addTrigger(std::string_view prefix, Kind kind, const Format* format = nullptr);
    void index();
    void nameContinuations();
    void sweepFrom(Sweep& sweep, size_t start) const;
    void word(Sweep& sweep, size_t at, size_t size) const;
    void wordAt(Sweep& sweep, size_t at) const;
    void sign(Sweep& sweep, size_t at) const;
    void run(Sweep& sweep, const Trigger& trigger, size_t at) const;
    bool token(Sweep& sweep, const Trigger& trigger, size_t at) const;
    bool wanted(std::string_view entity) const;
    void settle(Sweep& sweep, size_t from, std::vector<sluice::Finding>& found) const;

    Options options_;
    std::map<std::string_view, std::string> continuations_;  // by entity
    std::vector<Trigger> triggers_;  // sorted by the hash of their first three bytes, then longest first
    std::vector<uint16_t> buckets_;  // by hash: the first of triggers_
    std::vector<uint64_t> filter_;   // a bit for each hash that there is
};

/// Replaces what a scanner with default options finds in `text` by "[REDACTED]". True if there was any.
/// Thread-safe.
bool redact(std::string& text);

}  // namespace secrets

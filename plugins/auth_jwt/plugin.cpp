// Bearer tokens of an identity provider: who shows one may do what its claims, and whom they name, allow.
// Everything that is needed is in memory; only a token whose key is not known yet waits, for two seconds at
// most, for a fetch.
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/caller.h"
#include "accounts/presented_keys.h"
#include "accounts/wall_clock.h"
#include "auth_jwt_manifest.hpp"
#include "keyring.h"
#include "mappings.h"
#include "token.h"
#include "upsert.h"
#include "verified.h"

namespace auth_jwt {

using accounts::Denied;
using accounts::Digest;
using sluice::Verdict;

class Plugin {
public:
    struct PerRequest {
        accounts::Caller caller;
        VerifiedTokens::Found token;  // null: it is not ours
        bool mapped = false;          // it counts as the virtual key `caller.key`
    };

    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host),
          clock_(host),
          options_(readOptions(config_json, host)),
          directory_(host),
          keyring_(std::move(options_.keys), std::move(options_.sources), host),
          mappings_(host),
          upserts_(host),
          verified_(options_.cache_max),
          refused_(host.counter("sluice_jwt_refused_total", "Tokens that were not accepted")) {}

    // Without a store there is nobody to look up: what the token says is all there is.
    void start() {
        if (!options_.enabled) return;
        const auto* services = host_.find<sluice_host_services>(SLUICE_HOST_SERVICES_ID);
        sluice_service found{};
        found.size = sizeof found;
        const auto status = services ? services->find(host_.raw(), sluice::str(SLUICE_STORE_ID),
                                                      sluice::str(options_.store), &found)
                                     : SLUICE_E_NOT_FOUND;
        has_store_ = status == SLUICE_OK;
        if (has_store_ || status == SLUICE_E_LIMIT || !options_.store.empty())
            directory_.follow(options_.store, !options_.key_claim.empty());
        if (!options_.key_claim.empty()) mappings_.follow(options_.store);
        if (!has_store_ && (options_.user_upsert || options_.team_upsert))
            throw sluice::ConfigError("user_id_upsert and team_id_upsert need a store, such as store_sqlite");
        if (has_store_ && (options_.user_upsert || options_.team_upsert))
            upserts_.start(static_cast<const sluice_store*>(found.table), found.owner);
        keyring_.start();
    }

    bool wants(std::string_view) const { return options_.enabled; }

    void model_group(std::string_view name, const sluice::Deployments& all) { directory_.learn(name, all); }

    Verdict authenticate(sluice::Request request) {
        if (!options_.enabled) return Verdict::Continue;
        for (const auto field : accounts::kKeyFields) {
            const auto shown = accounts::presentedKey(request, field);
            if (!mayBeToken(shown)) continue;
            // One that is known needs no second look at its characters.
            const Digest digest(shown.substr(0, kTokenBytesMax + 1));
            auto known = verified_.find(digest);
            if (known || looksLikeToken(shown)) return check(request, shown, digest, std::move(known));
        }
        return Verdict::Continue;
    }

    Verdict authorize(sluice::Request request) {
        const auto& mine = request.state<PerRequest>();
        if (!mine.token) return Verdict::Continue;
        if (mine.mapped) return checkEntry(request, mine.caller);
        for (const auto& gate : mine.token->principal.gates) {
            if (const auto denied = checkRoute(*gate, request.path(), request.route(), "Token"))
                return request.deny(denied->refusal());
        }
        return checkEntry(request, mine.caller, "Token");
    }

    Verdict pre_call(sluice::Request request) {
        auto& mine = request.state<PerRequest>();
        if (!mine.token) return Verdict::Continue;
        if (mine.mapped) return checkCall(request, mine.caller, directory_);
        const Principal& principal = mine.token->principal;
        auto& owners = mine.caller.owners;
        chooseTeam(principal, directory_, options_, wantedTeam(request), request.model(), owners);
        // Who it is has been said before the model was known; this is for those who count by team.
        if (owners.team && owners.team->id != mine.caller.team)
            (void)request.setAttribute("sluice.team", owners.team->id);
        const Verdict verdict = checkCall(request, mine.caller, directory_);
        if (verdict != Verdict::Continue) return verdict;
        for (const auto& gate : principal.gates) {
            const auto denied = checkModel(*gate, {}, request.model(), directory_.accessGroups());
            if (denied) return request.block(denied->refusal());
        }
        return verdict;
    }

    std::string export_state() { return keyring_.exportState(); }
    bool import_state(std::string_view bytes) {
        keyring_.importState(bytes);
        return true;
    }

private:
    static std::string_view wantedTeam(const sluice::Request& request) {
        return request.header("x-litellm-team-id").value_or(std::string_view());
    }

    Verdict deny(const sluice::Request& request, const Denied& denied) {
        refused_.record(1);
        return request.deny(denied.refusal());
    }

    Verdict check(const sluice::Request& request, std::string_view text, const Digest& digest,
                  VerifiedTokens::Found known) {
        if (text.size() > kTokenBytesMax) return deny(request, badToken("it is longer than 16 KiB"));
        const int64_t now = clock_.ms();
        if (known && known->generation == keyring_.generation()) {
            if (now < known->until_ms) return enter(request, std::move(known));
            return deny(request, badToken("the token has expired", "expired_key"));
        }
        Denied denied;
        auto fresh = verify(request, text, denied);
        if (!fresh) return deny(request, denied);
        verified_.put(digest, fresh);
        return enter(request, std::move(fresh));
    }

    VerifiedTokens::Found verify(const sluice::Request& request, std::string_view text, Denied& denied) {
        std::string fault;
        const auto token = readToken(text, fault);
        if (!token) return refuse(denied, badToken(fault));
        if (options_.algorithms.count(token->algorithm->name) == 0)
            return refuse(denied, badToken("its algorithm is not allowed"));
        auto verified = std::make_shared<Verified>();
        std::string issuer;
        if (!checkSignature(request, *token, issuer, verified->generation, denied)) return nullptr;
        const auto claims = readObject(token->payload, fault);
        if (!claims) return refuse(denied, badToken("its claims are malformed: " + fault));
        auto bad = checkClaims(*claims, options_.rules, issuer, clock_.ms(), verified->until_ms);
        if (bad) return refuse(denied, std::move(*bad));
        auto principal = principalOf(*claims, options_, denied);
        if (principal) verified->principal = std::move(*principal);
        if (options_.key_claim.empty()) return principal ? verified : nullptr;
        if (!principal) verified->denied = denied;
        verified->mapping = mappingIdsOf(*claims, options_.key_claim);
        return verified;
    }

    static VerifiedTokens::Found refuse(Denied& denied, Denied why) {
        denied = std::move(why);
        return nullptr;
    }

    // What is known of the keys when a token is checked.
    struct Attempt {
        uint64_t generation = 0;
        bool any = false, named = false;  // keys that might have signed it; one of the name that it gives
        std::string issuer;               // of the key that has
    };

    // The generation is read before the keys: if they change in between, the token is checked once more.
    bool tryKeys(const Token& token, Attempt& attempt) const {
        attempt.generation = keyring_.generation();
        const auto keys = keyring_.keys();
        const auto candidates = keys->candidates(token.kid, *token.algorithm);
        attempt.any = !candidates.empty();
        attempt.named = keys->knows(token.kid);
        for (const SigningKey* key : candidates) {
            if (!key->verifies(*token.algorithm, token.input, token.signature)) continue;
            attempt.issuer = key->issuer;
            return true;
        }
        return false;
    }

    bool checkSignature(const sluice::Request& request, const Token& token, std::string& issuer,
                        uint64_t& generation, Denied& denied) {
        Attempt attempt;
        bool good = tryKeys(token, attempt);
        // A key that nobody has named so far may be a new one; secrets are never fetched.
        if (!good && !attempt.named && token.algorithm->family != Family::Hmac) {
            keyring_.await(request, [&] {
                if (!good && keyring_.generation() != attempt.generation) good = tryKeys(token, attempt);
                return good || attempt.named;
            });
            if (!good && keyring_.generation() != attempt.generation) good = tryKeys(token, attempt);
        }
        issuer = attempt.issuer;
        generation = attempt.generation;
        if (good) return true;
        denied = badToken(attempt.any ? "its signature is not valid" : "its key is not known");
        if (!attempt.any && !keyring_.complete())
            denied = {
                503, "auth_provider_unavailable",
                "Service Unavailable, the identity provider's keys cannot be fetched. Please retry shortly."};
        return false;
    }

    Verdict enter(const sluice::Request& request, VerifiedTokens::Found token) {
        if (!options_.key_claim.empty()) {
            if (const auto key = mappings_.keyOf(token->mapping))
                return enterAs(request, *key, std::move(token));
            if (options_.unmapped == Unmapped::Reject)
                return deny(request, {403, "auth_error",
                                      "No virtual key is registered for the claim " + options_.key_claim +
                                          " of this token."});
            if (token->denied) return deny(request, *token->denied);
        }
        const Principal& principal = token->principal;
        auto& mine = request.state<PerRequest>();
        Newcomers newcomers;
        auto denied = findOwners(principal, directory_, options_, has_store_, wantedTeam(request),
                                 mine.caller.owners, mine.caller.team, newcomers);
        if (!denied) denied = checkKey(*principal.key, mine.caller.owners, clock_.ms());
        if (denied) return deny(request, *denied);
        if (!newcomers.team.empty() || !newcomers.user.empty()) upserts_.add(newcomers, principal.email);
        mine.caller.key = principal.key;
        mine.token = token;
        const auto verdict =
            identify(request, mine.caller, principal.role == Role::Admin ? SLUICE_IDENTITY_ADMIN : 0);
        if (!principal.end_user.empty()) request.setEndUser(principal.end_user);
        return verdict;
    }

    // The virtual key counts as if it had been shown, and nothing that the token says besides.
    Verdict enterAs(const sluice::Request& request, const Digest& digest, VerifiedTokens::Found token) {
        auto key = keyBehind(digest, directory_);
        if (!key)
            return deny(request, badToken("the virtual key that it is mapped to is not there any more"));
        auto& mine = request.state<PerRequest>();
        mine.caller.owners = ownersOf(*key, directory_);
        if (const auto denied = checkKey(*key, mine.caller.owners, clock_.ms()))
            return deny(request, *denied);
        mine.caller.key = std::move(key);
        mine.token = std::move(token);
        mine.mapped = true;
        return identify(request, mine.caller);
    }

    const sluice::Host host_;
    const accounts::WallClock clock_;
    Options options_;
    accounts::Directory directory_;
    Keyring keyring_;
    Mappings mappings_;
    Upserts upserts_;
    VerifiedTokens verified_;
    const sluice::Metric refused_;
    bool has_store_ = false;
};

}  // namespace auth_jwt

SLUICE_PLUGIN(auth_jwt::Plugin, SLUICE_MANIFEST)

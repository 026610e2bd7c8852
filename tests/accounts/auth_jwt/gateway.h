// A gateway with the plugin, an issuer that a script plays, and perhaps a store.
#pragma once

#include <catch2/catch.hpp>

#include "fake_store.h"
#include "signer.h"

using namespace sluice::testing;
using signer::Json;
using signer::pair;

constexpr const char* kJwks = "https://issuer.test/keys";
constexpr const char* kIssuer = "https://issuer.test";

struct Gateway {
    /// `more` is merged over a configuration with one key set, an issuer and an audience; null takes a key
    /// away.
    explicit Gateway(const Json& more = Json::object(), bool with_store = false, bool ready = true)
        : plugin(prepare(with_store).load(*sluice_plugin_entry_v1(), config(more))) {
        publish({pair("RSA").jwk("r1"), pair("P-256").jwk("e1")});
        REQUIRE(plugin.start().empty());
        if (ready) host.advance(200);
    }

    static std::string config(const Json& more) {
        Json all{{"jwks_url", kJwks}, {"issuer", kIssuer}, {"audience", "sluice"}};
        all.merge_patch(more);
        return all.dump();
    }
    void publish(const std::vector<Json>& keys) { host.http.answer(kJwks, {200, signer::keySet(keys)}); }
    void down() { host.http.fail(kJwks, SLUICE_E_UNAVAILABLE); }

    /// Claims of a good token, and `more` over them.
    Json claims(const Json& more = Json::object()) const {
        const int64_t now = host.wallMs() / 1000;
        Json all{{"iss", kIssuer}, {"aud", "sluice"}, {"sub", "ann"}, {"iat", now}, {"exp", now + 600}};
        all.merge_patch(more);
        return all;
    }
    std::string token(const Json& more = Json::object(), const std::string& kid = "r1") const {
        return signer::token(pair("RSA"), "RS256", kid, claims(more));
    }
    FakeRequest request(const std::string& token, const std::string& model = "gpt") {
        return host.request(Json{{"model", model}}.dump()).withHeader("authorization", "Bearer " + token);
    }
    /// What the three phases make of it: empty if all let it pass, else the status and the message.
    std::string ask(FakeRequest request) {
        const auto who = plugin.authenticate(request);
        if (who.continued()) return "not ours";
        if (!who.identified() || !plugin.authorize(request).continued() ||
            !plugin.preCall(request).continued())
            return std::to_string(request.block().status) + " " + request.block().message;
        return "";
    }
    std::string ask(const std::string& token, const std::string& model = "gpt") {
        return ask(request(token, model));
    }
    /// Is it refused as a bad token, and is nothing of it in the message?
    bool refused(const std::string& token, const std::string& why) {
        auto r = request(token);
        const std::string said = ask(r);
        const bool quiet = token.size() < 20 || said.find(token.substr(0, 12)) == std::string::npos;
        return quiet && said.rfind("401 Authentication Error, JWT: ", 0) == 0 &&
               said.find(why) != std::string::npos;
    }

    FakeStore store;
    FakeHost host;
    FakePlugin plugin;

private:
    FakeHost& prepare(bool with_store) {
        if (with_store) host.services[SLUICE_STORE_ID] = store.service();
        return host;
    }
};

// A gateway with auth_keys and a store that a test writes to.
#pragma once

#include <catch2/catch.hpp>

#include "accounts/digest.h"
#include "accounts/entity.h"
#include "fake_store.h"

using namespace sluice::testing;

inline const std::string kKey = "sk-0123456789abcdef";

inline std::string hashOf(const std::string& key) { return accounts::Digest(key).hex(); }

// A gateway with the plugin and a store that holds these documents.
struct Gateway {
    Gateway() : plugin(host.load(*sluice_plugin_entry_v1())) {
        host.services[SLUICE_STORE_ID] = store.service();
    }
    void start() { REQUIRE(plugin.start().empty()); }
    void key(const std::string& json, const std::string& key = kKey) { store.put("key", hashOf(key), json); }

    FakeRequest request(const std::string& key = kKey, const std::string& body = R"({"model":"gpt"})") {
        return host.request(body).withHeader("authorization", "Bearer " + key);
    }
    // What the three phases make of it: empty if all let it pass, else the type of the error.
    std::string ask(FakeRequest request) {
        const auto who = plugin.authenticate(request);
        if (who.continued()) return "unknown";
        if (!who.identified()) return request.block().type;
        if (!plugin.authorize(request).continued()) return request.block().type;
        return plugin.preCall(request).continued() ? "" : request.block().type;
    }
    std::string ask(const std::string& body = R"({"model":"gpt"})") { return ask(request(kKey, body)); }

    FakeStore store;
    FakeHost host;
    FakePlugin plugin;
};

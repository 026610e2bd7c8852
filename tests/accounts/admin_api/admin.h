// The plugin over a store in memory, and short words for asking it.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "accounts/digest.h"
#include "fake_store.h"

using namespace sluice::testing;
using Json = nlohmann::json;

struct Admin {
    explicit Admin(const std::string& config = "{}") : plugin(host.load(*sluice_plugin_entry_v1(), config)) {
        host.services[SLUICE_STORE_ID] = store.service();
        REQUIRE(plugin.start().empty());
    }
    struct Said {
        uint32_t status;
        Json body;
    };
    Said ask(const std::string& method, const std::string& path, const std::string& body, Identity who) {
        auto request = host.request(body).withMethod(method).withIdentity(std::move(who));
        const size_t question = std::min(path.find('?'), path.size());
        request.withPath(path.substr(0, question));
        if (question < path.size()) request.withQuery(path.substr(question + 1));
        CHECK(plugin.handle(request).responded());
        return {static_cast<uint32_t>(request.reply().status),
                Json::parse(request.reply().body, nullptr, false)};
    }
    std::string raw(const std::string& method, const std::string& path) {
        auto request = host.request("").withMethod(method).withIdentity(master());
        const size_t question = std::min(path.find('?'), path.size());
        request.withPath(path.substr(0, question));
        if (question < path.size()) request.withQuery(path.substr(question + 1));
        (void)plugin.handle(request);
        return request.reply().body;
    }
    Said post(const std::string& path, const std::string& body) { return ask("POST", path, body, master()); }
    Said get(const std::string& path) { return ask("GET", path, "", master()); }
    static Identity master() {
        Identity who{"master"};
        who.admin = true;
        return who;
    }
    std::string errorOf(const Said& said) { return said.body["error"]["message"].get<std::string>(); }

    FakeStore store;
    FakeHost host;
    FakePlugin plugin;
};

inline std::string hashOf(const std::string& key) { return accounts::Digest(key).hex(); }

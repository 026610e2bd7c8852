#include "options.h"

#include <catch2/catch.hpp>
#include <sluice/config.hpp>
#include <stdexcept>

#include "host.h"

using namespace cache_redis;
using Catch::Matchers::Contains;

namespace {

cache_tests::Host host;

Options read(const std::string& json) {
    try {
        return readOptions(json, host.host());
    } catch (const sluice::ConfigError& error) {
        throw std::runtime_error(error.message());
    }
}

}  // namespace

TEST_CASE("One server") {
    CHECK(read("{}").servers.at(0).text() == "localhost:6379");
    CHECK(read("{}").prefix == "sluice-cache:");
    CHECK_FALSE(read("{}").tls.on);
    const auto url = read(R"({"url":"rediss://joe:s%40crt@redis.example:7000/3"})");
    CHECK(url.servers.at(0).text() == "redis.example:7000");
    CHECK(url.login.user == "joe");
    CHECK(url.login.password == "s@crt");
    CHECK(url.database == 3);
    CHECK(url.tls.on);
    CHECK(read(R"({"url":"unix:///run/redis.sock"})").servers.at(0).text() == "/run/redis.sock");
    const auto keys = read(
        R"({"host":"h","port":"7001","username":"u","password":"p","db":2,"ssl":"true","namespace":"mine","url":""})");
    CHECK(keys.servers.at(0).text() == "h:7001");
    CHECK(keys.login.password == "p");
    CHECK(keys.database == 2);
    CHECK(keys.tls.on);
    CHECK(keys.tls.verify);
    CHECK(keys.prefix == "mine:");
    CHECK_FALSE(read(R"({"ssl":true,"ssl_cert_reqs":"none","ssl_check_hostname":false})").tls.verify);
}

TEST_CASE("Secrets are handles") {
    host.secrets["h#1"] = "word";
    host.secrets["h#2"] = "redis://:word2@there";
    CHECK(read(R"({"password":{"$secret":"h#1"}})").login.password == "word");
    CHECK(read(R"({"url":{"$secret":"h#2"}})").login.password == "word2");
    CHECK_THROWS_WITH(read(R"({"password":{"$secret":"other"}})"), Contains("password"));
}

TEST_CASE("A cluster, as LiteLLM has it") {
    const auto options =
        read(R"({"redis_startup_nodes":[{"host":"a","port":7001},{"host":"b","port":"7002"},"c:7003","d"]})");
    CHECK(options.mode == Mode::Cluster);
    REQUIRE(options.servers.size() == 4);
    CHECK(options.servers[1].text() == "b:7002");
    CHECK(options.servers[2].text() == "c:7003");
    CHECK(options.servers[3].text() == "d:6379");
    CHECK(read(R"({"redis_startup_nodes":"[{\"host\":\"a\",\"port\":7001}]"})").mode == Mode::Cluster);
}

TEST_CASE("Sentinels, as LiteLLM has them") {
    const auto options = read(
        R"({"sentinel_nodes":[["a",26379],["b",26380]],"service_name":"mymaster","sentinel_password":"s","password":"p"})");
    CHECK(options.mode == Mode::Sentinel);
    CHECK(options.servers.at(1).text() == "b:26380");
    CHECK(options.sentinel_login.password == "s");
    CHECK(options.login.password == "p");
    CHECK(options.service_name == "mymaster");
}

TEST_CASE("What is wrong is named, and no secret is quoted") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({"port":"x"})", "port"},
        {R"({"port":70000})", "port"},
        {R"({"url":"http://:hunter2@a"})", "url"},
        {R"({"url":"redis://:hunter2@a:port"})", "url"},
        {R"({"sentinel_nodes":[["a",1]]})", "service_name"},
        {R"({"sentinel_nodes":[["a"]],"service_name":"m"})", "sentinel_nodes[0]"},
        {R"({"redis_startup_nodes":[{"host":"a"},{"port":1}]})", "redis_startup_nodes[1]"},
        {R"({"redis_startup_nodes":[]})", "redis_startup_nodes"},
        {R"({"redis_startup_nodes":[{"host":"a","port":"hunter2"}]})", "redis_startup_nodes[0].port"},
        {R"({"redis_startup_nodes":["a"],"sentinel_nodes":[["a",1]],"service_name":"m"})", "sentinel_nodes"},
        {R"({"redis_startup_nodes":["a"],"db":2})", "db"},
        {R"({"ssl":"maybe"})", "ssl"},
        {R"({"ssl_cert_reqs":"sometimes"})", "ssl_cert_reqs"},
        {R"({"password":["hunter2"]})", "password"},
        {R"({"url":"unix:///s","ssl":true})", "ssl"},
    };
    for (const auto& [json, key] : cases) {
        INFO(json);
        CHECK_THROWS_WITH(read(json), Contains(key) && !Contains("hunter2"));
    }
    CHECK_THROWS_AS(TlsContext(TlsOptions{true, true, true, "/no/such/file", "", ""}), sluice::ConfigError);
}

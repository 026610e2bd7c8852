#include "options.h"

#include <nlohmann/json.hpp>
#include <sluice/config.hpp>

#include "redis_common/settings.h"

namespace cache_redis {
namespace {

using Json = nlohmann::json;
using redis_common::flagAt, redis_common::given, redis_common::numberAt, redis_common::textAt;

// {"host": …, "port": …} as LiteLLM has the nodes of a cluster, ["host", port] as it has sentinels,
// "host:port".
Place placeIn(const Json& one, const std::string& where, int port, const sluice::Host& host) {
    Place place;
    try {
        if (one.is_object()) {
            place = {textAt(one, "host", host), numberAt(one, "port", port, 65535, host), {}};
        } else if (one.is_array() && one.size() == 2) {
            const Json named{{"host", one[0]}, {"port", one[1]}};
            place = {textAt(named, "host", host), numberAt(named, "port", port, 65535, host), {}};
        } else if (one.is_string()) {
            const auto text = one.get<std::string>();
            const auto address = redis_common::parseAddress("redis://" + text);
            place = {address.host, text.find(':') == std::string::npos ? port : address.port, {}};
        }
    } catch (const sluice::ConfigError& error) {
        throw sluice::ConfigError(where + "." + error.message());
    }
    if (place.host.empty())
        throw sluice::ConfigError(where +
                                  R"(: allowed: {"host": …, "port": …}, ["host", port], "host:port")");
    return place;
}

std::vector<Place> placesAt(const Json& json, const char* key, int port, const sluice::Host& host) {
    Json all = json[key];
    if (!all.is_array()) all = Json::parse(textAt(json, key, host), nullptr, false);  // of the environment
    if (!all.is_array() || all.empty())
        throw sluice::ConfigError(std::string(key) + ": allowed: a list of servers");
    std::vector<Place> places;
    for (size_t i = 0; i < all.size(); ++i)
        places.push_back(placeIn(all[i], std::string(key) + "[" + std::to_string(i) + "]", port, host));
    return places;
}

TlsOptions readTls(const Json& json, bool on, const sluice::Host& host) {
    TlsOptions tls;
    tls.on = flagAt(json, "ssl", on, host);
    tls.check_host = flagAt(json, "ssl_check_hostname", true, host);
    const std::string verify = textAt(json, "ssl_cert_reqs", host);
    if (!verify.empty() && verify != "none" && verify != "required")
        throw sluice::ConfigError("ssl_cert_reqs: allowed: required, none");
    tls.verify = verify != "none";
    tls.ca_file = textAt(json, "ssl_ca_certs", host);
    tls.cert_file = textAt(json, "ssl_certfile", host);
    tls.key_file = textAt(json, "ssl_keyfile", host);
    return tls;
}

void readServers(const Json& json, const sluice::Host& host, Options& options) {
    const bool cluster = given(json, "redis_startup_nodes"), sentinel = given(json, "sentinel_nodes");
    if (cluster && sentinel)
        throw sluice::ConfigError("sentinel_nodes: found with redis_startup_nodes; allowed: one of them");
    if (sentinel) {
        options.mode = Mode::Sentinel;
        options.servers = placesAt(json, "sentinel_nodes", 26379, host);
        options.service_name = textAt(json, "service_name", host);
        if (options.service_name.empty())
            throw sluice::ConfigError(
                "service_name: missing; the name of the master that sentinel_nodes watch");
        options.sentinel_login = {textAt(json, "sentinel_username", host),
                                  textAt(json, "sentinel_password", host)};
    } else if (cluster) {
        options.mode = Mode::Cluster;
        options.servers = placesAt(json, "redis_startup_nodes", 6379, host);
        if (options.database != 0) throw sluice::ConfigError("db: a cluster has no databases; allowed: 0");
    }
}

}  // namespace

Options readOptions(std::string_view text, const sluice::Host& host) {
    const Json json = Json::parse(text);
    Options options;
    const auto address = redis_common::readAddress(json, host);
    options.servers = {{address.host, address.port, address.path}};
    if (!address.path.empty()) options.servers[0] = {"", 0, address.path};
    const std::string user = textAt(json, "username", host), password = textAt(json, "password", host);
    options.login = {user.empty() ? address.user : user, password.empty() ? address.password : password};
    options.database = given(json, "db") ? numberAt(json, "db", 0, 65535, host) : address.database;
    readServers(json, host, options);
    options.tls = readTls(json, address.tls, host);
    if (options.tls.on && !address.path.empty()) throw sluice::ConfigError("ssl: not over a Unix socket");
    const std::string name = given(json, "namespace") ? textAt(json, "namespace", host) : "sluice-cache";
    options.prefix = name + ":";
    const auto number = [&](const char* key, auto& value, int most) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(
            numberAt(json, key, static_cast<int>(value), most, host));
    };
    number("timeout_ms", options.timeout_ms, 60'000);
    number("max_queue_bytes", options.queue_bytes, 1 << 30);
    number("max_value_bytes", options.value_bytes, 512 << 20);
    return options;
}

}  // namespace cache_redis

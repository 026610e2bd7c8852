// What a token costs at its first check and at every other, by algorithm. CPU time of the thread.
//
//   sluice_jwt_bench
#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "signer.h"
#include "thin_host.h"

namespace {

using signer::Json;

constexpr const char* kSecret = "a secret of at least thirty-two bytes";

Json claims(int number) {
    return {{"iss", "https://login.acme.example/realms/staff"},
            {"aud", {"sluice", "account"}},
            {"sub", "f:528957fa-6d3c-4bb9-a4e6-3a0f5dd9b4f1:ann"},
            {"azp", "sluice-cli"},
            {"jti", std::to_string(number)},
            {"scope", "openid profile email models.all"},
            {"email", "ann@acme.example"},
            {"email_verified", true},
            {"realm_access", {{"roles", {"offline_access", "uma_authorization", "default-roles-staff"}}}},
            {"groups", {"red", "blue"}},
            {"iat", bench::tables::wallMs(nullptr) / 1000},
            {"exp", bench::tables::wallMs(nullptr) / 1000 + 3600}};
}

double run(const bench::Loaded& plugin, std::vector<bench::Request>& requests) {
    const double start = bench::cpuNs();
    for (auto& request : requests) {
        if (plugin.run(request)) continue;
        std::printf("refused: %s\n", request.why.c_str());
        std::exit(1);
    }
    return (bench::cpuNs() - start) / static_cast<double>(requests.size());
}

void measure(const char* alg, const std::string& kind, int bits) {
    const signer::Pair pair(kind.empty() ? "P-256" : kind, bits);
    Json config{{"issuer", "https://login.acme.example/realms/staff"},
                {"audience", "sluice"},
                {"user_id_jwt_field", "sub"},
                {"user_email_jwt_field", "email"},
                {"team_ids_jwt_field", "groups"}};
    kind.empty() ? config["hs_secret"] = kSecret : config["public_keys"] = {pair.pem()};
    bench::Loaded plugin(*sluice_plugin_entry_v1(), config.dump());
    plugin.start();
    std::vector<bench::Request> requests;
    size_t bytes = 0;
    for (int i = 0; i < 2'000; ++i) {
        const auto header = Json{{"alg", alg}}.dump(), payload = claims(i).dump();
        const auto token = kind.empty() ? signer::token(std::string(kSecret), alg, header, payload)
                                        : signer::token(pair, alg, header, payload);
        bytes = token.size();
        requests.push_back({{{"authorization", "Bearer " + token}}, {{"model", "\"gpt-4o\""}}});
    }
    const double first = run(plugin, requests);
    double best = 1e18, sum = 0;
    for (int round = 0; round < 50; ++round) {
        const double ns = run(plugin, requests);
        best = std::min(best, ns);
        sum += ns;
    }
    std::printf("%-6s %-8s %5zu bytes: first %6.1f us, again mean %4.0f ns, best round %4.0f ns\n", alg,
                kind.empty() ? "secret" : (kind + (bits ? " " + std::to_string(bits) : "")).c_str(), bytes,
                first / 1000, sum / 50, best);
}

}  // namespace

int main() {
    measure("RS256", "RSA", 2048);
    measure("RS256", "RSA", 4096);
    measure("PS256", "RSA", 2048);
    measure("ES256", "P-256", 0);
    measure("ES384", "P-384", 0);
    measure("EdDSA", "Ed25519", 0);
    measure("HS256", "", 0);
    return 0;
}

// How long auth_keys needs to know all keys of a store, how much memory they take, and what a check costs.
//
//   sluice_keys_bench FILE [KEYS]
//
// Costs are CPU time of the thread. It writes KEYS documents (100,000) to FILE if it is not there, then opens
// it as a gateway that starts does.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <malloc.h>

#include <sluice/testing/fake_host.hpp>

#include "accounts/digest.h"
#include "plugin.h"
#include "thin_host.h"

namespace {

using bench::Clock;

std::string keyOf(size_t i) { return "sk-bench-key-number-" + std::to_string(i); }

std::string documentOf(size_t i) {
    return R"({"key_alias":"app-)" + std::to_string(i) + R"(","key_name":"sk-...)" +
           std::to_string(i % 10'000) + R"(","models":["gpt-4o","claude-*"],"team_id":"team-)" +
           std::to_string(i % 500) + R"(","user_id":"user-)" + std::to_string(i / 3) +
           R"(","max_budget":25.0,"budget_duration":"30d","rpm_limit":100,"tpm_limit":100000,"created_at":"2026-11-21T17:00:00.000Z","updated_at":"2026-11-21T17:00:00.000Z","created_by":"default_user_id"})";
}

void put(const sluice_store& table, sluice_instance* self, const std::string& kind, size_t count,
         const std::function<std::pair<std::string, std::string>(size_t)>& make) {
    for (size_t from = 0; from < count; from += 1000) {
        std::vector<std::pair<std::string, std::string>> texts;
        std::vector<sluice_change> changes;
        for (size_t i = from; i < std::min(count, from + 1000); ++i) texts.push_back(make(i));
        for (const auto& [id, json] : texts)
            changes.push_back({sizeof(sluice_change), 0, sluice::str(kind), sluice::str(id),
                               sluice::str(json), SLUICE_STORE_ANY});
        uint64_t version = 0;
        (void)table.write(self, changes.data(), changes.size(), &version);
    }
}

void fill(const std::string& config, size_t count) {
    bench::Loaded store(sluice::testing::entryOf<store_sqlite::Plugin>(), config);
    const auto& table = *static_cast<const sluice_store*>(store_sqlite::Plugin::interface(SLUICE_STORE_ID));
    put(table, store.self(), "team", 500, [](size_t i) {
        return std::pair("team-" + std::to_string(i),
                         std::string(R"({"models":["gpt-4o","claude-*","small"]})"));
    });
    put(table, store.self(), "user", count / 3 + 1, [](size_t i) {
        return std::pair("user-" + std::to_string(i), std::string(R"({"user_role":"internal_user"})"));
    });
    put(table, store.self(), "key", count,
        [](size_t i) { return std::pair(accounts::Digest(keyOf(i)).hex(), documentOf(i)); });
}

// `even`: every key as often as every other, which no cache likes; else the k-th as often as 1/k.
void measureChecks(const bench::Loaded& keys, size_t count, const char* what, const bench::Request& like,
                   bool even = false) {
    std::mt19937_64 random(7);
    const auto pick = [&] {
        if (even) return static_cast<size_t>(random() % count);
        const double share = static_cast<double>(random() >> 11) / 9007199254740992.0;
        return static_cast<size_t>(std::pow(static_cast<double>(count), share)) -
               1;  // the inverse of Zipf's law
    };
    std::vector<std::string> shown;
    for (size_t i = 0; i < 20'000; ++i) shown.push_back("Bearer " + keyOf(pick()));
    // One request, as a gateway has just read one: what is cold is what the keys are made of.
    bench::Request request = like;
    request.headers.insert(request.headers.begin(), {"authorization", ""});
    double best = 1e18, sum = 0;
    constexpr int kRounds = 30;
    for (int round = 0; round < kRounds; ++round) {
        const double start = bench::cpuNs();
        for (const auto& authorization : shown) {
            request.headers.front().second = authorization;
            request.end_user.clear();
            request.attributes.clear();
            if (keys.run(request)) continue;
            std::printf("refused: %s\n", request.why.c_str());
            std::exit(1);
        }
        const double ns = (bench::cpuNs() - start) / static_cast<double>(shown.size());
        best = std::min(best, ns);
        sum += ns;
    }
    std::printf("%-52s mean %6.0f ns, best round %6.0f ns\n", what, sum / kRounds, best);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::printf("usage: sluice_keys_bench FILE [KEYS]\n"), 2;
    const size_t count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000;
    const std::string config = R"({"path":")" + std::string(argv[1]) + R"("})";
    if (!std::filesystem::exists(argv[1]))
        return fill(config, count), std::printf("filled; run it again\n"), 0;

    const long before_kb = bench::rssKb();
    auto start = Clock::now();
    bench::Loaded store(sluice::testing::entryOf<store_sqlite::Plugin>(), config);
    bench::ThinHost::services[SLUICE_STORE_ID] = {sizeof(sluice_service), 0,
                                                  store_sqlite::Plugin::interface(SLUICE_STORE_ID),
                                                  store.self(), sluice::str("store")};
    const double open_ms = bench::nsSince(start) / 1e6;
    start = Clock::now();
    const double cpu = bench::cpuNs();
    bench::Loaded keys(*sluice_plugin_entry_v1(), "{}");
    keys.start();
    std::printf("store opened in %.0f ms; %zu keys read in %.0f ms, %.0f ms of them CPU\n", open_ms, count,
                bench::nsSince(start) / 1e6, (bench::cpuNs() - cpu) / 1e6);
    if (argc > 3) return 0;
    std::printf("RSS +%ld KiB", bench::rssKb() - before_kb);
    (void)malloc_trim(0);
    std::printf(", %ld KiB after a trim: %.0f bytes a key\n", bench::rssKb() - before_kb,
                static_cast<double>(bench::rssKb() - before_kb) * 1024 / static_cast<double>(count));

    const bench::Request plain{{{"content-type", "application/json"}, {"user-agent", "bench"}},
                               {{"model", "\"gpt-4o\""}}};
    measureChecks(keys, count, "authenticate + authorize + pre_call", plain);
    measureChecks(keys, count, "the same, all keys alike", plain, true);
    bench::Request tagged = plain;
    tagged.members.push_back({"user", "\"customer-7\""});
    tagged.members.push_back({"metadata", R"({"tags":["a","b"]})"});
    measureChecks(keys, count, "the same with tags and an end user in the body", tagged);

    const std::string one = keyOf(1);
    const double hashing = bench::cpuNs();
    uint64_t sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += accounts::Digest(one).head();
    std::printf("%-52s mean %6.0f ns (%llx)\n", "of that, SHA-256 of the key",
                (bench::cpuNs() - hashing) / 1e6, static_cast<unsigned long long>(sum & 15));
    return 0;
}

// How fast a store takes usage events, answers reports and replays documents.
//
//   sluice_store_bench FILE EVENTS [KEYS] [DAYS] [BATCH] [SEED]
//   sluice_store_postgres_bench URL EVENTS [KEYS] [DAYS] [BATCH]
//
// appends EVENTS events to FILE (made if it is not there), or to the schema "bench" there, in batches of 500,
// over 30 days and 100,000 keys of which few are used much (the k-th as often as 1/k), waits until the days
// that are over are packed, then asks each report eleven times, then writes the keys' documents and replays
// them. Times are wall clock, and CPU of the thread. With EVENTS = 0 and a file that is there it only asks.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "bench_backend.h"
#include "store_common/calendar.h"
#include "store_common/event.h"

namespace {

using store_bench::Store;
using store_common::Event;
using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Of this thread: what others do on the machine at the same time is not in it, nor what the disk takes.
double cpuMs() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct World {
    int64_t events = 1'000'000;
    int64_t keys = 100'000;
    int64_t days = 30;
    size_t batch = 500;
    uint64_t seed = std::random_device()();
};

sluice_str str(const std::string& text) { return {text.data(), text.size()}; }

// Texts of one event; the record points into them.
struct Texts {
    std::string call_id, key, user, team, organization, end_user, group, model, provider, attributes;
};

class Source {
public:
    explicit Source(const World& world)
        : world_(world), names_(static_cast<size_t>(world.keys)), random_(world.seed) {
        for (size_t i = 0; i < names_.size(); ++i) {
            char name[65];
            std::snprintf(name, sizeof name, "%016zx%016zx%016zx%016zx", i * 0x9E3779B97F4A7C15u, i, i * 31,
                          i * 7);
            names_[i] = name;
        }
    }

    Event next(int64_t number, Texts& t) {
        // Zipf's law by its inverse: P(rank <= x) = log(x) / log(n).
        const double share = static_cast<double>(random_() >> 11) / 9007199254740992.0;
        const auto key = static_cast<size_t>(std::pow(static_cast<double>(world_.keys), share)) - 1;
        // In the order of time, as a gateway sends them, with ids as it makes them: UUIDs of version 7.
        const int64_t span = world_.days * store_common::kDayMs;
        const int64_t start =
            kFirstMs + static_cast<int64_t>(static_cast<double>(number) / static_cast<double>(world_.events) *
                                            static_cast<double>(span));
        char id[40];
        std::snprintf(id, sizeof id, "%08llx-%04llx-7%03x-a%03x-%012llx",
                      static_cast<unsigned long long>(start) >> 16,
                      static_cast<unsigned long long>(start) & 0xFFFF,
                      static_cast<unsigned>(random_() & 0xFFF), static_cast<unsigned>(random_() & 0xFFF),
                      static_cast<unsigned long long>(random_() & 0xFFFFFFFFFFFF));
        t.call_id = id;
        t.key = names_[key];
        t.user = "user-" + std::to_string(key / 3);
        t.team = "team-" + std::to_string(key % 500);
        t.organization = "org-" + std::to_string(key % 20);
        t.end_user = random_() % 4 == 0 ? "customer-" + std::to_string(random_() % 20'000) : "";
        const auto model = random_() % 3;
        t.group = model == 0 ? "gpt-4o" : model == 1 ? "claude" : "small";
        t.model = t.group + "-2026";
        t.provider = model == 1 ? "anthropic" : "openai";
        t.attributes = random_() % 2 == 0
                           ? R"({"tags":"[\"prod\",\"app-)" + std::to_string(random_() % 50) + R"(\"]"})"
                           : "{}";
        sluice_record r{};
        r.size = sizeof r;
        r.http_status = 200;
        r.call_id = str(t.call_id);
        r.outcome = {"success", 7};
        r.route = {"chat", 4};
        r.call_type = {"acompletion", 11};
        r.key_id = str(t.key);
        r.user = str(t.user);
        r.team = str(t.team);
        r.organization = str(t.organization);
        r.end_user = str(t.end_user);
        r.model = r.model_group = str(t.group);
        r.upstream_model = str(t.model);
        r.provider = str(t.provider);
        r.deployment_id = str(t.model);
        r.attributes = str(t.attributes);
        r.client = {"10.0.0.1", 8};
        r.user_agent = {"openai-python/1.50", 18};
        r.start_ms = start;
        r.end_ms = r.start_ms + 2'000;
        r.prompt_tokens = random_() % 10'000;
        r.completion_tokens = random_() % 1'000;
        r.cost_pico_usd = static_cast<int64_t>(random_() % 10'000'000'000);
        return store_common::eventFrom(r, 0);
    }
    const std::string& key(size_t rank) const { return names_[rank]; }

private:
    static constexpr int64_t kFirstMs = 20758 * store_common::kDayMs;  // 2026-11-01
    const World world_;
    std::vector<std::string> names_;
    std::mt19937_64 random_;
};

void append(Store& store, const World& world, Source& source) {
    std::vector<Texts> texts(world.batch);
    std::vector<Event> events;
    std::vector<double> took;
    double inside = 0, cpu = 0;
    for (int64_t done = 0; done < world.events;) {
        events.clear();
        while (events.size() < world.batch && done < world.events)
            events.push_back(source.next(done++, texts[events.size()]));
        const auto start = Clock::now();
        const double cpu_start = cpuMs();
        (void)store.append(events);
        cpu += cpuMs() - cpu_start;
        took.push_back(msSince(start));
        inside += took.back();
        if (took.size() % 2'000 == 0 || done == world.events)
            std::printf("  %lld events, %.0f a second\n", static_cast<long long>(done),
                        static_cast<double>(done) / inside * 1'000);
        std::fflush(stdout);
    }
    std::sort(took.begin(), took.end());
    std::printf("append: %.0f events a second of CPU\n", static_cast<double>(world.events) / cpu * 1'000);
    std::printf("append: %.0f events a second; a batch of %zu: p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
                static_cast<double>(world.events) / inside * 1'000, world.batch, took[took.size() / 2],
                took[took.size() * 99 / 100], took.back());
}

void ask(Store& store, const char* what, const std::string& question) {
    std::vector<double> took, cpu;
    std::string answer;
    for (int i = 0; i < 11; ++i) {
        const auto start = Clock::now();
        const double cpu_start = cpuMs();
        if (!store.report(question, answer)) {
            std::printf("%s: %s\n", what, answer.c_str());
            return;
        }
        took.push_back(msSince(start));
        cpu.push_back(cpuMs() - cpu_start);
    }
    const double first = took[0], first_cpu = cpu[0];
    std::sort(took.begin(), took.end());
    std::sort(cpu.begin(), cpu.end());
    std::printf(
        "%-46s p50 %7.1f ms  max %7.1f ms  first %7.1f ms  CPU %6.1f ms, first %6.1f ms  %9zu bytes\n", what,
        took[5], took.back(), first, cpu[5], first_cpu, answer.size());
}

void documents(Store& store, const Source& source, int64_t wanted) {
    const int kCount = static_cast<int>(std::min<int64_t>(wanted, 100'000)) / 1'000 * 1'000;
    std::vector<std::string> ids, texts;
    for (int i = 0; i < kCount; ++i) {
        ids.push_back(source.key(static_cast<size_t>(i)));
        texts.push_back("{\"key_alias\":\"key-" + std::to_string(i) +
                        "\",\"team_id\":\"team-7\",\"user_id\":\"user-9\",\"models\":[\"gpt-4o\",\"claude\"],"
                        "\"max_budget\":100.0,"
                        "\"budget_duration\":\"30d\",\"tpm_limit\":100000,\"rpm_limit\":1000,\"metadata\":{"
                        "\"owner\":\"somebody\"},"
                        "\"blocked\":false,\"created_at\":\"2026-11-21T00:00:00Z\"}");
    }
    auto start = Clock::now();
    for (int i = 0; i < kCount; i += 1'000) {
        std::vector<store_common::Change> changes;
        for (size_t n = 0; n < 1'000; ++n) {
            const size_t at = static_cast<size_t>(i) + n;
            changes.push_back({"key", ids[at], texts[at], SLUICE_STORE_ANY, false});
        }
        uint64_t version = 0;
        (void)store.write(changes, version);
    }
    std::printf("write %d documents, 1000 at once: %.0f ms\n", kCount, msSince(start));
    start = Clock::now();
    size_t bytes = 0, count = 0;
    (void)store.watch("key", [&](const store_common::Document& document) {
        ++count;
        bytes += document.id.size() + document.json.size();
    });
    std::printf("replay of %zu documents, %.1f MB: %.0f ms\n", count, static_cast<double>(bytes) / 1e6,
                msSince(start));
    uint64_t version = 0;
    start = Clock::now();
    for (int i = 0; i < 100; ++i)
        (void)store.write({{"key", ids[0], texts[0], SLUICE_STORE_ANY, false}}, version);
    std::printf("write of one document, watcher told: %.1f ms\n", msSince(start) / 100);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::printf("usage: %s FILE EVENTS [KEYS] [DAYS] [BATCH] [SEED]\n", argv[0]);
        return 2;
    }
    World world;
    world.events = std::atoll(argv[2]);
    if (argc > 3) world.keys = std::atoll(argv[3]);
    if (argc > 4) world.days = std::atoll(argv[4]);
    if (argc > 5) world.batch = static_cast<size_t>(std::atoll(argv[5]));
    if (argc > 6) world.seed = std::strtoull(argv[6], nullptr, 10);
    auto start = Clock::now();
    const auto opened = store_bench::open(argv[1]);
    Store& store = *opened;
    std::printf("open: %.1f ms\n", msSince(start));
    Source source(world);
    if (world.events > 0) append(store, world, source);
    start = Clock::now();
    store_bench::settle(argv[1]);
    std::printf("packed: %.0f ms\n", msSince(start));
    std::printf("size: %.0f MB\n", store_bench::megabytes(argv[1]));
    const std::string spend = R"({"report":"spend","from":"2026-11-01","to":"2026-11-30")";
    for (const char* by : {"team", "organization", "model", "model_group", "provider", "tag", "day", "key_id",
                           "user", "end_user"})
        ask(store, (std::string("spend by ") + by).c_str(), spend + ",\"group_by\":\"" + by + "\"}");
    for (const size_t rank : {size_t{0}, size_t{999}}) {
        const auto where = R"("where":{"key_id":")" + source.key(rank) + "\"}";
        const auto name = " of key " + std::to_string(rank + 1);
        ask(store, ("spend" + name + " by day").c_str(), spend + R"(,"group_by":"day",)" + where + "}");
        ask(store, ("spend" + name + " by model").c_str(), spend + R"(,"group_by":"model",)" + where + "}");
        ask(store, ("activity" + name).c_str(), R"({"report":"activity",)" + where + "}");
        ask(store, ("logs" + name).c_str(), R"({"report":"logs",)" + where + "}");
    }
    ask(store, "activity of team-7", R"({"report":"activity","where":{"team":"team-7"}})");
    ask(store, "activity of tag app-7", R"({"report":"activity","where":{"tag":"app-7"}})");
    ask(store, "activity of customer-7", R"({"report":"activity","where":{"end_user":"customer-7"}})");
    ask(store, "activity of all but keys",
        R"({"report":"activity","breakdown":["model","provider","model_group"]})");
    ask(store, "logs", R"({"report":"logs"})");
    ask(store, "totals of keys since the middle of a day",
        R"({"report":"totals","dimension":"key_id","since_ms":)" +
            std::to_string(20772 * store_common::kDayMs + 40'000'000) + "}");
    ask(store, "activity of all, keys and users too",
        R"({"report":"activity","breakdown":["model","provider","key_id","user"],"breakdown_limit":1000})");
    const auto dearest = R"("where":{"key_id":")" + source.key(0) + "\"}}";
    ask(store, "spend by customer of one key", spend + R"(,"group_by":"end_user",)" + dearest);
    ask(store, "tags", R"({"report":"tags"})");
    ask(store, "customers by name", R"({"report":"names","dimension":"end_user"})");
    documents(store, source, world.keys);
    return 0;
}

// Sums over days, out of spans, packs, memory and rows, whichever there is: always those of the events.
#include <set>

#include "calls.h"
#include "spans.h"

using namespace store_tests;
using store_common::Wide;

namespace {

constexpr int kDaysInAll = 75;

struct Naive {
    Wide cost = 0;
    int64_t prompt = 0, completion = 0, requests = 0, successes = 0, unpriced = 0;
    void add(const Call& call) {
        cost += std::max<int64_t>(call.cost, 0);
        prompt += static_cast<int64_t>(call.prompt);
        completion += static_cast<int64_t>(call.completion);
        ++requests;
        successes += call.outcome == "success" ? 1 : 0;
        unpriced += call.cost < 0 ? 1 : 0;
    }
};

Call callOf(std::mt19937& random, int number) {
    Call call = randomCall(random, number);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    call.key = "key" + std::to_string(pick(40) * pick(40));
    call.user = pick(9) == 0 ? "" : "user" + std::to_string(pick(30));
    call.end_user = pick(3) != 0 ? "" : "end" + std::to_string(pick(60));
    int day = pick(kDaysInAll);
    if (day % 10 == 3 || (day > 30 && day < 36)) day = kDaysInAll - 1;  // some days have nobody
    if (day % 10 == 4) call.end_user = "";                              // and some no customer
    call.start_ms = kNov21 + day * store_common::kDayMs + pick(86'400'000);
    if (pick(50) == 0) {
        call.key = call.user = call.end_user = "rich";
        call.cost = 1'000'000'000'000'000'000;  // ten of them are more than 64 bits
    }
    return call;
}

std::string digitsOf(Wide value) {
    std::string text;
    do text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    while ((value /= 10) > 0);
    return text;
}

// Numbers of more than 64 bits are read as what they are: text.
std::string spendIn(const std::string& text) {
    const auto at = text.find("\"spend_pico_usd\":") + 17;
    return text.substr(at, text.find(',', at) - at);
}

bool same(const Json& row, const std::string& digits, const Naive& naive) {
    return digits == digitsOf(naive.cost) && row["prompt_tokens"] == naive.prompt &&
           row["completion_tokens"] == naive.completion && row["requests"] == naive.requests &&
           row["successful_requests"] == naive.successes && row["unpriced_requests"] == naive.unpriced;
}

// The objects of a list that have "spend_pico_usd", as texts.
std::vector<std::string> objectsIn(const std::string& text) {
    std::vector<std::string> all;
    for (size_t at = text.find("{\"", text.find('[')); at != std::string::npos; at = text.find("{\"", at + 1))
        all.push_back(text.substr(at, text.find('}', at) - at + 1));
    return all;
}

struct World {
    std::vector<Call> calls;
    std::string dayOf(int day) const { return store_common::dayText(store_common::dayOf(kNov21) + day); }
    std::map<std::string, Naive> sums(const std::string& by, int from, int to) const {
        std::map<std::string, Naive> all;
        for (const auto& call : calls) {
            const int64_t day = (call.start_ms - kNov21) / store_common::kDayMs;
            if (day < from || day > to) continue;
            for (const auto& value : valuesOf(call, by)) all[value].add(call);
        }
        return all;
    }
};

void checkSpend(TestStore& store, const World& world, const std::string& by, int from, int to) {
    INFO(by << " " << from << " to " << to);
    const auto naive = world.sums(by, from, to);
    std::string text;
    REQUIRE(store.ask("{\"report\":\"spend\",\"limit\":100000,\"group_by\":" + quoted(by) + ",\"from\":\"" +
                          world.dayOf(from) + "\",\"to\":\"" + world.dayOf(to) + "\"}",
                      text) == SLUICE_OK);
    const auto rows = objectsIn(text.substr(0, text.find("],\"total\"")));
    CHECK(rows.size() == naive.size());
    for (const auto& row : rows) {
        const Json read = Json::parse(row);
        const auto name = read[by].is_null() ? std::string() : read[by].get<std::string>();
        REQUIRE(naive.count(name) == 1);
        CHECK(same(read, spendIn(row), naive.at(name)));
    }
    Wide overall = 0;
    for (const auto& [name, sums] : naive) overall += sums.cost;
    CHECK(spendIn(text.substr(text.find("\"overall\""))) == digitsOf(overall));
}

void checkActivity(TestStore& store, const World& world, const std::string& by, int from, int to,
                   size_t limit) {
    const Json found =
        store.report("{\"report\":\"activity\",\"breakdown\":[" + quoted(by) +
                     "],\"breakdown_limit\":" + std::to_string(limit) + ",\"from\":\"" + world.dayOf(from) +
                     "\",\"to\":\"" + world.dayOf(to) + "\",\"sums\":[\"spend_pico_usd\",\"requests\"]}");
    std::set<std::string> days;
    for (const auto& day : found["days"]) {
        const auto date = day["date"].get<std::string>();
        INFO(by << " on " << date);
        days.insert(date);
        const int number = static_cast<int>(*store_common::dayFrom(date) - store_common::dayOf(kNov21));
        const auto naive = world.sums(by, number, number);
        std::vector<double> costs;
        for (const auto& [name, sums] : naive) costs.push_back(static_cast<double>(sums.cost));
        std::sort(costs.rbegin(), costs.rend());
        costs.resize(std::min(costs.size(), limit));
        std::vector<double> told;
        for (const auto& [name, sums] : day["breakdown"][by].items()) {
            told.push_back(sums["spend_pico_usd"].get<double>());
            CHECK(sums["requests"] == naive.at(name).requests);
            CHECK(sums.size() == 2);
        }
        std::sort(told.rbegin(), told.rend());
        CHECK(told == costs);
    }
    for (int day = from; day <= to; ++day)
        CHECK(days.count(world.dayOf(day)) == (world.sums("key_id", day, day).empty() ? 0u : 1u));
}

struct Packing {
    explicit Packing(const std::string& path) : database(options(path), silent), side(path, 2'000) {}
    static store_sqlite::Options options(const std::string& path) {
        store_sqlite::Options all;
        all.path = path;
        return all;
    }
    static void silent(store_common::Level, const std::string&) {}
    void some(int steps) {
        store_sqlite::Packer packer(database, combos, side, writing, silent);
        while (steps-- > 0 && packer.step(1)) continue;
    }
    store_sqlite::Database database;
    store_sqlite::Connection side;
    store_sqlite::Combos combos;
    std::mutex writing;
};

void checkAll(TestStore& store, const World& world, std::mt19937& random) {
    for (const std::string by : kByAll) checkSpend(store, world, by, 0, kDaysInAll - 1);
    for (int i = 0; i < 12; ++i) {
        const auto by = std::array{"key_id", "user", "end_user"}[random() % 3];
        const int from = static_cast<int>(random() % kDaysInAll);
        const int to = from + static_cast<int>(random() % static_cast<unsigned>(kDaysInAll - from));
        checkSpend(store, world, by, from, to);
        checkActivity(store, world, by, from, std::min(to, from + 9), random() % 2 == 0 ? 3 : 1000);
    }
}

}  // namespace

TEST_CASE("whatever is packed or kept in memory, sums are those of the events") {
    const unsigned seed = GENERATE(1u, 2u, 3u);
    std::mt19937 random(seed);
    const Directory directory;
    TestStore store(directory.file()), other(directory.file());  // two gateways on one file
    Packing packing(directory.file());
    World world;
    for (int round = 0; round < 6; ++round) {
        std::vector<Call> fresh;
        const size_t count = round == 0 ? 1'500 : 1 + random() % 60;
        while (fresh.size() < count)
            fresh.push_back(callOf(random, static_cast<int>(world.calls.size() + fresh.size())));
        for (auto& call : fresh) {
            if (round % 2 == 1)
                call.start_ms = kNov21 + (kDaysInAll - 1) * store_common::kDayMs + 5;  // today alone
        }
        CHECK((random() % 2 == 0 ? store : other).append(recordsOf(fresh, 0, fresh.size())) == SLUICE_OK);
        world.calls.insert(world.calls.end(), fresh.begin(), fresh.end());
        if (round % 3 != 2) packing.some(round == 0 ? 10'000 : static_cast<int>(random() % 400));
        checkAll(store, world, random);
    }
    packing.some(10'000);
    CHECK(packing.side.value("SELECT max(level) FROM usage_spans WHERE head IS NOT NULL") == 6);
    checkAll(store, world, random);
    checkWhole(directory.file());
}

TEST_CASE("a day that changes takes its spans away, and no others") {
    const Directory directory;
    TestStore store(directory.file());
    Packing packing(directory.file());
    const auto at = [](const std::string& id, int day) {
        Call call{id};
        call.start_ms = (20'736 + day) * store_common::kDayMs + 7;  // a multiple of 64
        return call;
    };
    std::vector<Call> calls;
    for (const int day : {0, 1, 2, 3, 4, 5, 6, 7, 12, 16})
        calls.push_back(at("day" + std::to_string(day), day));
    CHECK(store.append(recordsOf(calls, 0, calls.size())) == SLUICE_OK);
    packing.some(10'000);
    const auto spans = [&](const std::string& where) {
        return packing.side.value(
            "SELECT count(*) FROM usage_spans WHERE head IS NOT NULL AND dimension = 0 AND " + where);
    };
    CHECK(spans("level = 0") == 9);
    CHECK(spans("level = 4") == 1);
    CHECK(store.append({at("late", 5)}) == SLUICE_OK);  // a packed day
    CHECK(spans("first <= 20741 AND last >= 20741") == 0);
    CHECK(spans("level = 2 AND first = 20736") == 1);
    packing.some(10'000);
    CHECK(spans("level = 4") == 1);
    CHECK(store.append({at("later", 9)}) == SLUICE_OK);  // a day that had nobody
    CHECK(spans("first <= 20745 AND last >= 20745") == 0);
    CHECK(spans("level = 3 AND first = 20736") == 1);
    CHECK(store.append({at("more", 16)}) == SLUICE_OK);  // today: no span has it
    CHECK(spans("level = 3 AND first = 20736") == 1);
    CHECK(store.report(R"({"report":"spend","group_by":"key_id"})")["overall"]["requests"] == 13);
}

TEST_CASE("spans that are broken are told from whole ones") {
    const auto ignore = [](int64_t, const store_sqlite::Sums&) {};
    CHECK_FALSE(store_sqlite::readSpan("\xFF\xFF", 10, ignore));
    CHECK_FALSE(store_sqlite::readSpan(std::string_view("\x01\x02\x03", 3), 10, ignore));
    CHECK(store_sqlite::readSpan("", 10, ignore));
}

// Events by the batch: what they are as bytes, in which order they come, and rows of releases before beside
// them.
#include <limits>
#include <map>
#include <thread>

#include "calls.h"
#include "events.h"
#include "schema.h"
#include "usage_pack.h"

using namespace store_tests;
using store_sqlite::UsageRow;

namespace {

struct Row {
    UsageRow row;
    std::string call_id;
    std::array<std::string, UsageRow::Texts> texts;
};

// Much of it as in the row before, some of it as far away as numbers go.
void change(Row& of, std::mt19937& random) {
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max(),
                      kLeast = std::numeric_limits<int64_t>::min();
    for (auto& number : of.row.numbers) {
        const unsigned what = random() % 16;
        if (what == 0) number = kMost;
        if (what == 1) number = kLeast;
        if (what == 2) number = static_cast<int64_t>(random()) - (1LL << 31);
        if (what == 3) number += 1;
    }
    for (auto& text : of.texts) {
        if (random() % 4 == 0) text = std::string(random() % 300, static_cast<char>('a' + random() % 26));
    }
    of.call_id = random() % 8 == 0 ? "" : "call-" + std::to_string(random());
    of.row.call_id = of.call_id;
    for (size_t i = 0; i < of.texts.size(); ++i) of.row.texts[i] = of.texts[i];
}

std::vector<std::unique_ptr<Row>> randomRows(std::mt19937& random, size_t count) {
    std::vector<std::unique_ptr<Row>> rows;
    for (size_t i = 0; i < count; ++i) {
        auto row = i == 0 ? std::make_unique<Row>() : std::make_unique<Row>(*rows.back());
        change(*row, random);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string packed(const std::vector<std::unique_ptr<Row>>& rows) {
    store_sqlite::UsagePackWriter writer;
    for (const auto& row : rows) writer.add(row->row);
    REQUIRE(writer.count() == rows.size());
    return writer.bytes();
}

// A month as schema 4 has left it: text, so that no later change of the code changes it.
std::string rowsTable(const std::string& name) {
    return "CREATE TABLE " + name + R"( (
    id INTEGER PRIMARY KEY,
    call_key INTEGER, call_id TEXT NOT NULL,
    start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, first_token_ms INTEGER NOT NULL,
    combo INTEGER NOT NULL, end_user INTEGER NOT NULL, tenant INTEGER NOT NULL, key_alias INTEGER NOT NULL,
    route INTEGER NOT NULL, call_type INTEGER NOT NULL, deployment INTEGER NOT NULL, api_base INTEGER NOT NULL,
    outcome INTEGER NOT NULL, error_class INTEGER NOT NULL,
    http_status INTEGER NOT NULL, attempts INTEGER NOT NULL, flags INTEGER NOT NULL,
    prompt INTEGER NOT NULL, completion INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    reasoning INTEGER NOT NULL, cost INTEGER,
    requested_model TEXT NOT NULL, client TEXT NOT NULL, user_agent TEXT NOT NULL, error TEXT NOT NULL,
    attributes TEXT NOT NULL
) STRICT;
CREATE INDEX )" +
           name + "_call ON " + name + " (call_key) WHERE call_key IS NOT NULL;\n" + "CREATE INDEX " + name +
           "_start ON " + name + " (start_ms, combo);";
}

void asRow(store_sqlite::Statement& insert, const UsageRow& event) {
    insert.rewind();
    int index = 0;
    const int64_t day = store_common::dayOf(event[UsageRow::Start]);
    if (event.call_id.empty())
        insert.bind(++index, nullptr);
    else
        insert.bind(++index, store_common::callKey(day, event.call_id));
    insert.bind(++index, event.call_id);
    for (size_t i = 0; i < UsageRow::Cost; ++i) insert.bind(++index, event.numbers[i]);
    if (event[UsageRow::Priced] != 0)
        insert.bind(++index, event[UsageRow::Cost]);
    else
        insert.bind(++index, nullptr);
    for (const auto text : event.texts) insert.bind(++index, text);
    insert.run();
}

// The file as a release of schema 4 would have written it.
void asBefore(const std::string& path) {
    store_sqlite::Connection connection(path, 2'000);
    auto months = connection.prepare("SELECT month FROM partitions ORDER BY month");
    std::vector<int64_t> all;
    while (months.step()) all.push_back(months.integer(0));
    months.rewind();
    for (const int64_t month : all) {
        const std::string name = store_sqlite::partitionName(month);
        connection.run("BEGIN;" + rowsTable(name));
        std::string values = "NULL";
        for (int i = 1; i <= 29; ++i) values += ", ?" + std::to_string(i);
        auto insert = connection.prepare("INSERT INTO " + name + " VALUES (" + values + ")");
        auto read =
            connection.prepare("SELECT events FROM " + store_sqlite::batchesName(month) + " ORDER BY id");
        while (read.step()) {
            store_sqlite::UsagePackReader events(read.blob(0));
            while (const UsageRow* event = events.next()) asRow(insert, *event);
        }
        read.rewind();
        insert = {};
        connection.run("DROP TABLE " + store_sqlite::batchesName(month) + "; DROP TABLE " +
                       store_sqlite::callsName(month) + "; COMMIT");
    }
    connection.run("PRAGMA user_version = 4");
}

std::vector<Call> callsAtRandom(unsigned seed, int count) {
    std::mt19937 random(seed);
    std::vector<Call> calls;
    for (int i = 0; i < count; ++i) calls.push_back(randomCall(random, i));
    return calls;
}

// Everything that looks at events one by one.
std::map<std::string, std::string> answers(TestStore& store) {
    std::vector<std::string> questions;
    for (const std::string order : {"time", "-time"}) {
        for (const std::string where :
             {"{}", R"({"key_id":"key1"})", R"({"outcome":"failure"})", R"({"tag":"x"})",
              R"({"end_user":"end1"})", R"({"key_id":"key2","outcome":"success"})",
              R"({"call_id":"call-77"})"})
            questions.push_back("{\"report\":\"logs\",\"limit\":100000,\"order\":" + quoted(order) +
                                ",\"where\":" + where + "}");
    }
    for (const std::string by : kByAll) {
        questions.push_back("{\"report\":\"totals\",\"dimension\":" + quoted(by) +
                            ",\"since_ms\":" + std::to_string(kNov21 + 12'345'678) + "}");
        questions.push_back("{\"report\":\"spend\",\"limit\":100000,\"group_by\":[" + quoted(by) +
                            ",\"day\"]}");
    }
    std::map<std::string, std::string> all;
    for (const auto& question : questions) all[question] = store.report(question).dump();
    return all;
}

}  // namespace

TEST_CASE("events come out of their bytes as they went in") {
    std::mt19937 random(5);
    const auto rows = randomRows(random, 500);
    const std::string bytes = packed(rows);
    store_sqlite::UsagePackReader reader(bytes);
    for (const auto& row : rows) {
        const UsageRow* read = reader.next();
        REQUIRE(read);
        CHECK(read->call_id == row->row.call_id);
        CHECK(read->numbers == row->row.numbers);
        CHECK(read->texts == row->row.texts);
    }
    CHECK(reader.next() == nullptr);
}

TEST_CASE("bytes that are none are refused, wherever they are broken") {
    std::mt19937 random(6);
    const std::string bytes = packed(randomRows(random, 20));
    size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string broken = bytes.substr(0, random() % 4 == 0 ? random() % bytes.size() : bytes.size());
        for (unsigned n = random() % 3; n > 0 && !broken.empty(); --n)
            broken[random() % broken.size()] = static_cast<char>(random());
        try {
            size_t sum = 0;
            store_sqlite::UsagePackReader reader(broken);
            while (const UsageRow* row = reader.next()) {
                for (const auto text : row->texts)
                    sum += static_cast<size_t>(std::count(text.begin(), text.end(), 'a'));
            }
            CHECK(sum < broken.size() * 2'000);
        } catch (const store_sqlite::SqlError& error) {
            CHECK(error.corrupt());
            ++refused;
        }
    }
    CHECK(refused > 1'000);
    CHECK_THROWS_AS(store_sqlite::Batch("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), store_sqlite::SqlError);
}

TEST_CASE("events of batches that overlap come in the order of their start, page by page") {
    std::mt19937 random(7);
    std::vector<Call> calls;
    for (int i = 0; i < 3'000; ++i) {
        Call call = randomCall(random, i);
        // Written in the order of their end: some began long before.
        const int64_t began = random() % 10 == 0 ? static_cast<int64_t>(random() % 100'000'000) : 0;
        call.start_ms = kNov21 + 86'400'000 + i * 50'000LL - began;
        calls.push_back(call);
    }
    TestStore store(":memory:");
    for (size_t i = 0; i < calls.size();) {
        const size_t count = 1 + random() % 200;
        CHECK(store.append(recordsOf(calls, i, count)) == SLUICE_OK);
        i += count;
    }
    std::vector<std::pair<int64_t, std::string>> sorted;
    for (const auto& call : calls) sorted.emplace_back(call.start_ms, call.id);
    std::sort(sorted.begin(), sorted.end());
    const auto told = [&](const std::string& more) {
        std::vector<std::string> ids;
        const auto answer = store.report("{\"report\":\"logs\"" + more + "}");
        for (const auto& row : answer["rows"]) ids.push_back(row["request_id"]);
        return ids;
    };
    for (int i = 0; i < 200; ++i) {
        const size_t from = random() % calls.size();
        const size_t to = std::min(calls.size() - 1, from + random() % 1'000);
        const size_t offset = i % 2 == 0 ? 0 : random() % (to - from + 1), limit = 1 + random() % 50;
        std::vector<std::string> wanted;
        for (size_t n = from; n <= to; ++n) wanted.push_back(sorted[n].second);
        if (i % 3 != 0) std::reverse(wanted.begin(), wanted.end());
        wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(offset));
        wanted.resize(std::min(limit, wanted.size()));
        CHECK(told(",\"order\":" + quoted(i % 3 == 0 ? "time" : "-time") +
                   ",\"limit\":" + std::to_string(limit) + ",\"offset\":" + std::to_string(offset) +
                   ",\"from_ms\":" + std::to_string(sorted[from].first) +
                   ",\"to_ms\":" + std::to_string(sorted[to].first)) == wanted);
    }
    // Whole days are passed over.
    CHECK(told(",\"limit\":2,\"offset\":2998") == std::vector{sorted[1].second, sorted[0].second});
    CHECK(told(",\"limit\":2,\"offset\":3000").empty());
}

TEST_CASE("rows of a release before say the same, and what is new stands beside them") {
    const auto calls = callsAtRandom(8, 2'000);
    const Directory directory;
    const auto append = [&](const std::string& name, size_t from, size_t count) {
        TestStore store(directory.file(name));
        for (size_t i = from; i < from + count; i += 250)
            CHECK(store.append(recordsOf(calls, i, std::min<size_t>(250, from + count - i))) == SLUICE_OK);
    };
    append("new", 0, 1'000);
    append("before", 0, 1'000);
    asBefore(directory.file("before"));
    {
        TestStore before(directory.file("before")), fresh(directory.file("new"));
        CHECK(answers(before) == answers(fresh));
    }
    // All of them once more, and as many again: each is there once.
    append("new", 0, 2'000);
    append("before", 0, 2'000);
    const int64_t rows =
        valueIn(directory.file("before"),
                "SELECT max(id) FROM " +
                    store_sqlite::partitionName(store_common::monthOf(store_common::dayOf(kNov21))));
    CHECK(rows > 100);
    CHECK(rows <= 1'000);
    {
        TestStore before(directory.file("before")), fresh(directory.file("new"));
        CHECK(answers(before) == answers(fresh));
        CHECK(before.report(R"({"report":"spend"})")["overall"]["requests"] == 2'000);
    }
}

TEST_CASE("months with both kinds go when they are too old") {
    auto calls = callsAtRandom(9, 400);
    for (auto& call : calls) call.start_ms -= 3'000 * store_common::kDayMs;
    const Directory directory;
    CHECK(TestStore(directory.file()).append(recordsOf(calls, 0, 200)) == SLUICE_OK);
    asBefore(directory.file());
    CHECK(TestStore(directory.file()).append(recordsOf(calls, 200, 200)) == SLUICE_OK);
    const auto tables = [&] {
        return valueIn(directory.file(), "SELECT count(*) FROM sqlite_master WHERE name GLOB 'usage_2*'");
    };
    CHECK(tables() >= 7);
    TestStore store(directory.file(), ",\"retention_days\":1");
    for (int i = 0; i < 1'000 && tables() > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(tables() == 0);
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 400);
    checkWhole(directory.file());
}

// Texts that want to be SQL, JSON or too long, in every field that there is.
#include "store_common/question.h"
#include "support.h"

using namespace store_tests;

namespace {

const std::string kHostile[] = {
    "'); DROP TABLE documents; --",
    "\"; DELETE FROM names; --",
    "x' OR '1'='1",
    "%' UNION SELECT json FROM documents --",
    std::string("nul\0in the middle", 17),
    "\xFF\xFE no UTF-8 \xC3",
    "{\"$secret\":\"X\"}",
    "\\u0000\n\r\t\x01",
    "ключ 密钥 🔑",
};

}  // namespace

TEST_CASE("hostile texts in documents are texts") {
    TestStore store(":memory:");
    for (const auto& text : kHostile) {
        CHECK(store.put(text, "{\"a\":" + sluice::jsonQuoted(text) + "}") == SLUICE_OK);
        CHECK(store.put("a", "{}", SLUICE_STORE_ANY, text) == SLUICE_E_INVALID);
    }
    Listener keys;
    CHECK(store.watch("key", keys) > 0);
    REQUIRE(keys.told().size() == std::size(kHostile));
    for (size_t i = 0; i < std::size(kHostile); ++i) CHECK(keys.told()[i].id == kHostile[i]);
    Listener nobody;
    CHECK(store.watch(kHostile[0], nobody) > 0);
    CHECK(nobody.told().empty());
}

TEST_CASE("hostile texts in events are texts") {
    TestStore store(":memory:");
    for (size_t i = 0; i < std::size(kHostile); ++i) {
        const auto& text = kHostile[i];
        sluice_record record = Call{text};
        const sluice_str hostile = sluice::str(text);
        for (sluice_str* field :
             {&record.outcome,       &record.route,          &record.model,    &record.call_type,
              &record.key_id,        &record.key_alias,      &record.tenant,   &record.user,
              &record.team,          &record.organization,   &record.end_user, &record.model_group,
              &record.deployment_id, &record.upstream_model, &record.provider, &record.api_base,
              &record.error,         &record.error_class,    &record.client,   &record.user_agent,
              &record.attributes})
            *field = hostile;
        CHECK(store.append({record}) == SLUICE_OK);
        const auto attributes = tagged("[" + sluice::jsonQuoted(text) + "]");
        record.attributes = sluice::str(attributes);
        const std::string second = "second" + std::to_string(i);
        record.call_id = sluice::str(second);
        CHECK(store.append({record, record}) == SLUICE_OK);
    }
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 2 * std::size(kHostile));
    CHECK(store.report(R"({"report":"logs","limit":1000})")["rows"].size() == 2 * std::size(kHostile));
    CHECK(store.report(R"({"report":"tags"})")["rows"].size() == std::size(kHostile));
    for (const auto& name : store_common::kByNames) {
        const auto by = sluice::jsonQuoted(name);
        CHECK(store.report("{\"report\":\"spend\",\"group_by\":" + by + "}")["total"] == std::size(kHostile));
        CHECK(store.report("{\"report\":\"activity\",\"breakdown\":[" + by + "]}")["days"].size() == 1);
        CHECK(store.report("{\"report\":\"totals\",\"dimension\":" + by + "}")["rows"].size() ==
              std::size(kHostile));
    }
}

TEST_CASE("hostile texts in questions find nothing else") {
    TestStore store(":memory:");
    CHECK(store.append({Call{"a"}}) == SLUICE_OK);
    for (const auto& text : kHostile) {
        const auto value = sluice::jsonQuoted(text);
        for (const auto& name : store_common::kByNames) {
            const auto where = "\"where\":{" + sluice::jsonQuoted(name) + ":" + value + "}";
            CHECK(store.report("{\"report\":\"spend\"," + where + "}")["overall"]["requests"] == 0);
            CHECK(store.report("{\"report\":\"logs\"," + where + "}")["rows"].empty());
            CHECK(store.report("{\"report\":\"activity\"," + where + "}")["days"].empty());
        }
        CHECK(store.report("{\"report\":\"logs\",\"where\":{\"call_id\":" + value + "}}")["rows"].empty());
        for (const char* member : {"report", "group_by", "order", "from", "to", "breakdown", "dimension"}) {
            for (const char* report : {"spend", "activity", "totals", "logs", "names"}) {
                std::string question = std::string("{\"report\":\"") + report + "\"";
                if (std::string(member) == "report") question = "{";
                question += (question.size() > 1 ? "," : "") + sluice::jsonQuoted(member) + ":" + value + "}";
                INFO(question);
                CHECK(store.refusal(question).find("; allowed: ") != std::string::npos);
            }
        }
        CHECK(store.refusal("{\"report\":\"spend\"," + value + ":1}").find("unknown member") !=
              std::string::npos);
        CHECK(store.refusal(text).find("; allowed: ") != std::string::npos);
    }
    CHECK(store.report(R"({"report":"spend"})")["overall"]["requests"] == 1);
}

TEST_CASE("long texts are cut, long attributes left out") {
    TestStore store(":memory:");
    const std::string long_text(1'000'000, 'x');
    sluice_record record = Call{"a"};
    record.error = record.key_id = record.user_agent = record.call_id = sluice::str(long_text);
    const auto attributes = "{\"tags\":\"[]\",\"x\":\"" + long_text + "\"}";
    record.attributes = sluice::str(attributes);
    CHECK(store.append({record, record}) == SLUICE_OK);
    CHECK(store.append({record}) == SLUICE_OK);
    const auto rows = store.report(R"({"report":"logs"})")["rows"];
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["error"].get<std::string>().size() == 4'096);
    CHECK(rows[0]["api_key"].get<std::string>().size() == 512);
    CHECK(rows[0]["attributes"].empty());
}

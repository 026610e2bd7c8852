// What is no question is answered with what was found, where, and what is allowed.
#include "support.h"

using namespace store_tests;

TEST_CASE("questions that are none") {
    TestStore store(":memory:");
    const std::pair<const char*, const char*> cases[] = {
        {"", "the question: found no JSON; allowed: a JSON object"},
        {"[]", "the question: found a list; allowed: a JSON object"},
        {"{}", "report: found nothing; allowed: spend, activity, totals, logs, tags, names"},
        {R"({"report":"sp\"end"})", R"(report: found "sp\"end"; allowed: spend, activity)"},
        {R"({"report":"spend","colour":1})",
         R"("colour": found an unknown member; allowed: report, group_by, where, from, to, order, limit, offset)"},
        {R"({"report":"spend","group_by":"colour"})",
         "group_by: found the text \"colour\"; allowed: key_id, user"},
        {R"({"report":"spend","group_by":["user","team"]})",
         "group_by: found two dimensions; allowed: one, and day"},
        {R"({"report":"spend","group_by":7})", "group_by: found 7; allowed: a text or a list of texts"},
        {R"({"report":"spend","where":[]})", "where: found a list; allowed: an object"},
        {R"({"report":"spend","where":{"colour":"red"}})",
         "where.\"colour\": found an unknown member; allowed: key_id"},
        {R"({"report":"spend","where":{"user":7}})",
         "where.user: found 7; allowed: a text or a list of texts"},
        {R"({"report":"spend","where":{"user":["a",null]}})", "where.user: found a list with null"},
        {R"({"report":"spend","from":"2026-13-01"})",
         "from: found the text \"2026-13-01\"; allowed: a day such as"},
        {R"({"report":"spend","from":"2026-02-30"})", "from: found the text"},
        {R"({"report":"spend","from":"2026-02-02","to":"2026-02-01"})", "from: found a day after \"to\""},
        {R"({"report":"spend","limit":-1})", "limit: found -1; allowed: a whole number from 0 to 100000"},
        {R"({"report":"spend","limit":1.5})", "limit: found 1.5"},
        {R"({"report":"spend","limit":18446744073709551615})", "limit: found 18446744073709551615"},
        {R"({"report":"spend","order":"colour"})",
         "order: found the text \"colour\"; allowed: spend, requests, tokens"},
        {R"({"report":"spend","group_by":"tag","where":{"end_user":"x"}})",
         "the question: found tag and end_user"},
        {R"({"report":"totals"})", "dimension: found nothing; allowed: key_id"},
        {R"({"report":"totals","dimension":"key_id","since":1})", "\"since\": found an unknown member"},
        {R"({"report":"logs","where":{"call_id":["a"]}})", "where.call_id: found a list; allowed: a text"},
        {R"({"report":"logs","order":"spend"})", "order: found the text \"spend\"; allowed: time, -time"},
        {R"({"report":"activity","breakdown":["colour"]})", "breakdown: found the text \"colour\""},
        {R"({"report":"tags","where":{}})", "\"where\": found an unknown member"},
    };
    for (const auto& [question, fault] : cases) {
        INFO(question);
        const auto words = store.refusal(question);
        INFO(words);
        CHECK(words.find(fault) == 0);
    }
    CHECK(store.refusal("{\"report\":\"spend\",\"x\":\"" + std::string(2'000'000, 'x') + "\"}")
              .find("the question: found 2000") == 0);
}

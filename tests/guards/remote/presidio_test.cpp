// Presidio: what it is asked, places, the anonymizer, lists.
#include "asking.h"

using namespace guard_remote::testing;
using guard_remote::Guard;

TEST_CASE("presidio: what is asked", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[[],[]]"});
    auto guard = host.load<Guard>(
        kPresidio + R"(,"pii_entities_config":{"PERSON":"MASK","US_SSN":"BLOCK"},"presidio_language":"de",)" +
        R"("presidio_phrase_allow_list":["Acme"],"presidio_ad_hoc_recognizers":[{"name":"Zip"}]})");
    auto request = host.request(talk({{"user", "one"}, {"assistant", ""}, {"user", "two"}, {"user", " \n"}}));
    CHECK(guard.preCall(request).continued());
    REQUIRE(host.http.asked().size() == 1);
    CHECK(host.http.asked()[0].url == kOrigin + "/analyze");
    CHECK(host.http.asked()[0].method == "POST");
    CHECK(fieldOf(host.http.asked()[0], "content-type") == "application/json");
    CHECK(asked(host, 0) == Json{{"text", {"one", "two"}},
                                 {"language", "de"},
                                 {"entities", {"PERSON", "US_SSN"}},
                                 {"allow_list", {"Acme"}},
                                 {"ad_hoc_recognizers", {{{"name", "Zip"}}}}});
}

TEST_CASE("presidio: a request's own language and entities", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[]"});
    auto guard = host.load<Guard>(kPresidio + R"(,"pii_entities_config":{"PERSON":"MASK"}})");
    auto request = host.request(chat("x")).withGuard(
        SLUICE_GUARD_PRE_CALL, R"({"language":"es","entities":["IBAN_CODE","PERSON",7]})");
    CHECK(guard.preCall(request).continued());
    CHECK(asked(host, 0)["language"] == "es");
    CHECK(asked(host, 0)["entities"] == Json{"PERSON", "IBAN_CODE"});  // never fewer than configured
    auto strange =
        host.request(chat("x")).withGuard(SLUICE_GUARD_PRE_CALL, R"({"language":7,"entities":"all"})");
    CHECK(guard.preCall(strange).continued());
    CHECK(asked(host, 1)["entities"] == Json{"PERSON"});
    auto plain = host.request(chat("x"));
    CHECK(guard.preCall(plain).continued());
    CHECK(host.http.asked().size() == 3);  // with other wishes it is another question
    auto same = host.request(chat("x"));
    CHECK(guard.preCall(same).continued());
    CHECK(host.http.asked().size() == 3);
}

TEST_CASE("presidio: thresholds, a deny list, and who is skipped", "[presidio]") {
    FakeHost host;
    host.http.answer(kOrigin, {200, "[" + finding("PERSON", 0, 3, 0.5) + "," + finding("URL", 4, 7, 0.6) +
                                        "," + finding("DATE_TIME", 8, 11, 0.99) + "]"});
    auto guard = host.load<Guard>(
        kPresidio +
        R"(,"presidio_score_thresholds":{"ALL":0.7,"URL":0.6},"presidio_entities_deny_list":["DATE_TIME"],)" +
        R"("presidio_skip_system_developer_message":true,"presidio_filter_scope":"input"})");
    auto request = host.request(talk({{"system", "Ann www now"}, {"user", "Ann www now"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == talk({{"system", "Ann www now"}, {"user", "Ann <URL> now"}}));
    CHECK(Json::parse(request.guardReport())["entities"] == Json{{"URL", 1}});
    request.withResponse(200, answer("Ann www now"));
    CHECK(guard.postCall(request).continued());
    CHECK(request.responseBody() == answer("Ann www now"));
    CHECK(host.http.asked().size() == 1);
}

TEST_CASE("presidio: places that are not in the text are no answer", "[presidio]") {
    const std::vector<std::string> wrong{
        "[" + finding("PERSON", 0, 27) + "]",
        "[" + finding("PERSON", 5, 4) + "]",
        R"([{"entity_type":"PERSON","start":-1,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":0.5,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":"0","end":3,"score":1}])",
        R"([{"entity_type":7,"start":0,"end":3,"score":1}])",
        R"([{"start":0,"end":3,"score":1}])",
        R"([{"entity_type":"PERSON","start":0,"end":3,"score":null}])",
        R"([{"entity_type":"PERSON","start":1e300,"end":1e301,"score":1}])",
        R"([{"entity_type":"PERSON","start":18446744073709551615,"end":3,"score":1}])",
        "[[]]",
        "[7]",
        "{}",
        "\"\""};
    for (const auto& body : wrong) {
        INFO(body);
        FakeHost host;
        host.http.answer(kOrigin, {200, body});
        auto guard = host.load<Guard>(kPresidio + "}");
        auto request = host.request(chat(kText));
        CHECK(guard.preCall(request).notScanned());
        CHECK(request.body() == chat(kText));
    }
    // Up to the last character of a text of several bytes each.
    FakeHost host;
    host.http.answer(kOrigin, {200, "[" + finding("PERSON", 1, 3) + "]"});
    auto guard = host.load<Guard>(kPresidio + "}");
    auto request = host.request(chat("\u6f22\u5b57\U0001F600"));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("\u6f22<PERSON>"));
}

TEST_CASE("presidio: the anonymizer says what stands in the place of findings", "[presidio]") {
    const std::string config = kPresidio + R"(,"presidio_anonymizer_api_base":"http://anonymizer.test"})";
    FakeHost host;
    host.http.answer(kOrigin + "/analyze",
                     {200, "[[" + finding("PERSON", 6, 9) + "," + finding("PERSON", 0, 5) + "],[" +
                               finding("URL", 0, 3) + "]]"});
    // In any order, as the real one does it: from the end.
    host.http.answer(
        "http://anonymizer.test/anonymize",
        {200,
         R"({"text":"<A>|<B>|<C>|","items":[{"start":8,"end":11,"text":"<C>","operator":"replace","entity_type":"URL"},)"
         R"({"start":4,"end":7,"text":"<B>"},{"start":0,"end":3,"text":"<A>"}]})"});
    auto guard = host.load<Guard>(config);
    auto request = host.request(talk({{"user", "J\u00f6rg\u00e9 Ann says"}, {"user", "www"}}));
    CHECK(guard.preCall(request).continued());
    REQUIRE(host.http.asked().size() == 2);
    CHECK(asked(host, 1)["text"] == "J\u00f6rg\u00e9|Ann|www|");
    CHECK(asked(host, 1)["analyzer_results"][2] == Json::parse(finding("URL", 10, 13)));
    CHECK(request.body() == talk({{"user", "<A> <B> says"}, {"user", "<C>"}}));

    for (const std::string wrong :
         {R"({"text":"x"})", R"({"text":"x","items":[]})", R"({"items":[{"start":0,"text":1}]})", "[]", ""}) {
        FakeHost broken;
        broken.http.answer(kOrigin + "/analyze", {200, "[" + finding("PERSON", 0, 3) + "]"});
        broken.http.answer("http://anonymizer.test/anonymize", {200, wrong});
        auto other = broken.load<Guard>(config);
        auto asking = broken.request(chat("Ann"));
        CHECK(other.preCall(asking).notScanned());
    }
}

TEST_CASE("presidio: a server that knows no lists is asked one by one", "[presidio]") {
    FakeHost host;
    host.http.next({500, R"({"error":"str expected"})"});
    for (int i = 0; i < 4; ++i) host.http.next({200, "[]"});
    auto guard = host.load<Guard>(kPresidio + "}");
    auto request = host.request(talk({{"user", "one"}, {"user", "two"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(host.http.asked().size() == 3);
    auto next = host.request(talk({{"user", "three"}, {"user", "four"}}));
    CHECK(guard.preCall(next).continued());
    REQUIRE(host.http.asked().size() == 5);
    CHECK(asked(host, 4)["text"] == "four");
    // One that is overloaded is not asked more often for it.
    FakeHost busy;
    busy.http.answer(kOrigin, {429, ""});
    auto other = busy.load<Guard>(kPresidio + "}");
    auto asking = busy.request(talk({{"user", "one"}, {"user", "two"}}));
    CHECK(other.preCall(asking).notScanned());
    CHECK(busy.http.asked().size() == 1);
}

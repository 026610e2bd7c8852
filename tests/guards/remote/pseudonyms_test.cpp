// What was masked in a request comes back in its answer, and nothing else does.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace guard_remote::testing;
using guard_remote::Guard;
using guard_remote::Pseudonyms;

namespace {

const std::string kConfig =
    R"({"guardrail":"presidio","presidio_analyzer_api_base":"http://service.test","output_parse_pii":true,)"
    R"("stream_chunk_chars":10,"stream_overlap_chars":4})";
const std::string kBody =
    R"({"model":"m","messages":[{"role":"user","content":"Ann and B\"ob"},{"role":"user","content":"Ann"}])";

std::string finding(size_t start, size_t end) {
    return R"({"entity_type":"PERSON","score":1,"start":)" + std::to_string(start) +
           ",\"end\":" + std::to_string(end) + "}";
}

// A request whose two names are masked; from then on the service finds nothing.
FakeRequest asked(FakeHost& host, FakePlugin& guard, uint32_t modes, const std::string& more = "}") {
    host.http.next({200, "[[" + finding(0, 3) + "," + finding(8, 12) + "],[" + finding(0, 3) + "]]"});
    auto request = host.request(kBody + more).withGuard(modes);
    REQUIRE(guard.preCall(request).continued());
    CHECK(
        request.body() ==
        R"({"model":"m","messages":[{"role":"user","content":"<PERSON_1> and <PERSON_2>"},{"role":"user","content":"<PERSON_1>"}])" +
            more);
    host.http.answer(kOrigin, {200, "[]"});
    return request;
}

}  // namespace

TEST_CASE("names of what is masked", "[pseudonyms]") {
    Pseudonyms names;
    CHECK(names.empty());
    CHECK(names.placesIn("<PERSON_1>").empty());
    CHECK(names.nameFor({0, 1, "", 1, "<PERSON>"}, "Ann") == "<PERSON_1>");
    CHECK(names.nameFor({0, 1, "", 1, "<PERSON>"}, "Bob") == "<PERSON_2>");
    CHECK(names.nameFor({0, 1, "", 1, "<PERSON>"}, "Ann") == "<PERSON_1>");
    CHECK(names.nameFor({0, 1, "", 1, "***"}, "x") == "***_1");
    CHECK(names.nameFor({0, 1, "", 1, ""}, "gone").empty());
    const auto places = names.placesIn("<PERSON_1><PERSON_12><PERSON_2");
    REQUIRE(places.size() == 1);
    CHECK(*places[0].original == "Ann");
    for (int i = 2; i < 20; ++i) (void)names.nameFor({0, 1, "", 1, "***"}, std::to_string(i));
    const auto longer = names.placesIn("a ***_12 b");
    REQUIRE(longer.size() == 1);
    CHECK(longer[0].end == 8);  // not ***_1
    const std::string text = "so <PERSON_1> and <PERS";
    for (size_t size = 0; size <= text.size(); ++size) {
        const size_t safe = names.safe(text, size);
        CHECK(safe == (size > 3 && size < 13 ? 3 : size > 18 ? 18 : size));
    }
    for (int i = 0; i < 2000; ++i) (void)names.nameFor({0, 1, "", 1, "<X>"}, std::to_string(i));
    CHECK(names.nameFor({0, 1, "", 1, "<X>"}, "1999") == "<X>");
}

TEST_CASE("answers get back what was masked, also within JSON", "[pseudonyms]") {
    FakeHost host;
    auto guard = host.load<Guard>(kConfig);
    auto request = asked(host, guard, SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL);
    host.http.answer(kOrigin, {200, "[[],[]]"});
    request.withResponse(
        200,
        R"({"choices":[{"message":{"content":"<PERSON_2>, not <PERSON_3>","arguments":"{\"to\":\"<PERSON_2>\"}"}}]})");
    CHECK(guard.postCall(request).continued());
    CHECK(
        request.responseBody() ==
        R"({"choices":[{"message":{"content":"B\"ob, not <PERSON_3>","arguments":"{\"to\":\"B\\\"ob\"}"}}]})");
    // Another request knows nothing of it.
    host.http.answer(kOrigin, {200, "[]"});
    auto other = host.request(R"({"model":"m"})");
    REQUIRE(guard.preCall(other).continued());
    other.withResponse(200, answer("<PERSON_1>"));
    CHECK(guard.postCall(other).continued());
    CHECK(other.responseBody() == answer("<PERSON_1>"));
}

TEST_CASE("streams get it back however they are cut, guarded or not", "[pseudonyms]") {
    for (const uint32_t modes : {SLUICE_GUARD_PRE_CALL, SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL}) {
        for (uint64_t seed = 0; seed < 40; ++seed) {
            INFO(seed);
            FakeHost host;
            auto guard = host.load<Guard>(kConfig);
            auto request = asked(host, guard, modes, R"(,"stream":true})");
            auto stream = host.stream(request);
            REQUIRE(stream.pushCut("dear <PERSON_1>, a < b; <PERSON_2><PERSON_1 and <PERSON_1>", seed));
            REQUIRE(stream.pushCut(R"({"to":"<PERSON_2>"})", seed, SLUICE_LANE_TOOL_ARGS));
            REQUIRE(stream.end());
            CHECK(stream.text() == "dear Ann, a < b; B\"ob<PERSON_1 and Ann");
            CHECK(stream.text(SLUICE_LANE_TOOL_ARGS) == R"({"to":"B\"ob"})");
        }
    }
}

TEST_CASE("what an analyzer finds in a name is let be", "[pseudonyms]") {
    FakeHost host;
    auto guard = host.load<Guard>(kConfig);
    auto request = asked(host, guard, SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL);
    host.http.answer(kOrigin, {200, "[" + finding(1, 9) + "," + finding(15, 18) + "]"});
    request.withResponse(200, answer("<PERSON_1> and Eve"));
    CHECK(guard.postCall(request).continued());
    CHECK(request.responseBody() == answer("Ann and <PERSON>"));
}

// data/http/probe_requests.jsonl: 83 requests of MDA2AV/Http11Probe with the answer that RFC 9110 and 9112
// ask for.
#include <set>

#include "http/serving.h"
#include "support/test_data.h"

using namespace sluice;
using test::Served;

namespace {

// What we answer where the file leaves a choice (levels May and Should, or "400 or 2xx"), and why.
struct Choice {
    int status;
    const char* why;
};
const std::map<std::string, Choice> kChoices{
    {"RFC9112-2.2-BARE-LF-REQUEST-LINE", {400, "lines end with CRLF"}},
    {"RFC9112-3.2-FRAGMENT-IN-TARGET", {400, "a target has no fragment"}},
    {"RFC9112-2.3-HTTP09-REQUEST", {400, "no HTTP/0.9"}},
    {"COMP-ABSOLUTE-FORM", {200, ""}},
    {"COMP-POST-CL-BODY", {200, ""}},
    {"COMP-CHUNKED-BODY", {200, ""}},
    {"COMP-CHUNKED-NO-FINAL", {400, "a truncated body is no body"}},
    {"COMP-UPGRADE-POST", {200, "upgrades are not offered: the request is served as it is"}},
    {"COMP-EXPECT-UNKNOWN", {417, ""}},
    {"COMP-GET-WITH-CL-BODY", {200, "framing does not depend on the method"}},
    {"COMP-CHUNKED-EXTENSION", {200, ""}},
    {"COMP-UPGRADE-INVALID-VER", {200, "upgrades are not offered"}},
    {"COMP-METHOD-TRACE", {200, "the codec knows no methods; the routes do"}},
    {"COMP-REQUEST-LINE-TAB", {400, "one space, no tab"}},
    {"COMP-CONNECTION-CLOSE", {200, ""}},
    {"COMP-HTTP10-DEFAULT-CLOSE", {200, ""}},
    {"COMP-HTTP10-NO-HOST", {200, ""}},
    {"COMP-HTTP12-VERSION", {200, "a later minor of version 1 is served as 1.1"}},
    {"COMP-CHUNKED-TRAILER-VALID", {200, ""}},
    {"COMP-CHUNKED-HEX-UPPERCASE", {200, ""}},
    {"COMP-HEAD-NO-BODY", {200, ""}},
    {"COMP-405-ALLOW", {200, "the codec knows no methods; the routes do"}},
    {"COMP-DATE-HEADER", {200, ""}},
    {"COMP-NO-1XX-HTTP10", {200, ""}},
    {"COMP-CONTENT-TYPE", {200, ""}},
    {"COMP-DUPLICATE-CT", {400, "two readers could take different ones"}},
    {"COMP-TRACE-SENSITIVE", {200, "the codec knows no methods; the routes do"}},
    {"COMP-POST-UNSUPPORTED-CT", {200, ""}},
    {"SMUG-TE-XCHUNKED", {400, ""}},
    {"SMUG-TE-TRAILING-SPACE", {400, "Transfer-Encoding with Content-Length"}},
    {"SMUG-TE-LEADING-COMMA", {400, ""}},
    {"SMUG-TE-IDENTITY", {400, ""}},
    {"SMUG-TRANSFER_ENCODING", {200, "another field than Transfer-Encoding"}},
    {"SMUG-CHUNKED-WITH-PARAMS", {400, ""}},
    {"SMUG-TRAILER-AUTH", {400, "a forbidden trailer"}},
    {"SMUG-OPTIONS-CL-BODY", {200, "framing does not depend on the method"}},
    {"SMUG-TE-OBS-FOLD", {400, ""}},
    {"SMUG-TECL-CONN-CLOSE", {400, ""}},
    {"SMUG-CLTE-DESYNC", {400, ""}},
    {"SMUG-GET-CL-PREFIX-DESYNC", {400, "no empty line before the request line"}},
    {"SMUG-CL0-BODY-POISON", {200, "the byte behind it is refused as a request of its own"}},
    {"SMUG-GET-CL-BODY-DESYNC", {200, "the body is read, so nothing is left to be a request"}},
    {"SMUG-OPTIONS-TE-OBS-FOLD", {400, ""}},
    {"SMUG-CHUNK-INVALID-SIZE-DESYNC", {400, ""}},
    {"SMUG-PIPELINE-SAFE", {200, ""}},
    {"MAL-INCOMPLETE-REQUEST", {400, ""}},
    {"MAL-WHITESPACE-ONLY-LINE", {400, ""}},
    {"MAL-CL-TAB-BEFORE-VALUE", {200, "a tab is OWS"}},
    {"MAL-URL-PERCENT-NULL", {200, "nothing is decoded here"}},
    {"MAL-URL-PERCENT-CRLF", {200, "nothing is decoded here"}},
    {"NORM-SP-BEFORE-COLON-CL", {400, ""}},
    {"NORM-CASE-TE", {400, "Transfer-Encoding with Content-Length"}},
    {"NORM-UNDERSCORE-TE", {200, "another field than Transfer-Encoding"}},
    {"COOK-EMPTY", {200, ""}},
    {"COOK-MALFORMED", {200, ""}},
    {"COOK-MULTI-HEADER", {200, ""}},
    {"COOK-PARSED-SPECIAL", {200, ""}},
    {"CAP-ETAG-304", {200, "conditional requests are for routes"}},
    {"CAP-LAST-MODIFIED-304", {200, "conditional requests are for routes"}},
    {"CAP-INM-WILDCARD", {200, "conditional requests are for routes"}},
};

std::string withHost(std::string bytes) {
    for (size_t at; (at = bytes.find("@@HOST@@")) != std::string::npos;) bytes.replace(at, 8, "gateway:4000");
    return bytes;
}

std::string bodyOf(const std::string& id) {
    if (id == "COMP-POST-CL-BODY" || id == "COMP-CHUNKED-BODY" || id == "COMP-CHUNKED-TRAILER-VALID" ||
        id == "COMP-CHUNKED-EXTENSION")
        return "hello";
    return id == "COMP-CHUNKED-HEX-UPPERCASE" ? "helloworld" : "";
}

}  // namespace

TEST_CASE("Http11Probe: every request gets the status that the RFCs ask for", "[http][data]") {
    const auto rows = test::testData("http/probe_requests.jsonl");
    if (!rows) return;
    CHECK(rows->size() == 83);
    size_t fixed = 0;
    for (const auto& row : *rows) {
        const auto id = row["id"].get<std::string>();
        CAPTURE(id);
        const auto served =
            test::serveHowever(withHost(test::base64Decoded(row["request_b64"].get<std::string>())));
        REQUIRE_FALSE(served.empty());
        if (row["expected_status"].is_null()) {
            REQUIRE(kChoices.count(id) == 1);
            CHECK(served[0].status == kChoices.at(id).status);
        } else {
            ++fixed;
            CHECK(kChoices.count(id) == 0);
            const auto expected = row["expected_status"].get<std::string>();
            CHECK(served[0].status == (expected == "Range2xx" ? 200 : 400));
            if (expected != "Range2xx") CHECK(expected == "Exact(400)");
        }
        if (served[0].status != 200) CHECK(served.size() == 1);
        if (!bodyOf(id).empty()) CHECK(served[0].body == bodyOf(id));
    }
    CHECK(fixed + kChoices.size() == rows->size());
}

TEST_CASE("Http11Probe: what stands behind a body is never taken for a part of it", "[http][data]") {
    const auto rows = test::testData("http/probe_requests.jsonl");
    if (!rows) return;
    const std::set<std::string> poisoned{"SMUG-CL0-BODY-POISON"};
    for (const auto& row : *rows) {
        const auto id = row["id"].get<std::string>();
        CAPTURE(id);
        const std::string marker = "GET /after HTTP/1.1\r\nHost: a\r\n\r\n";
        const auto served =
            test::serve(withHost(test::base64Decoded(row["request_b64"].get<std::string>())) + marker);
        for (size_t i = 1; i < served.size(); ++i) {
            // A second answer is the marker's own, or the refusal of the poison in front of it.
            CHECK((served[i] == Served{200, "GET", "/after", ""} ||
                   (poisoned.count(id) && served[i].status == 200 && served[i].method == "XGET")));
        }
    }
}

// data/http/raw_requests.jsonl: 68 requests of gunicorn's own tests, valid and invalid.
#include "http/serving.h"
#include "support/test_data.h"

using namespace sluice;

namespace {

// Where gunicorn says valid and we refuse, by design.
struct Deviation {
    int status;
    const char* why;
};
const std::map<std::string, Deviation> kDeviations{
    {"valid/012.http", {400, "Content-Type is no trailer: RFC 9110 section 6.5.1"}},
    {"valid/025.http", {501, "only the transfer coding chunked"}},
    {"valid/025_line.http", {501, "only the transfer coding chunked"}},
    {"valid/029.http", {501, "only the transfer coding chunked; identity is gone since RFC 7230"}},
    {"valid/rfc9112_smuggle_gzip_chunked_01.http", {501, "only the transfer coding chunked"}},
    {"valid/rfc9112_smuggle_te_identity_chunked_01.http", {501, "only the transfer coding chunked"}},
    {"valid/rfc9112_target_authority_ipv6_01.http", {501, "CONNECT is for proxies"}},
};

// Statuses other than 400 for what both of us refuse.
const std::map<std::string, int> kStatuses{
    {"invalid/006.http", 414}, {"invalid/008.http", 431},        {"invalid/009.http", 431},
    {"invalid/017.http", 431}, {"invalid/version_02.http", 505}, {"invalid/chunked_04.http", 501},
};

// Most lack a Host line; RFC 9112 section 3.2 does not let HTTP/1.1 get away without.
std::string withHost(const std::string& id, std::string bytes) {
    std::string lower = bytes;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (lower.find("\nhost:") != std::string::npos) return bytes;
    const bool two_requests = id == "valid/018.http";
    const std::string version = " HTTP/1.1";
    for (size_t at = bytes.find("\r\n"); at != std::string::npos;
         at = two_requests ? bytes.find("\r\n", at + 1) : std::string::npos) {
        if (at >= version.size() && bytes.compare(at - version.size(), version.size(), version) == 0)
            bytes.insert(at + 2, "Host: a\r\n");
    }
    return bytes;
}

// gunicorn's defaults: 4,094 bytes of request line, 100 fields, 8,190 bytes a field, line ends included. Ours
// does not count line ends, and allows 32 bytes for method and version.
base::Limits gunicornLimits() {
    base::Limits limits;
    limits.target_bytes_max = 4'094 - 2 - 32;
    limits.head_fields_max = 100;
    limits.field_bytes_max = 8'190 - 2;
    return limits;
}

// The bodies that gunicorn expects, where a request has one.
const std::map<std::string, std::string> kBodies{
    {"valid/001.http", "{\"nom\": \"nom\"}"},
    {"valid/011.http", "hello world"},
    {"valid/013.http", "hello world"},
    {"valid/020.http", "GET /second HTTP/1.1\r\n\r\n"},
    {"valid/040.http", "tricked"},
    {"valid/rfc9112_chunked_ext_quoted_01.http", "hello"},
};

}  // namespace

TEST_CASE("gunicorn's requests: the valid are served, the invalid refused", "[http][data]") {
    const auto rows = test::testData("http/raw_requests.jsonl");
    if (!rows) return;
    CHECK(rows->size() == 68);
    const auto limits = gunicornLimits();
    size_t deviations = 0, bodies = 0;
    for (const auto& row : *rows) {
        const auto id = row["id"].get<std::string>();
        CAPTURE(id);
        const auto served = test::serveHowever(
            withHost(id, test::base64Decoded(row["request_b64"].get<std::string>())), limits);
        REQUIRE_FALSE(served.empty());
        if (const auto deviation = kDeviations.find(id); deviation != kDeviations.end()) {
            ++deviations;
            CHECK(row["expect"] == "valid");
            CHECK(served[0].status == deviation->second.status);
            CHECK(served.size() == 1);
        } else if (row["expect"] == "valid") {
            for (const auto& one : served) CHECK(one.status == 200);
            if (const auto body = kBodies.find(id); body != kBodies.end()) {
                ++bodies;
                CHECK(served[0].body == body->second);
            }
        } else {
            const auto status = kStatuses.find(id);
            CHECK(served.back().status == (status == kStatuses.end() ? 400 : status->second));
            CHECK(served.size() == 1);
        }
    }
    CHECK(deviations == kDeviations.size());
    CHECK(bodies == kBodies.size());
}

TEST_CASE("gunicorn's pipelined requests are served one after the other", "[http][data]") {
    const auto rows = test::testData("http/raw_requests.jsonl");
    if (!rows) return;
    for (const auto& row : *rows) {
        const auto id = row["id"].get<std::string>();
        if (id != "valid/018.http" && id != "valid/019.http") continue;
        const auto served =
            test::serve(withHost(id, test::base64Decoded(row["request_b64"].get<std::string>())));
        const bool persistent =
            id == "valid/018.http";  // the other is HTTP/1.0: one request, then the connection closes
        REQUIRE(served.size() == (persistent ? 2u : 1u));
        CHECK(served[0].target == "/first");
        if (persistent) CHECK(served[1].target == "/second");
    }
}

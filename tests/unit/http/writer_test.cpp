#include "http/writer.h"

using namespace sluice::http;

TEST_CASE("status lines and fields are written as RFC 9112 wants them", "[http]") {
    std::string out;
    appendStatusLine(out, 200);
    appendField(out, "Content-Type", "text/plain");
    appendField(out, "Content-Length", uint64_t{18446744073709551615u});
    CHECK(out == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 18446744073709551615\r\n");
}

TEST_CASE("a status without a phrase of its own still has one", "[http]") {
    std::string out;
    appendStatusLine(out, 599);
    CHECK(out == "HTTP/1.1 599 Unknown\r\n");
    for (const int status :
         {100, 200, 400, 401, 403, 404, 405, 408, 413, 414, 417, 429, 431, 500, 501, 502, 503, 504, 505}) {
        CAPTURE(status);
        CHECK(reasonPhrase(status) != "Unknown");
    }
}

TEST_CASE("all fields are written in order", "[http]") {
    Fields fields;
    CHECK(fields.add("A", "1"));
    CHECK(fields.add("B", ""));
    std::string out;
    appendFields(out, fields);
    CHECK(out == "A: 1\r\nB: \r\n");
}

TEST_CASE("the date line is an IMF-fixdate", "[http]") {
    const std::string line(dateLine());
    CAPTURE(line);
    REQUIRE(line.size() == 37);
    CHECK(line.substr(0, 6) == "Date: ");
    CHECK(line.substr(line.size() - 6) == " GMT\r\n");
    CHECK(line[9] == ',');
    CHECK(dateLine() == line);
}

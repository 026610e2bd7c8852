#include <catch2/catch.hpp>

#include "upstream/endpoint.h"

using sluice::upstream::Url;

namespace {

std::string targetOf(const char* url) {
    const auto parsed = Url::parse(url);
    return parsed ? parsed->target : "refused";
}

}  // namespace

TEST_CASE("the target of a call is sent as it was written", "[upstream]") {
    CHECK(targetOf("http://h") == "/");
    CHECK(targetOf("http://h:8080/") == "/");
    CHECK(targetOf("http://h?a=b") == "/?a=b");
    CHECK(targetOf("http://[::1]:80/x") == "/x");
    // A signature covers these bytes.
    CHECK(targetOf("https://h/a%2Fb/%3D%2B%20%7e/arn%3Aaws") == "/a%2Fb/%3D%2B%20%7e/arn%3Aaws");
    CHECK(targetOf("https://h/a+b/c=d/(e)") == "/a+b/c=d/(e)");
    CHECK(targetOf("https://h/a/../b//c/.") == "/a/../b//c/.");
    CHECK(targetOf("https://h/p?token=a%2Bb%3D&x=/") == "/p?token=a%2Bb%3D&x=/");
    CHECK(targetOf("https://h/p#part") == "/p");
}

TEST_CASE("what no request line takes is escaped or refused", "[upstream]") {
    CHECK(targetOf("http://h/a b") == "/a%20b");
    CHECK(targetOf("http://h/a\r\nx: y") == "/a%0D%0Ax:%20y");
    CHECK(targetOf("http://h/\xC3\xA4") == "/%C3%A4");
    CHECK(targetOf("http://h/{a}") == "/%7Ba%7D");
    CHECK(targetOf("http://h/50%") == "refused");
    CHECK(targetOf("http://h/%zz") == "refused");
    CHECK(targetOf("ftp://h/") == "refused");
    CHECK(targetOf("http:///x") == "refused");
}

TEST_CASE("messages quote no password and no query", "[upstream]") {
    for (const char* url : {"http://user:s3cret@h:9/x", "ftp://user:s3cret@h", "http://u:s3@cret@h/x",
                            "user:s3cret@h", "http://h/x?key=s3cret", "http://user:s3cret@h:port/x",
                            "http://h:s3cret@/x", "https://s3cret@/", "http://user:s3cret@h/@x?y"}) {
        CAPTURE(url);
        const auto parsed = sluice::upstream::Endpoint::parse(url);
        if (!parsed) CHECK(parsed.error().message.find("s3") == std::string::npos);
    }
    CHECK(sluice::upstream::Endpoint::parse("http://user:s3cret@h:9/x").error().message ==
          "\"http://***@h:9/x\" is not a usable URL: user and password do not belong into a URL");
}

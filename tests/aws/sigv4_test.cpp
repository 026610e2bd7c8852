// AWS's own vectors: the test suite of Signature Version 4 (get-vanilla and its kin) and the example of the
// IAM User Guide; the last two were made with AWS's SDK for Python.
#include <catch2/catch.hpp>

#include "shared_aws/sigv4.h"

namespace {

const sigv4::Credentials kCredentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
constexpr int64_t kTime = 1440938160;  // 2015-08-30T12:36:00Z

std::string signatureOf(sigv4::Request request, const std::string& service,
                        sigv4::Credentials credentials = kCredentials) {
    const auto fields = sigv4::sign(request, credentials, {"us-east-1", service}, kTime);
    REQUIRE(fields.back().first == "authorization");
    const std::string& value = fields.back().second;
    return value.substr(value.find("Signature=") + 10);
}

}  // namespace

TEST_CASE("the vectors of the test suite", "[sigv4]") {
    const sigv4::Fields host{{"host", "example.amazonaws.com"}};
    const std::string vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    CHECK(signatureOf({"GET", "/", "", host, ""}, "service") == vanilla);
    CHECK(signatureOf({"GET", "/./", "", host, ""}, "service") == vanilla);
    CHECK(signatureOf({"GET", "/example/..", "", host, ""}, "service") == vanilla);
    CHECK(signatureOf({"GET", "//", "", host, ""}, "service") == vanilla);
    CHECK(signatureOf({"POST", "/", "", host, ""}, "service") ==
          "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    CHECK(signatureOf({"GET", "/", "Param2=value2&Param1=value1", host, ""}, "service") ==
          "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    CHECK(signatureOf({"GET", "/\xE1\x88\xB4", "", host, ""}, "service") ==
          "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
    CHECK(signatureOf({"GET", "/", "\xE1\x88\xB4=bar", host, ""}, "service") ==
          "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04");
    auto form = host;
    form.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    CHECK(signatureOf({"POST", "/", "", form, "Param1=value1"}, "service") ==
          "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

TEST_CASE("the steps of the IAM User Guide", "[sigv4]") {
    const sigv4::Scope scope{"us-east-1", "iam"};
    const sigv4::Request request{"GET",
                                 "/",
                                 "Action=ListUsers&Version=2010-05-08",
                                 {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                  {"host", "iam.amazonaws.com"},
                                  {"x-amz-date", "20150830T123600Z"}},
                                 ""};
    const auto canonical = sigv4::canonicalRequest(request, scope);
    CHECK(sigv4::hex(sigv4::sha256(canonical)) ==
          "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
    CHECK(sigv4::stringToSign(canonical, scope, "20150830T123600Z") ==
          "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
          "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
    CHECK(sigv4::hex(sigv4::signingKey(kCredentials.secret_access_key, "20150830", scope)) ==
          "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    auto unsigned_yet = request;
    unsigned_yet.headers.pop_back();
    const auto fields = sigv4::sign(unsigned_yet, kCredentials, scope, kTime);
    CHECK(fields.front() == std::pair<std::string, std::string>{"x-amz-date", "20150830T123600Z"});
    CHECK(fields.back().second ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
          "SignedHeaders=content-type;host;x-amz-date, "
          "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST_CASE("what Bedrock and Comprehend are sent", "[sigv4]") {
    auto temporary = kCredentials;
    temporary.session_token = "TOKEN";
    CHECK(signatureOf(
              {"POST",
               "/guardrail/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aguardrail%2Fabc/version/"
               "DRAFT/apply",
               "",
               {{"host", "bedrock-runtime.eu-west-1.amazonaws.com"}, {"content-type", "application/json"}},
               R"({"source":"INPUT"})"},
              "bedrock", temporary) == "5fbc928214d5b0d6d1017369a399d92b9c65e2db55b21ed2e0f72c6efa0b91f0");
    CHECK(signatureOf({"POST",
                       "/",
                       "",
                       {{"host", "comprehend.us-east-1.amazonaws.com"},
                        {"content-type", "application/x-amz-json-1.1"},
                        {"x-amz-target", "Comprehend_20171127.DetectPiiEntities"}},
                       R"({"Text":"x","LanguageCode":"en"})"},
                      "comprehend") == "13c592c5609901f42b8dc6657eeb8d6164ad5628644b2a947dcd32a877b02ea5");
}

TEST_CASE("fields are trimmed, joined and sorted; queries decoded once", "[sigv4]") {
    const sigv4::Scope scope{"us-east-1", "service"};
    CHECK(sigv4::canonicalRequest(
              {"GET",
               "",
               "b=%7E+&a=1&a=%2f&&c",
               {{"My-Header2", "  \"a   b   c\" "}, {"host", "h"}, {"my-header1", "x"}, {"My-Header1", "y"}},
               ""},
              scope) ==
          "GET\n/\na=%2F&a=1&b=~%2B&c=\nhost:h\nmy-header1:x,y\nmy-header2:\"a b c\"\n\n"
          "host;my-header1;my-header2\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sigv4::canonicalRequest({"GET", "/a/../b%20c", "", {}, ""}, {"r", "s3", false}).substr(0, 16) ==
          "GET\n/a/../b%20c\n");
    CHECK(sigv4::canonicalRequest({"GET", "/a/b%20c/", "", {}, ""}, scope).substr(0, 16) ==
          "GET\n/a/b%2520c/\n");
}

// The examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
TEST_CASE("the examples of S3", "[sigv4]") {
    const sigv4::Credentials keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
    constexpr int64_t kMay24 = 1369353600;  // 2013-05-24T00:00:00Z
    const std::pair<std::string, std::string> host{"host", "examplebucket.s3.amazonaws.com"};
    const auto signedWith = [&](const sigv4::Request& request) {
        return sigv4::sign(request, keys, sigv4::s3Scope("us-east-1"), kMay24);
    };
    const auto signatureIn = [](const sigv4::Fields& fields) {
        return fields.back().second.substr(fields.back().second.find("Signature=") + 10);
    };
    const auto get = signedWith({"GET", "/test.txt", "", {host, {"range", "bytes=0-9"}}, ""});
    CHECK(get[0] == std::pair<std::string, std::string>{"x-amz-date", "20130524T000000Z"});
    CHECK(get[1] ==
          std::pair<std::string, std::string>{
              "x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"});
    CHECK(signatureIn(get) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    CHECK(get.back().second.find("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,") !=
          std::string::npos);
    const auto put = signedWith(
        {"PUT",
         "/test%24file.text",
         "",
         {host, {"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
         "Welcome to Amazon S3."});
    CHECK(signatureIn(put) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CHECK(signatureIn(signedWith({"GET", "/", "lifecycle", {host}, ""})) ==
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signatureIn(signedWith({"GET", "/", "max-keys=2&prefix=J", {host}, ""})) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

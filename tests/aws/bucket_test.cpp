#include <catch2/catch.hpp>

#include "shared_aws/bucket.h"
#include "shared_aws/xml.h"

namespace {

s3::Bucket bucketOf(const s3::PlaceOptions& options) {
    return {s3::placeOf(options),
            std::make_shared<s3::KeySigner>(sigv4::Credentials{"id", "secret", "token"}, "eu-west-1")};
}

std::string valueOf(const s3::Call& call, const std::string& name) {
    for (const auto& [known, value] : call.fields) {
        if (known == name) return value;
    }
    return {};
}

std::string urlOf(s3::PlaceOptions options) { return bucketOf(options).get("k", 0).url; }

bool refused(const s3::PlaceOptions& options) {
    try {
        (void)s3::placeOf(options);
        return false;
    } catch (const std::invalid_argument&) {
        return true;
    }
}

}  // namespace

TEST_CASE("where a bucket is", "[s3]") {
    CHECK(urlOf({"logs", "eu-west-1", "", true, false}) == "https://logs.s3.eu-west-1.amazonaws.com/k");
    CHECK(urlOf({"logs", "cn-north-1", "", true, false}) == "https://logs.s3.cn-north-1.amazonaws.com.cn/k");
    CHECK(urlOf({"logs", "eu-west-1", "", false, false}) == "http://logs.s3.eu-west-1.amazonaws.com/k");
    // No certificate covers that name.
    CHECK(urlOf({"my.logs", "eu-west-1", "", true, false}) == "https://s3.eu-west-1.amazonaws.com/my.logs/k");
    CHECK(urlOf({"logs", "", "http://127.0.0.1:9000", true, false}) == "http://127.0.0.1:9000/logs/k");
    CHECK(urlOf({"logs", "", "https://store.acme.com/s3/", true, false}) ==
          "https://store.acme.com/s3/logs/k");
    CHECK(urlOf({"logs", "", "https://store.acme.com", true, true}) == "https://logs.store.acme.com/k");
    // As the gateway writes the field of that name.
    CHECK(s3::placeOf({"logs", "", "https://Store.acme.com:443", true, false}).host_field ==
          "store.acme.com");
    CHECK(s3::placeOf({"logs", "", "http://store:443", true, false}).host_field == "store:443");
    CHECK(s3::placeOf({"logs", "", "http://[::1]:80", true, false}).host_field == "[::1]");
}

TEST_CASE("what is no bucket and no endpoint", "[s3]") {
    for (const char* name : {"", "a/b", "a b", "..", "a..b", "a\nb", "\xC3\xA4"})
        CHECK(refused({name, "eu-west-1", "", true, false}));
    for (const char* region : {"", "eu west", "evil.com/x", "a.b"})
        CHECK(refused({"logs", region, "", true, false}));
    for (const char* url : {"ftp://h", "h:9000", "http://", "http://u:p@h", "http://h/\r\nx", "http://h?x"})
        CHECK(refused({"logs", "", url, true, false}));
}

TEST_CASE("keys are escaped once, and signed as they are sent", "[s3]") {
    const auto bucket = bucketOf({"logs", "", "http://h:1", true, false});
    const auto call = bucket.put("a b/dt=1/+%~\xC3\xA4.json", "{}", {{"content-type", "text/plain"}}, 0);
    CHECK(call.method == "PUT");
    CHECK(call.url == "http://h:1/logs/a%20b/dt%3D1/%2B%25~%C3%A4.json");
    CHECK(valueOf(call, "content-type") == "text/plain");
    CHECK(valueOf(call, "x-amz-security-token") == "token");
    CHECK(valueOf(call, "x-amz-content-sha256") ==
          "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    CHECK(
        valueOf(call, "authorization")
            .find("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") !=
        std::string::npos);
    CHECK(valueOf(call, "host").empty());  // the gateway writes it
    CHECK(bucket.list("a b/", "x+/=", 5, 0).url ==
          "http://h:1/logs?list-type=2&max-keys=5&prefix=a%20b%2F&continuation-token=x%2B%2F%3D");
    const auto many = bucket.removeMany({"a&b", "c"}, 0);
    CHECK(many.url == "http://h:1/logs?delete=");
    CHECK(many.body ==
          "<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key></Object></"
          "Delete>");
    CHECK(valueOf(many, "content-md5").size() == 24);
}

TEST_CASE("answers are read", "[s3]") {
    const auto listing = s3::readListing(
        "<?xml version=\"1.0\"?><ListBucketResult "
        "xmlns=\"x\"><Name>b</Name><Prefix/><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>a&#43;b</NextContinuationToken><Contents><Key>one&amp;&#x41;</"
        "Key><Owner><ID>k</ID>"
        "</Owner></Contents><Contents><Key>two</Key></Contents></ListBucketResult>");
    CHECK(listing.keys == std::vector<std::string>{"one&A", "two"});
    CHECK(listing.next == "a+b");
    CHECK(s3::readListing("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
              .next.empty());
    CHECK_THROWS_AS(s3::readListing("<html>sign in</html>"), std::invalid_argument);
    CHECK(s3::notRemoved("<DeleteResult><Error><Key>a</Key></Error><Error></Error></DeleteResult>") == 2);
    CHECK(s3::notRemoved("<DeleteResult></DeleteResult>") == 0);

    s3::Answer answer;
    CHECK(answer.fault() == "no answer");
    answer.status = 403;
    answer.body =
        "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>AKIA… "
        "secret</Message></Error>";
    CHECK(answer.fault() == "status 403 (SignatureDoesNotMatch)");
    answer.body = "<Error><Code>a \"secret\" text</Code></Error>";
    CHECK(answer.fault() == "status 403");
    answer.fields = {{"x-goog-meta-a", "1"}, {"x-amz-meta-b", "2"}};
    CHECK(s3::Bucket::meta(answer, "a") == "1");
    CHECK(s3::Bucket::meta(answer, "b") == "2");
    CHECK(s3::Bucket::meta(answer, "c").empty());
}

TEST_CASE("XML that is broken is text", "[s3]") {
    CHECK(s3::xml::unescaped("&amp;lt; &lt;&gt;&quot;&apos;") == "&lt; <>\"'");
    CHECK(s3::xml::unescaped("& &; &x; &#; &#x; &#99999999; &") == "& &; &x; &#; &#x; &#99999999; &");
    CHECK(s3::xml::unescaped("&#228;&#x20AC;&#x1F600;") == "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(s3::xml::escaped("<a&b>\n") == "&lt;a&amp;b&gt;&#10;");
    size_t from = 0;
    CHECK_FALSE(s3::xml::element("<Key", "Key", from).has_value());
    CHECK_FALSE(s3::xml::element("<Key>x", "Key", from).has_value());
    CHECK(s3::xml::textOf("<Keys>x</Keys><Key a=\"b\">y</Key>", "Key") == "y");
}

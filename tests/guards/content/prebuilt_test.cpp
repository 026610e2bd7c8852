// The prebuilt patterns: examples, and near misses.
#include <catch2/catch.hpp>

#include "engine/prebuilt.h"

using namespace guard_content;

namespace {

std::vector<std::string> found(std::string_view name, std::string_view text) {
    PrebuiltSet set;
    REQUIRE(prebuiltOf(name));
    set.add(prebuiltOf(name), 0);
    std::vector<Candidate> all;
    set.find(text, 0, all);
    std::vector<std::string> texts;
    for (const auto& c : all) texts.emplace_back(text.substr(c.begin, c.end - c.begin));
    return texts;
}

void finds(std::string_view name, std::string_view text) {
    INFO(name << ": " << text);
    CHECK(found(name, text) == std::vector<std::string>{std::string(text)});
    CHECK(found(name, "it is " + std::string(text) + ", ok") == std::vector<std::string>{std::string(text)});
}

void misses(std::string_view name, std::string_view text) {
    INFO(name << ": " << text);
    CHECK(found(name, text).empty());
}

}  // namespace

TEST_CASE("social security numbers") {
    finds("us_ssn", "123-45-6789");
    finds("us_ssn", "899 12 3456");
    for (const char* text :
         {"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "1123-45-6789",
          "123-45-67890", "123-45-6789-1", "123-456-789", "A123-45-6789", "123-45-6789.5", "x_123-45-6789"})
        misses("us_ssn", text);
    finds("us_ssn_no_dash", "123456789");
    misses("us_ssn_no_dash", "1234567890");
}

TEST_CASE("cards: by prefix and length; a row of digits needs the right sum") {
    finds("visa", "4111111111111111");
    finds("visa", "4532-1234-5678-9010");  // in groups the shape is enough
    finds("visa", "4111 1111 1111 1111");
    finds("mastercard", "5555555555554444");
    finds("mastercard", "2223003122003222");
    finds("amex", "378282246310005");
    finds("amex", "3782-822463-10005");
    finds("discover", "6011111111111117");
    finds("credit_card", "5425-2334-3010-9903");
    for (const char* text : {"4111111111111112", "411111111111111", "41111111111111111", "5111-1111-1111",
                             "4111-1111-1111-1111-1", "x4111111111111111"})
        misses("credit_card", text);
    misses("visa", "5555555555554444");
    misses("amex", "4111111111111111");
}

TEST_CASE("telephone numbers") {
    for (const char* text :
         {"+1-555-123-4567", "(212) 555-0123", "212-555-0123", "212.555.0123", "212 555 0123",
          "1-212-555-0123", "+44 20 7946 0958", "+49 (0)30 123456", "2125550123"})
        if (std::string_view(text).find("(0)") == std::string_view::npos) finds("phone", text);
    for (const char* text : {"1712345678", "123-45-6789", "112-555-0123", "2020-10-12", "12345", "+123",
                             "212-155-0123x", "1.2.3.4.5.6.7.8.9.0"})
        misses("phone", text);
    finds("us_phone", "+1 (212) 555-0123");
    misses("us_phone", "+44 20 7946 0958");
    finds("fr_phone", "0612345678");
    finds("fr_phone", "+33 6 12 34 56 78");
    finds("fr_phone", "06 12 34 56 78");
}

TEST_CASE("keys and tokens") {
    finds("aws_access_key", "AKIAIOSFODNN7EXAMPLE");
    finds("aws_access_key", "ASIAIOSFODNN7EXAMPLE");
    for (const char* text :
         {"AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLEE", "AKIAiosfodnn7example", "BAKIAIOSFODNN7EXAMPLE"})
        misses("aws_access_key", text);
    finds("aws_secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    for (const char* text :
         {"da39a3ee5e6b4b0d3255bfef95601890afd80709", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE",
          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYX", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
        misses("aws_secret_key", text);
    finds("github_token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a");
    finds("github_token", "github_pat_11ABCDEFG0aBcDeFgHiJkL_1234567890abcdefghijABCDEFGHIJ1234567890");
    for (const char* text : {"ghp_16C7e42F", "ghx_16C7e42F292c6912E7710c838347Ae178B4a",
                             "ghp-16C7e42F292c6912E7710c838347Ae178B4a"})
        misses("github_token", text);
    finds("slack_token", "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx");
    misses("slack_token", "xoxb-words-and-more-words-and-more");
    CHECK(found("generic_api_key", "api_key = \"abcdefghij0123456789\"").size() == 1);
    CHECK(found("generic_api_key", "API-KEY: abcdefghij_0123456789").size() == 1);
    CHECK(found("generic_api_key", "{\"apiKey\":\"abcdefghij0123456789\"}").size() == 1);
    misses("generic_api_key", "api key is needed for everything here");
}

TEST_CASE("addresses of people and machines") {
    for (const char* text : {"user@example.com", "a.b+c@sub.example.co.uk", "x_1@xn--bcher-kva.example"})
        finds("email", text);
    CHECK(found("email", "<user@example.com>, 'o@a.de'.") ==
          std::vector<std::string>{"user@example.com", "o@a.de"});
    for (const char* text :
         {"user@", "@example.com", "user@example", "user@.com", "a@b", "user@-example.com", "a.@example.com"})
        misses("email", text);
    CHECK(found("email", std::string(65, 'a') + "@example.com").empty());
    finds("ipv4", "192.168.0.1");
    for (const char* text : {"1.2.3", "256.1.1.1", "1.2.3.4.5", "1.2.3.4567", "v1.2.3.4"})
        misses("ipv4", text);
    for (const char* text : {"2001:db8::1", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "fe80::1", "::1"})
        finds("ipv6", text);
    for (const char* text :
         {"12:30:45", "std::vector", "a::b", "::", "1:2:3:4:5:6:7:8:9", "2001:db8::1::2", "0x12:34"})
        misses("ipv6", text);
    for (const char* text : {"https://example.com/a?b=c#d", "http://x.org", "www.example.com"})
        finds("url", text);
    CHECK(found("url", "see (https://example.com/a).") == std::vector<std::string>{"https://example.com/a"});
    misses("url", "http is a protocol, https:// too");
}

TEST_CASE("accounts and passports") {
    finds("iban", "DE89370400440532013000");
    finds("iban", "GB82 WEST 1234 5698 7654 32");
    for (const char* text : {"DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000"})
        misses("iban", text);
    finds("br_cpf", "123.456.789-09");
    finds("br_cnpj", "12.345.678/0001-95");
    misses("passport_us", "123456789");
    CHECK(found("passport_us", "My passport number is 123456789.") == std::vector<std::string>{"123456789"});
    CHECK(found("nl_bsn_contextual", "BSN: 123456782").size() == 1);
    misses("nl_bsn_contextual", "order 123456782");
    CHECK(found("au_tfn", "tax file 123 456 782").size() == 1);
}

TEST_CASE("every prebuilt pattern has a name of its own, in order, and a bound") {
    const auto names = prebuiltNameList();
    CHECK(std::is_sorted(names.begin(), names.end()));
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    for (const auto name : names) CHECK(prebuiltOf(name)->longest > 0);
    CHECK_FALSE(prebuiltOf("us_sn"));
    // No finding is longer than its pattern says.
    const std::string hostile = "https://" + std::string(3000, 'a') + " a@" + std::string(500, 'b') +
                                ".com +1" + std::string(100, '2') + " ghp_" + std::string(500, 'A');
    for (const auto name : names)
        for (const auto& text : found(name, hostile)) CHECK(text.size() <= prebuiltOf(name)->longest);
}

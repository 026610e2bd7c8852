#include "made.h"

#include <catch2/catch.hpp>

using made::found;

TEST_CASE("every format of the tables is found, in every surrounding") {
    made::Random random(7);
    for (const auto& format : made::formats()) {
        if (format.check == secrets::Check::Jwt) continue;
        for (const std::string_view around : {"|", "key: |\n", "export K='|'", "see `|`.", "(|)", "a,|,b",
                                              "{\"k\":\"|\"}", "x=|&y=1", "line\\n|\\nline", "%3D|%26"}) {
            // A random text can look like words by chance: one in five has to be found, or the row is wrong.
            bool seen = false;
            for (int i = 0; i < 5 && !seen; ++i) {
                const auto token = made::token(random, format);
                std::string text(around);
                const auto at = text.find('|');
                text.replace(at, 1, token);
                for (const auto& one : found(text))
                    seen |= one.begin <= at + 2 && one.end + 8 >= at + std::min<size_t>(token.size(), 160);
            }
            INFO(format.prefix << " " << format.shape << " in " << around);
            CHECK(seen);
        }
    }
}

TEST_CASE("a token that is too short, or goes on, is none") {
    made::Random random(8);
    for (const auto& format : made::formats()) {
        if (format.shape.find('+') != format.shape.npos || format.shape.find(',') != format.shape.npos)
            continue;
        if (format.check != secrets::Check::None || format.shape.empty() || format.shape.find('w') != 0)
            continue;
        const auto token = made::token(random, format);
        INFO(format.prefix);
        for (const auto& one : found("see " + token.substr(0, token.size() - 1) + " there"))
            CHECK(one.entity != format.entity);
        for (const auto& one : found("see " + token + "a there")) CHECK(one.entity != format.entity);
    }
}

TEST_CASE("a prefix within a word begins no token") {
    made::Random random(9);
    CHECK(found("xghp_" + made::some(random, made::kAlnum, 36)).empty());
    CHECK(found("BRAKIA" + made::some(random, made::kUpper, 16)).empty());
}

TEST_CASE("checksums of GitHub and npm: the CRC-32 of what stands before, in base 62") {
    // CRC-32("123456789") is 0xCBF43926, see the catalogue of parametrised CRC algorithms: 3421780262 in
    // base 62.
    CHECK(secrets::checksumOf("123456789") == "3jZRME");
    made::Random random(10);
    const auto body = made::some(random, made::kAlnum, 30);
    const auto good = "ghp_" + body + secrets::checksumOf(body), bad = "ghp_" + body + "000000";
    CHECK(found(good).at(0).score == 1.0F);
    CHECK(found(bad).at(0).score == 0.6F);
    secrets::Options strict;
    strict.strict_checksums = true;
    const secrets::SecretScanner scanner(strict);
    CHECK(found(good, scanner).size() == 1);
    CHECK(found(bad, scanner).empty());
}

TEST_CASE("placeholders of formats are none") {
    for (const std::string& text :
         {"ghp_" + std::string(36, 'x'), "sk-" + std::string(48, 'X'), "AKIA" + std::string(16, '0'),
          std::string("AKIAIOSFODNN7EXAMPLE"), std::string("ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
          std::string("sk-learn-contrib-and-other-projects-of-python"),
          std::string("glpat-your-token-goes-here"), std::string("xoxb-your-bot-token-goes-right-here")}) {
        INFO(text);
        CHECK(found("token " + text).empty());
    }
}

TEST_CASE("a JWT has a header with alg and three parts") {
    // {"alg":"HS256","typ":"JWT"} . {"sub":"…"} . signature
    const std::string header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
                      other = "eyJzdWIiOiIxIiwidHlwIjoiSldUIn0";
    made::Random random(11);
    const auto payload = "eyJ" + made::some(random, made::kAlnum, 40),
               mac = made::some(random, made::kAlnum, 43);
    CHECK(made::marked("see " + header + "." + payload + "." + mac + ". Then") == "see <JWT>. Then");
    CHECK(found("see " + header + "." + payload).empty());
    CHECK(found("see " + header).empty());
    CHECK(found("see " + other + "." + payload + "." + mac).empty());
    // One that is longer than a piece is found in pieces, all of it.
    const auto text = header + "." + payload + made::some(random, made::kAlnum, 700) + "." + mac;
    CHECK(made::marked(text) == "<JWT>");
    CHECK(found(text).size() == (text.size() + 159) / 160);
    CHECK(found(text).at(1).entity == "JWT_CONTINUED");
}

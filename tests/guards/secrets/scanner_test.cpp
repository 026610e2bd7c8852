#include "made.h"

#include <guard_secrets/engine/names.h>

#include <catch2/catch.hpp>

using made::found;
using made::marked;
using secrets::Strength;
using secrets::strengthOf;

TEST_CASE("names") {
    for (const auto name : {"password", "DB_PASSWORD", "dbPassword", "spring.datasource.password",
                            "PASSWORD_PROD", "passwd2", "SMTP_PASS", "userPwd"})
        CHECK(strengthOf(name) == Strength::Password);
    for (const auto name : {"api_key", "API_KEY_V2", "x-api-key", "clientSecret", "SECRET_KEY_BASE",
                            "AWS_SECRET_ACCESS_KEY", "_authToken", "Secret access key"})
        CHECK(strengthOf(name) == Strength::Key);
    for (const auto name : {"key", "sort key", "some_salt"}) CHECK(strengthOf(name) != Strength::Key);
    for (const auto name : {"", "compass", "bypass", "monkey", "public_key", "next_token", "tokens",
                            "max_tokens", "key_id", "secret_name", "password_file", "isPassword"})
        CHECK(strengthOf(name) == Strength::None);
}

TEST_CASE("private keys: the lines, not the header") {
    made::Random random(1);
    for (const auto kind : {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY",
                            "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"}) {
        const auto text = "a " + made::pem(random, kind, 1000) + " b";
        const auto shown = marked(text);
        INFO(shown);
        CHECK(shown.size() < 130);
        CHECK(shown.find("-----\n<PRIVATE_KEY>\n") != shown.npos);
        CHECK(shown.find("-----END " + std::string(kind) + "----- b") != shown.npos);
    }
    const auto json =
        "{\"private_key\": \"" + made::pem(random, "PRIVATE KEY", 1600, "\\n") + "\\n\", \"x\": \"y\"}";
    CHECK(marked(json).size() < 200);
    const auto fields =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n" +
        made::some(random, made::kBase64, 64) + "\n";
    CHECK(marked(fields).find("\n<PRIVATE_KEY>\n") != std::string::npos);
    const auto putty = "Public-Lines: 1\n" + made::some(random, made::kBase64, 64) + "\nPrivate-Lines: 2\n" +
                       made::some(random, made::kBase64, 64) + "\n" + made::some(random, made::kBase64, 40) +
                       "\nPrivate-MAC: x";
    CHECK(found(putty).size() == 2);
    // In one line.
    const auto line = "-----BEGIN PRIVATE KEY----- " + made::some(random, made::kBase64, 1600) +
                      " -----END PRIVATE KEY-----";
    CHECK(marked(line) == "-----BEGIN PRIVATE KEY----- <PRIVATE_KEY> -----END PRIVATE KEY-----");
}

TEST_CASE("keys that are not private, and headers without a key") {
    made::Random random(2);
    for (const auto kind : {"PUBLIC KEY", "CERTIFICATE", "PGP PUBLIC KEY BLOCK", "CERTIFICATE REQUEST"})
        CHECK(found(made::pem(random, kind, 1000)).empty());
    CHECK(
        found("It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.").empty());
    CHECK(found("-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----").empty());
    CHECK(found("ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB" + made::some(random, made::kBase64, 300) + " me@host")
              .empty());
}

TEST_CASE("prose behind a key that was cut off is left alone") {
    made::Random random(3);
    const auto text = "-----BEGIN PRIVATE KEY-----\n" + made::some(random, made::kBase64, 64) + "\n" +
                      made::some(random, made::kBase64, 64) + "\nPlease help me with this key\n";
    CHECK(marked(text) == "-----BEGIN PRIVATE KEY-----\n<PRIVATE_KEY>\n\nPlease help me with this key\n");
}

TEST_CASE("options: off, only, allow, known examples") {
    made::Random random(4);
    const auto text = "password = \"b7Kq!x92Lm\" and AKIA" + made::some(random, made::kUpper, 16);
    secrets::Options options;
    options.off = {"aws_access_key"};
    CHECK(found(text, secrets::SecretScanner(options)).size() == 1);
    options = {};
    options.only = {"AWS_ACCESS_KEY"};
    CHECK(found(text, secrets::SecretScanner(options)).size() == 1);
    options = {};
    options.allow = {"AKIA*"};
    CHECK(found(text, secrets::SecretScanner(options)).size() == 1);
    options.allow = {"b7Kq!x92Lm", "AKIA*"};
    CHECK(found(text, secrets::SecretScanner(options)).empty());
}

TEST_CASE("entropy limits decide about what has no other form") {
    made::Random random(5);
    const auto text = "credentials for the sandbox box " + made::some(random, made::kHex, 40);
    CHECK(found(text).size() == 1);
    secrets::Options options;
    options.hex_limit = 0;
    CHECK(found(text, secrets::SecretScanner(options)).size() == 1);
    CHECK(found("commit " + made::some(random, made::kHex, 40)).empty());
    CHECK(found("sha256 of the token file: " + made::some(random, made::kHex, 64)).empty());
}

TEST_CASE("values of public documentation are none, unless they are asked for") {
    const std::string text = "access_token: 2YotnFZFEjr1zCsicMWpAA";  // RFC 6749, 4.1.4
    CHECK(found(text).empty());
    secrets::Options options;
    options.known_examples = true;
    CHECK(found(text, secrets::SecretScanner(options)).size() == 1);
}

TEST_CASE("every entity has a name of its own form") {
    for (const auto entity : secrets::SecretScanner::entities()) {
        CHECK(!entity.empty());
        for (const char c : entity) CHECK((c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')));
    }
}

TEST_CASE("redact") {
    std::string text = "password=b7Kq!x92Lm and the rest";
    CHECK(secrets::redact(text));
    CHECK(text == "password=[REDACTED] and the rest");
    CHECK(!secrets::redact(text));
    made::Random random(6);
    text = made::pem(random, "PRIVATE KEY", 640);
    CHECK(secrets::redact(text));
    CHECK(text == "-----BEGIN PRIVATE KEY-----\n[REDACTED]\n\n\n\n\n\n\n\n\n\n-----END PRIVATE KEY-----");
}

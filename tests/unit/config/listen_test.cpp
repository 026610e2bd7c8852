#include "config/read_listen.h"

#include "config/loading.h"

using namespace sluice;
using config::Listen;
using test::load;

TEST_CASE("addresses", "[config]") {
    struct Case {
        const char* text;
        const char* address;
        uint16_t port;
    };
    for (const auto& c : {Case{"127.0.0.1:4000", "127.0.0.1", 4000},
                          {"0.0.0.0:80", "0.0.0.0", 80},
                          {":8080", "127.0.0.1", 8080},
                          {"localhost:1", "127.0.0.1", 1},
                          {"[::1]:4000", "::1", 4000},
                          {"[::]:0", "::", 0},
                          {"10.0.0.1:65535", "10.0.0.1", 65535}}) {
        CAPTURE(c.text);
        Listen listen;
        REQUIRE(config::readAddress(c.text, listen));
        CHECK(listen.address == c.address);
        CHECK(listen.port == c.port);
    }
}

TEST_CASE("what is no address", "[config]") {
    for (const char* bad :
         {"", "4000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:+1", "127.0.0.1:40 ", "[::1]", "::1:4000", "[]:1", "[::1:4000", "::1]:4000", "a b:1"}) {
        CAPTURE(bad);
        Listen listen;
        CHECK_FALSE(config::readAddress(bad, listen));
    }
}

TEST_CASE("listen is an address or a mapping", "[config]") {
    const auto text = load("listen: 0.0.0.0:8080\n");
    CHECK(text.faults.all().empty());
    CHECK(text.settings.listen.address == "0.0.0.0");
    CHECK(text.settings.listen.port == 8080);
    CHECK(load("listen: here\n")
              .says("config.yaml:1: error: listen: the text \"here\"; allowed: ADDRESS:PORT or a mapping"));
    CHECK(load("listen: 4000\n").faults.hasErrors());
    CHECK(load("listen: [a]\n").faults.hasErrors());
}

TEST_CASE("limits within their range", "[config]") {
    const auto loaded = load(
        "listen: {limits: {head_bytes_max: 256, sse_comment_interval_ms: 0, upstream_idle_max: 0, "
        "fibers_max: 1, body_bytes_max: 1, stall_warn_ms: 1}}\n");
    CHECK(loaded.faults.all().empty());
    CHECK(loaded.settings.listen.limits.head_bytes_max == 256);
    CHECK(loaded.settings.listen.limits.sse_comment_interval_ms == 0);
    CHECK(loaded.settings.listen.limits.fibers_max == 1);
    CHECK(loaded.settings.listen.limits.body_bytes_max == 1);
}

TEST_CASE("limits out of range", "[config]") {
    for (const char* limit :
         {"head_bytes_max: 255", "head_bytes_max: 4294967296", "head_timeout_ms: 0", "connections_max: -1",
          "fibers_max: 1.5", "body_bytes_max: 0", "body_bytes_max: 1099511627777", "target_bytes_max: text",
          "head_fields_max: [1]", "field_bytes_max: true"}) {
        CAPTURE(limit);
        const auto loaded = load("listen: {limits: {" + std::string(limit) + "}}\n");
        CHECK(loaded.faults.errors() == 1);
    }
    CHECK(load("listen:\n  limits:\n    head_bytes_max: 255\n").texts()[0] ==
          "config.yaml:3: error: listen.limits.head_bytes_max: the number 255; allowed: a whole number, from "
          "256 to 4294967295");
}

TEST_CASE("TLS needs both files, and they must be readable", "[config]") {
    CHECK(load("listen: {tls: {certificate_file: /dev/null, key_file: /dev/null}}\n").faults.all().empty());
    CHECK(load("listen: {tls: {certificate_file: /dev/null}}\n")
              .says("listen.tls.key_file: nothing; allowed: the path of a PEM file"));
    CHECK(load("listen: {tls: {key_file: /dev/null}}\n")
              .says("listen.tls.certificate_file: nothing; allowed: the path of a PEM file"));
    CHECK(load("listen: {tls: {certificate_file: /nowhere/a.pem, key_file: /dev/null}}\n")
              .says("the file \"/nowhere/a.pem\" cannot be read; allowed: a readable PEM file"));
}

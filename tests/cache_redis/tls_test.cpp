// TLS, to a real server with a certificate that the test makes.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "server.h"

using namespace cache_tests;

namespace {

void certify(const std::string& directory) {
    const pid_t child = fork();
    if (child == 0) {
        const std::string key = directory + "/key.pem", cert = directory + "/cert.pem";
        if (!freopen("/dev/null", "w", stderr)) _exit(126);
        execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
               "-keyout", key.c_str(), "-out", cert.c_str(), nullptr);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(status == 0);
}

}  // namespace

TEST_CASE("TLS", "[servers]") {
    std::string directory = (std::filesystem::temp_directory_path() / "sluice_tls_XXXXXX").string();
    REQUIRE(mkdtemp(directory.data()));
    certify(directory);
    const int port = freePort();
    const std::string cert = directory + "/cert.pem", key = directory + "/key.pem";
    Server server({"--tls-port", std::to_string(port), "--tls-cert-file", cert, "--tls-key-file", key,
                   "--tls-ca-cert-file", cert, "--tls-auth-clients", "no", "--requirepass", "word"});
    const std::string base = R"({"url":"rediss://:word@127.0.0.1:)" + std::to_string(port) + "\"";
    Host host;
    Loaded cache(host, base + R"(,"ssl_ca_certs":")" + cert + "\"}");
    const std::string large(5 << 20, 'z');
    CHECK(cache.keep("k", large, 20'000));
    CHECK(cache.get({"none", "k"}).values == std::map<size_t, std::string>{{1, large}});

    Loaded careless(host, base + R"(,"ssl_cert_reqs":"none"})");
    CHECK(careless.getUntil("k", SLUICE_OK, large).value() == large);

    Host strange;
    Loaded careful(strange, base + "}");
    CHECK(careful.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    CHECK(eventually([&] { return strange.logged("self-signed certificate") == 1; }));

    Host misnamed;
    Loaded other(misnamed, R"({"url":"rediss://:word@localhost:)" + std::to_string(port) +
                               R"(","ssl_ca_certs":")" + cert + "\"}");
    CHECK(other.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    CHECK(eventually([&] { return misnamed.logged("TLS: hostname mismatch") == 1; }));

    Host plain;
    Loaded clear(plain, R"({"host":"127.0.0.1","password":"word","port":)" + std::to_string(port) + "}");
    CHECK(clear.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    Host reverse;
    Loaded to_plain(reverse,
                    R"({"url":"rediss://:word@127.0.0.1:)" + std::to_string(server.port()) + R"("})");
    CHECK(to_plain.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    const auto told = [&] {
        return reverse.logged("is away: TLS") + reverse.logged("closed the connection") +
               reverse.logged("does not answer");
    };
    CHECK(eventually([&] { return told() == 1; }));  // the first answer may come before the fault is known
    std::filesystem::remove_all(directory);
}

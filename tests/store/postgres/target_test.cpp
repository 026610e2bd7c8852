// URLs, and what is said of them; texts that PostgreSQL cannot keep.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "text.h"

using namespace store_tests;

namespace {

std::string refusal(const std::string& config) {
    FakeHost host;
    return host.refusal<Plugin>(config);
}

}  // namespace

TEST_CASE("a URL that is none is refused without being repeated") {
    for (const std::string url : {"postgresql://u:s3cr3t@[::1/db", "postgresql://u:s3cr3t@h/db?colour=s3cr3t",
                                  "s3cr3t", "postgresql://u:s3cr3t%zz@h/db", "host=h password='s3cr3t"}) {
        const auto words = refusal("{\"url\":" + sluice::jsonQuoted(url) + "}");
        INFO(words);
        CHECK(words.find("url: found no URL") == 0);
        CHECK(words.find("s3cr3t") == std::string::npos);
    }
    CHECK(refusal("{}").find("url: found nothing; allowed: postgresql://") == 0);
    CHECK(refusal("{\"url\":\"\"}").find("url: found nothing") == 0);
    CHECK(refusal("{\"url\":\"postgresql:///x\",\"schema\":\"a\\\";b\"}").find("schema: found no name") == 0);
}

TEST_CASE("no word has the password in it") {
    const store_postgres::Target target("postgresql://ann:s3cr3t@db.example:5433/keys?sslpassword=0th3r", "",
                                        "x");
    CHECK(target.place() == "db.example:5433/keys");
    CHECK(target.identity().find("s3cr3t") == std::string::npos);
    CHECK(target.clean("FATAL: s3cr3t is wrong,\nand 0th3r\n") == "FATAL: *** is wrong, and ***");
    const store_postgres::Target own("postgresql://ann@h/keys", "s3cr3t", "x");
    CHECK(own.clean("s3cr3t") == "***");
    FakeHost host;
    host.load<Plugin>(R"({"url":"postgresql://ann:s3cr3t@/keys?host=/nowhere","cache_path":""})");
    CHECK(host.logged("the database cannot be reached"));
    CHECK_FALSE(host.logged("s3cr3t"));
}

TEST_CASE("TLS is what the URL says") {
    // A port that was free a moment ago.
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(probe);
    const int port = ntohs(address.sin_port);
    const Server server(port);
    const auto connect = [&](const std::string& how) {
        const store_postgres::Target target(
            "postgresql://sluice@127.0.0.1:" + std::to_string(port) + "/postgres?" + how, "", "public");
        store_postgres::Connection connection(target, store_postgres::Deadlines());
        return connection.once("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").boolean(0, 0);
    };
    CHECK(connect("sslmode=verify-full&sslrootcert=" + server.certificate()));
    CHECK(connect("sslmode=require"));
    CHECK_FALSE(connect("sslmode=disable"));
    CHECK_THROWS_AS(connect("sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"),
                    store_postgres::SqlError);
}

TEST_CASE("any bytes survive as text") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    for (const std::string& bytes :
         {all, std::string("ключ 密钥 🔑"), std::string("\xED\xA0\x80\xF4\x90\x80\x80\xC0\x80"),
          std::string("\x1A\x1A"), std::string("\xF0\x9F\x94"), std::string()}) {
        const auto text = store_postgres::toText(bytes);
        CHECK(text.find('\0') == std::string::npos);
        CHECK(store_postgres::fromText(text) == bytes);
        const auto side = connectTo("public");
        CHECK(side->once("SELECT $1::text", store_postgres::Values(bytes)).text(0, 0) == bytes);
        store_postgres::Array array;
        array.add(bytes);
        array.add("NULL");
        CHECK(side->once("SELECT unnest($1::text[])", store_postgres::Values(array)).text(0, 0) == bytes);
    }
    CHECK(store_postgres::toText("plain, ключ") == "plain, ключ");
}

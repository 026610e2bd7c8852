#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "callback_syslog/sink.h"
#include "callback_syslog/stream_wire.h"
#include "support.h"

using callback_syslog::Format;
using callback_syslog::Framing;
using callback_syslog::MessageOptions;
using callback_syslog::StreamWire;
using nlohmann::json;

namespace {

json usual() {
    return {{"id", "r1"},
            {"litellm_call_id", "c\"1]\\\n"},
            {"route", "chat"},
            {"outcome", "success"},
            {"http_status", 200},
            {"model", "gpt-4o"},
            {"model_group", "gpt"},
            {"custom_llm_provider", "openai"},
            {"model_id", "d1"},
            {"startTime", 1767225600.25},
            {"endTime", 1767225601.5},
            {"prompt_tokens", 3},
            {"completion_tokens", 4},
            {"response_cost", 0.25},
            {"stream", false},
            {"messages", {{{"role", "user"}, {"content", "the secret prompt"}}}},
            {"response", {{"text", "the secret answer"}}},
            {"error_str", "upstream: the secret prompt"},
            {"error_information", {{"error_class", nullptr}, {"error_message", "the secret prompt"}}},
            {"metadata", {{"user_api_key_team_id", "tëam"}, {"requester_ip_address", "10.0.0.1"}}}};
}

MessageOptions options(Format format = Format::Text) {
    MessageOptions o;
    o.hostname = "gw 1";
    o.app = "sluice";
    o.process = "7";
    o.sd_id = "sluice@32473";
    o.format = format;
    return o;
}

std::string written(const json& record, const MessageOptions& o) {
    exporters::Reader reader;
    return callback_syslog::messageOf(reader.read(record.dump()), o);
}

class Listener {
public:
    Listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(fd_, 4) == 0);
        REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = std::to_string(ntohs(address.sin_port));
    }
    ~Listener() { stop(); }
    void stop() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int accept() const { return ::accept(fd_, nullptr, nullptr); }
    const std::string& port() const { return port_; }

private:
    int fd_;
    std::string port_;
};

std::string readAll(int fd, size_t size) {
    std::string text(size, '\0');
    size_t got = 0;
    while (got < size) {
        const ssize_t count = ::recv(fd, text.data() + got, size - got, 0);
        if (count <= 0) break;
        got += static_cast<size_t>(count);
    }
    return text.substr(0, got);
}

}  // namespace

TEST_CASE("a message of RFC 5424", "[syslog]") {
    const std::string message = written(usual(), options());
    CHECK(message.rfind("<134>1 2026-01-01T00:00:01.500Z gw1 sluice 7 chat [sluice@32473 id=\"r1\" "
                        "litellm_call_id=\"c\\\"1\\]\\\\ \"",
                        0) == 0);
    CHECK(message.find(" team=\"tëam\"") != std::string::npos);
    CHECK(message.find(" took_ms=\"1250\"") != std::string::npos);
    CHECK(message.find("] chat gpt-4o success 200 in 1250 ms, 3+4 tokens, 0.25 USD") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
    auto record = usual();
    for (const auto& [outcome, priority] : std::map<std::string, std::string>{
             {"failure", "<131>"}, {"blocked", "<132>"}, {"cancelled", "<133>"}}) {
        record["outcome"] = outcome;
        CHECK(written(record, options()).rfind(priority, 0) == 0);
    }
    auto bare = options();
    bare.sd_id.clear();
    bare.hostname.clear();
    bare.facility = callback_syslog::facilityOf("user");
    record["route"] = "a b\x7f" + std::string(40, 'c');
    CHECK(written(record, bare)
              .rfind("<11>1 2026-01-01T00:00:01.500Z - sluice 7 ab" + std::string(30, 'c') + " - ", 0) == 0);
    CHECK(callback_syslog::facilityOf("local7") == 23);
    CHECK(callback_syslog::facilityOf("x") == -1);
}

TEST_CASE("neither prompts nor answers are in a message, and lines are never broken", "[syslog]") {
    const auto format = GENERATE(Format::Text, Format::Json);
    auto record = usual();
    record["model"] = "gpt\n<0>1 - - - - - -";
    record["guardrail_information"] = {{{"guardrail_name", "g"}, {"guardrail_request", "the secret prompt"}}};
    const std::string message = written(record, options(format));
    CHECK(message.find("secret") == std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("JSON is ASCII, and text where it would be too long", "[syslog]") {
    auto record = usual();
    record["end_user"] = "ü€😀";
    std::string message = written(record, options(Format::Json));
    const std::string body = message.substr(message.find("] {") + 2);
    CHECK(std::all_of(body.begin(), body.end(), [](char c) { return c >= 0x20; }));
    CHECK(json::parse(body)["end_user"] == "ü€😀");
    CHECK(json::parse(body)["response_cost"] == 0.25);
    record["request_tags"] = json::array({std::string(9'000, 'x')});
    message = written(record, options(Format::Json));
    CHECK(message.size() < 2'000);
    CHECK(message.find("] chat gpt-4o success") != std::string::npos);
    record["model"] = std::string(600, 'x') + "€€€€";
    auto narrow = options();
    for (narrow.bytes_max = 480; narrow.bytes_max < 500; ++narrow.bytes_max) {
        message = written(record, narrow);
        CHECK(message.size() <= narrow.bytes_max);
        CHECK_NOTHROW(json(message).dump());  // whole characters
    }
}

TEST_CASE("frames are counted, datagrams are not", "[syslog]") {
    exporters::Reader reader;
    const std::string record = usual().dump();
    for (const auto framing : {Framing::Counted, Framing::Datagram}) {
        const callback_syslog::SyslogSink sink(options(), framing);
        std::vector<std::string> items;
        for (int i = 0; i < 3; ++i) sink.encode(reader.read(record), record, items);
        const std::string message = written(usual(), options());
        const bool counted = framing == Framing::Counted;
        CHECK(items[0] == (counted ? std::to_string(message.size()) + " " : "") + message);
        CHECK(sink.itemsMax() == (counted ? SIZE_MAX : 1));
        exporters::Destination to;
        CHECK(sink.assemble(items, 1, 3, to).body == items[1] + items[2]);
    }
}

TEST_CASE("a connection that has ended is made again before anything is lost to it", "[syslog]") {
    Listener listener;
    StreamWire wire({"127.0.0.1", listener.port()}, nullptr);
    const auto soon = std::chrono::milliseconds(2'000);
    REQUIRE(wire.send("one", soon));
    int peer = listener.accept();
    CHECK(readAll(peer, 3) == "one");
    ::close(peer);
    REQUIRE(wire.send("two", soon));
    peer = listener.accept();
    CHECK(readAll(peer, 3) == "two");
    ::close(peer);
    listener.stop();
    CHECK_FALSE(wire.send("three", soon));
    CHECK_FALSE(wire.fault().empty());
}

TEST_CASE("a receiver that does not read costs no more than its time", "[syslog]") {
    Listener listener;
    StreamWire wire({"127.0.0.1", listener.port()}, nullptr);
    const std::string much(64 << 20, 'x');
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(wire.send(much, std::chrono::milliseconds(200)));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(8));
}

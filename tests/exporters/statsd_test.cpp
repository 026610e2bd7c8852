#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <set>
#include <thread>

#include <sluice/plugin.hpp>

#include "measures/statsd_sink.h"
#include "support.h"

using measures::Flavour;
using measures::StatsdOptions;
using measures::StatsdSink;
using measures::Tagger;

namespace {

const std::string kRecord =
    R"({"id":"r","outcome":"failure","http_status":429,"model":"gpt/4 o","model_id":"d1","model_group":"gpt","custom_llm_provider":"openai",)"
    R"("stream":true,"startTime":100.0,"completionStartTime":100.25,"endTime":101.5,"prompt_tokens":10,"completion_tokens":5,)"
    R"("response_cost":0.00000125,"hidden_params":{"attempts":1,"upstream_time_ms":1400.0,"litellm_overhead_time_ms":100.0},)"
    R"("metadata":{"user_api_key_team_id":"a|b,c#d"}})";

std::shared_ptr<const Tagger> tagger(std::vector<std::string> names, size_t most = 100) {
    return std::make_shared<const Tagger>(std::move(names), most);
}

std::vector<std::string> linesOf(const StatsdSink& sink, const std::string& record) {
    exporters::Reader reader;
    std::vector<std::string> items;
    sink.encode(reader.read(record), record, items);
    for (auto& item : items) {
        REQUIRE(item.back() == '\n');
        item.pop_back();
    }
    return items;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("lines of DogStatsD", "[statsd]") {
    const StatsdSink sink({Flavour::Dog, "litellm.", "env:test"},
                          tagger({"model_name", "status_code", "team"}));
    const auto lines = linesOf(sink, kRecord);
    const std::string tags = "|#env:test,model_name:gpt/4_o,status_code:429,team:a_b_c_d";
    CHECK(has(lines, "litellm.llm_api.request_count:1|c" + tags));
    CHECK(has(lines, "litellm.errors:1|c" + tags));
    CHECK(has(lines, "litellm.input_tokens:10|c" + tags));
    CHECK(has(lines, "litellm.output_tokens:5|c" + tags));
    CHECK(has(lines, "litellm.cost:0.00000125|c" + tags));
    CHECK(has(lines, "litellm.request.total_latency:1.5|d" + tags));
    CHECK(has(lines, "litellm.llm_api.latency:1.4|d" + tags));
    CHECK(has(lines, "litellm.overhead.latency:0.1|d" + tags));
    CHECK(has(lines, "litellm.llm_api.time_to_first_token:0.25|d" + tags));
    CHECK(lines.size() == 9);
}

TEST_CASE("lines of plain StatsD have the tags in their names, and milliseconds", "[statsd]") {
    const StatsdSink sink({Flavour::Plain, "gw.", "env:test"}, tagger({"model_name", "team", "status_code"}));
    auto lines = linesOf(sink, kRecord);
    CHECK(has(lines, "gw.llm_api.request_count.gpt_4_o.a_b_c_d.429:1|c"));
    CHECK(has(lines, "gw.request.total_latency.gpt_4_o.a_b_c_d.429:1500|ms"));
    lines = linesOf(
        sink,
        R"({"outcome":"success","http_status":200,"startTime":1.0,"endTime":1.0,"model":"x","metadata":{}})");
    CHECK(lines == std::vector<std::string>{"gw.llm_api.request_count.none.none.200:1|c",
                                            "gw.request.total_latency.none.none.200:0|ms"});
}

TEST_CASE("a tag has a bound of values, and a model that nobody was asked for is none", "[statsd]") {
    const auto tags = tagger({"model_name", "model_group"}, 3);
    exporters::Reader reader;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string name = "m" + std::to_string(i);
        seen.insert(
            tags->tagsOf(reader.read(R"({"model":")" + name + R"(","model_id":"d","model_group":"g"})"))[0]
                .second);
    }
    CHECK(seen == std::set<std::string>{"m0", "m1", "m2", "other"});
    CHECK(tags->tagsOf(reader.read(R"({"model":"m0","model_id":null})"))[0].second.empty());
    const auto wide = tagger({"model_group"}, 3)
                          ->tagsOf(reader.read(R"({"model_group":")" + std::string(500, 'x') + "\"}"));
    CHECK(wide[0].second.size() == measures::kTagBytesMax);
}

TEST_CASE("datagrams hold what fits, and every line once", "[statsd]") {
    const size_t most = GENERATE(measures::kUdpBytes, measures::kUnixBytes);
    StatsdOptions dog{Flavour::Dog, "litellm.", "", most};
    const StatsdSink sink(dog, tagger({"model_name", "status_code"}));
    std::mutex mutex;
    std::vector<std::string> got;
    size_t fullest = 0;
    testing::Told told;
    int failures = 3;
    exporters::Path path(
        testing::quick(), sink,
        [&](const exporters::Outgoing& datagram, exporters::milliseconds) {
            const std::lock_guard lock(mutex);
            if (got.size() > 100 && failures-- > 0) return exporters::Answer{0, "", ""};
            fullest = std::max(fullest, datagram.body.size());
            CHECK(datagram.body.size() <= most);
            CHECK(datagram.body.back() != '\n');
            for (size_t from = 0; from <= datagram.body.size();) {
                const size_t end = std::min(datagram.body.find('\n', from), datagram.body.size());
                got.push_back(datagram.body.substr(from, end - from));
                from = end + 1;
            }
            return exporters::Answer{200, "", ""};
        },
        told.events());
    path.start();
    for (int i = 0; i < 200; ++i) path.put(testing::place("a"), 0, kRecord);
    for (int i = 0; i < 1000 && told.count("delivered") < 200; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    path.close();
    CHECK(told.count("delivered") == 200);
    CHECK(fullest > most / 2);
    const auto requests = std::count_if(got.begin(), got.end(), [](const std::string& line) {
        return line.rfind("litellm.llm_api.request_count:", 0) == 0;
    });
    // A record whose lines stand in two datagrams is there in part twice if the second one fails.
    CHECK(requests >= 200);
    CHECK(requests <= 203);
}

TEST_CASE("a unix socket that comes, is full, and goes", "[statsd]") {
    testing::Folder folder;
    const std::string path = folder.path() + "/dsd.socket";
    measures::Datagrams socket(measures::datagramAddressOf("unix://" + path, "address"));
    const auto soon = std::chrono::milliseconds(20);
    CHECK(socket.send("a", soon) == ENOENT);
    const int agent = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(agent, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(socket.send("a", soon) == 0);
    char got = 0;
    CHECK(::recv(agent, &got, 1, 0) == 1);
    CHECK(got == 'a');
    int sent = 0;
    while (sent < 100'000 && socket.send("b", soon) == 0) ++sent;
    CHECK(sent < 100'000);  // an agent that does not read is waited for, and not for ever
    ::close(agent);
    CHECK(socket.send("c", soon) != 0);
}

TEST_CASE("addresses of datagrams", "[statsd]") {
    CHECK(measures::datagramAddressOf("udp://[::1]:8125", "a").host == "::1");
    CHECK(measures::datagramAddressOf("localhost:8125", "a").port == "8125");
    CHECK(measures::datagramAddressOf("unixgram:///a/b", "a").path == "/a/b");
    for (const char* bad :
         {"", "udp://", "host", "host:", ":1", "tcp://h:1", "h:x", "h:123456", "unix://a", "unix://"})
        CHECK_THROWS_AS(measures::datagramAddressOf(bad, "a"), sluice::ConfigError);
    CHECK_THROWS_AS(measures::datagramAddressOf("unix:///" + std::string(200, 'x'), "a"),
                    sluice::ConfigError);
}

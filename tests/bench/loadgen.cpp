// sluice_loadgen: options in, one line of JSON out. The work is in closed_loop.cpp and stream_load.cpp.
#include <arpa/inet.h>

#include <fstream>
#include <sstream>

#include "closed_loop.hpp"
#include "options.hpp"
#include "stream_load.hpp"

namespace sluice::bench {
namespace {

constexpr std::string_view kUsage = R"(sluice_loadgen --url http://IPV4:PORT/path [options]
Both modes:
  --header 'K: V'        adds a request header; may be repeated
  --model NAME           of the generated body (default gpt-test)
  --body-bytes N         generated chat request with a prompt of N bytes (default 1000)
  --body FILE            sends this file instead
  --buckets yes          prints the histograms as well: [[upper edge in us, how many],...], within 1 %
  --timeout S            without an answer, or without a first token (default 10)
Closed loop on keep-alive connections (the default):
  --connections N        (default 64)
  --seconds S            (default 10)      --requests N    stop after N measured requests, if that is sooner
  --warmup S             checked, not measured (default 1)
  --rate R               requests a second, evenly, instead of one after the other; latency counts from when one was due
  --expect TEXT          each answer must contain it, in its first 64 KiB
Streams, one connection each:
  --streams N            selects this mode
  --ramp-per-second R    opened a second (default 1000)
  --ramp random|even     at random moments (Poisson, the same in each run) or evenly (default)
  --hold S               after the last one was opened; what is still open then is cut (default 10)
  --chunks N             numbered chunks in a whole stream, to notice a short one
Exit code: 0 no errors, 1 errors, 2 not run.
)";

constexpr std::uint64_t kConnectionsMax = 100'000;
constexpr std::uint64_t kSpareDescriptors = 16;

[[noreturn]] void failOnUrl(const std::string& url) {
    Options::fail("expected http://IPV4:PORT/path, found", url);
}

// The host must be an IPv4 literal: a bench that resolves names measures the resolver.
void parseUrl(const std::string& url, Target& target, std::string& host, std::string& path) {
    constexpr std::string_view kScheme = "http://";
    const auto slash = url.find('/', kScheme.size());
    if (!url.starts_with(kScheme) || slash == std::string::npos) failOnUrl(url);
    host = url.substr(kScheme.size(), slash - kScheme.size());
    path = url.substr(slash);
    const auto colon = host.find(':');
    if (colon == std::string::npos || path.find_first_of(" \r\n") != std::string::npos) failOnUrl(url);
    std::uint16_t port = 0;
    const char* end = host.data() + host.size();
    const auto [stopped, error] = std::from_chars(host.data() + colon + 1, end, port);
    if (stopped != end || error != std::errc{} || port == 0) failOnUrl(url);
    target.address.sin_family = AF_INET;
    target.address.sin_port = htons(port);
    if (inet_pton(AF_INET, host.substr(0, colon).c_str(), &target.address.sin_addr) != 1) failOnUrl(url);
}

std::string generatedBody(const std::string& model, std::uint64_t prompt_bytes, bool stream) {
    constexpr std::string_view kWords =
        "Explain in plain words how a lock lifts a ship from one canal to the next. ";
    std::string prompt;
    while (prompt.size() < prompt_bytes) prompt.append(kWords.substr(0, prompt_bytes - prompt.size()));
    return R"({"model":")" + model + R"(","messages":[{"role":"user","content":")" + prompt + R"("}])" +
           (stream ? R"(,"stream":true})" : "}");
}

std::string fileBody(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    if (!file || !(bytes << file.rdbuf())) Options::fail("cannot read", path);
    return bytes.str();
}

Target targetFrom(const Options& options, bool stream) {
    constexpr std::uint64_t kPromptBytesMax = 64 * 1024 * 1024;
    Target target;
    std::string host;
    std::string path;
    parseUrl(options.text("url", ""), target, host, path);
    const std::string body =
        options.given("body") ? fileBody(options.text("body", ""))
                              : generatedBody(options.text("model", "gpt-test"),
                                              options.count("body-bytes", 1000, 1, kPromptBytesMax), stream);
    target.request = "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\n";
    for (const std::string& header : options.all("header")) {
        if (header.find(':') == std::string::npos || header.find_first_of("\r\n") != std::string::npos) {
            Options::fail("expected 'Name: value', found", header);
        }
        target.request += header + "\r\n";
    }
    target.request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    target.expect = options.text("expect", "");
    return target;
}

void requireDescriptors(std::uint64_t connections) {
    const std::uint64_t limit = raiseDescriptorLimit();
    if (connections + kSpareDescriptors <= limit) return;
    Options::fail("more connections than descriptors; RLIMIT_NOFILE is", std::to_string(limit));
}

unsigned long long wide(std::uint64_t number) { return number; }

// With --buckets, `,"NAME":[...]` behind what was printed.
void printBuckets(const Options& options, const char* name, const Histogram& histogram) {
    if (options.text("buckets", "no") != "yes") return;
    std::printf(",\"%s\":", name);
    histogram.printBucketsJson(stdout);
}

int closedLoop(const Options& options) {
    ClosedLoopSettings settings;
    settings.connections = options.count("connections", 64, 1, kConnectionsMax);
    settings.seconds = options.number("seconds", options.given("requests") ? 3600 : 10, 0.01, 86400);
    settings.warmup_seconds = options.number("warmup", 1, 0, 3600);
    settings.requests_max = options.count("requests", 0, 0, UINT64_MAX);
    settings.timeout_seconds = options.number("timeout", 10, 0.01, 3600);
    settings.rate = options.number("rate", 0, 0, 1e6);
    requireDescriptors(settings.connections);
    const ClosedLoopReport report = runClosedLoop(targetFrom(options, false), settings);
    const double rps = report.seconds > 0 ? static_cast<double>(report.requests) / report.seconds : 0;
    std::printf(R"({"mode":"closed_loop","requests":%llu,"answered_all":%llu,"reconnects":%llu,)",
                wide(report.requests), wide(report.answered_all), wide(report.reconnects));
    report.faults.printJson(stdout);
    std::printf(R"(,"gave_up":%s,"seconds":%.3f,"rps":%.1f,"latency_us":)", report.gave_up ? "true" : "false",
                report.seconds, rps);
    report.latency.printJson(stdout);
    printBuckets(options, "latency_buckets", report.latency);
    std::printf(",\"loadgen_cpu_seconds\":%.3f}\n", ownCpuSeconds());
    return report.faults.total() == 0 && report.requests > 0 ? 0 : 1;
}

int streams(const Options& options) {
    StreamLoadSettings settings;
    settings.streams = options.count("streams", 1, 1, kConnectionsMax);
    settings.ramp_per_second = options.number("ramp-per-second", 1000, 0.1, 1e6);
    const std::string ramp = options.text("ramp", "even");
    if (ramp != "even" && ramp != "random") Options::fail("expected random or even, found", ramp);
    settings.ramp_at_random = ramp == "random";
    settings.hold_seconds = options.number("hold", 10, 0, 86400);
    settings.chunks = options.count("chunks", 0, 0, UINT64_MAX);
    settings.timeout_seconds = options.number("timeout", 10, 0.01, 3600);
    requireDescriptors(settings.streams);
    sharpenTimers();
    const StreamLoadReport report = runStreamLoad(targetFrom(options, true), settings);
    std::printf(
        R"({"mode":"streams","streams":%llu,"open_max":%llu,"complete":%llu,"cut":%llu,"chunks":%llu,)",
        wide(report.opened), wide(report.open_max), wide(report.complete), wide(report.cut),
        wide(report.chunks));
    report.faults.printJson(stdout);
    std::printf(R"(,"seconds":%.3f,"first_token_us":)", report.seconds);
    report.first_token.printJson(stdout);
    std::printf(",\"gap_us\":");
    report.gap.printJson(stdout);
    printBuckets(options, "first_token_buckets", report.first_token);
    printBuckets(options, "gap_buckets", report.gap);
    std::printf(",\"loadgen_cpu_seconds\":%.3f}\n", ownCpuSeconds());
    return report.faults.total() == 0 && report.chunks > 0 ? 0 : 1;
}

int run(int argc, char** argv) {
    const Options options(
        argc, argv,
        {"url", "header", "model", "body-bytes", "body", "timeout", "buckets", "connections", "seconds", "requests",
         "warmup", "rate", "expect", "streams", "ramp", "ramp-per-second", "hold", "chunks"},
        kUsage);
    if (!options.given("url")) Options::fail("missing option", "url");
    return options.given("streams") ? streams(options) : closedLoop(options);
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) { return sluice::bench::run(argc, argv); }

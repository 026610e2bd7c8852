// Has every hook there is, and writes down which of them ran, in which order, in the attribute "probe.phases"
// of the request: the completion record shows it. With a header x-probe it misbehaves on demand:
// "PHASE=block", "PHASE=throw", "PHASE=fail", "PHASE=respond", "PHASE=sleep:MS", "PHASE=spin:MS",
// "PHASE=call:URL".
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

#include <sluice/plugin.hpp>

namespace {

using sluice::Verdict;

std::atomic<int> g_begun{0};
std::atomic<int> g_ended{0};

class PhaseProbe {
public:
    // Counts itself, so that the end of the plugin can tell whether each state was ended exactly once.
    struct PerRequest {
        PerRequest() { ++g_begun; }
        ~PerRequest() { ++g_ended; }
        int hooks = 0;
    };

    PhaseProbe(std::string_view, sluice::Host host) : host_(host) {}
    ~PhaseProbe() {
        host_.info("probe: " + std::to_string(g_begun) + " request states begun, " + std::to_string(g_ended) +
                   " ended");
    }

    Verdict on_request(sluice::Request r) { return seen(r, "on_request"); }
    Verdict authenticate(sluice::Request r) { return seen(r, "authenticate"); }
    Verdict authorize(sluice::Request r) { return seen(r, "authorize"); }
    Verdict pre_call(sluice::Request r) {
        r.observe(SLUICE_LANE_TEXT | SLUICE_LANE_TOOL_ARGS);
        return seen(r, "pre_call");
    }
    Verdict cache_lookup(sluice::Request r) { return seen(r, "cache_lookup"); }
    Verdict route(sluice::Request r, const sluice_candidates&) { return seen(r, "route"); }
    Verdict during_call(sluice::Request r) { return seen(r, "during_call"); }
    Verdict on_upstream_request(sluice::Attempt a) {
        a.setUpstreamHeader("x-probe-seen", "yes");
        return seen(a, "on_upstream_request");
    }
    Verdict on_upstream_response(sluice::Response r) { return seen(r, "on_upstream_response"); }
    Verdict on_attempt_end(sluice::Attempt a) { return seen(a, "on_attempt_end"); }
    Verdict on_stream(sluice::Stream r) {
        if (!r.ended()) {
            r.setAttribute("probe.text",
                           std::string(r.attribute("probe.text").value_or("")) + std::string(r.text()));
            return wanted(r, "on_stream") == "abort" ? Verdict::Abort : Verdict::Continue;
        }
        return seen(r, "on_stream");
    }
    Verdict post_call(sluice::Response r) {
        if (wanted(r, "post_call") == "rewrite") r.setResponseBody(R"({"rewritten":true})");
        if (r.stream()) r.setAttribute("probe.lane_text", r.laneText(SLUICE_LANE_TEXT));
        return seen(r, "post_call");
    }
    Verdict on_response(sluice::Response r) {
        r.setResponseHeader("x-probe", "passed");
        return seen(r, "on_response");
    }
    void on_complete(const sluice_record& record) {
        host_.info("probe: on_complete " + std::string(sluice::view(record.outcome)));
    }

private:
    // What the client asks this phase to do: the text behind "PHASE=" in the header.
    static std::string wanted(const sluice::Request& r, std::string_view phase) {
        const std::string_view header = r.header("x-probe").value_or("");
        // "*": every phase that can be left out
        if (header.substr(0, 2) == "*=" && phase != "authenticate" && phase != "authorize")
            return std::string(header.substr(2));
        if (header.size() <= phase.size() || header.substr(0, phase.size()) != phase ||
            header[phase.size()] != '=')
            return "";
        return std::string(header.substr(phase.size() + 1));
    }

    Verdict seen(const sluice::Request& r, std::string_view phase) {
        ++r.state<PerRequest>().hooks;
        r.setAttribute("probe.phases",
                       std::string(r.attribute("probe.phases").value_or("")) + std::string(phase) + " ");
        const std::string want = wanted(r, phase);
        const auto argument = want.substr(std::min(want.size(), want.find(':') + 1));
        if (want == "block") return r.block({"blocked by the probe", "probe_block", "", "test", "asked for"});
        if (want == "deny") return r.deny({"denied by the probe"});
        if (want == "throw") throw std::runtime_error("the probe throws");
        if (want == "fail") return Verdict::Failed;
        if (want == "invalid") return static_cast<Verdict>(77);
        if (want == "not_scanned") return r.notScanned("the probe did not look");
        if (want == "respond") return r.respond(200, "application/json", R"({"answered":"by the probe"})");
        if (want.rfind("block_after:", 0) == 0) {
            if (r.sleep(static_cast<uint32_t>(std::stoul(argument))) != SLUICE_OK) return Verdict::Failed;
            return r.block({"blocked late by the probe", "probe_block"});
        }
        if (want.rfind("sleep:", 0) == 0)
            return r.sleep(static_cast<uint32_t>(std::stoul(argument))) == SLUICE_OK ? Verdict::Continue
                                                                                     : Verdict::Failed;
        if (want.rfind("spin:", 0) == 0) spin(std::stoi(argument));
        if (want.rfind("call:", 0) == 0) {
            const auto answer = r.post(host_, argument, R"({"from":"the probe"})");
            r.setAttribute("probe.call", std::to_string(answer.error) + " " + std::to_string(answer.status));
        }
        return Verdict::Continue;
    }

    static void spin(int ms) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        while (std::chrono::steady_clock::now() < until) {
        }
    }

    sluice::Host host_;
};

}  // namespace

SLUICE_PLUGIN(PhaseProbe,
              R"({"id":"phase_probe","version":"0.1.0","abi":1,"description":"Writes down which phases ran",
  "interfaces":["sluice.hooks/1"],"capabilities":["net"],"config_schema":{"type":"object","additionalProperties":false,"properties":{}}})")

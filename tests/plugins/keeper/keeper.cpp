// A plugin for tests of reloads: a route that counts its calls, a count that survives, and a configuration
// that makes it crash or refuse.
#include <sluice/plugin.hpp>

#include <atomic>
#include <cstdlib>

namespace {

class Keeper {
public:
    Keeper(std::string_view config, sluice::Host) {
        const auto says = [&](const char* word) { return config.find(word) != std::string_view::npos; };
        if (says("\"crash\"")) std::abort();
        if (says("\"refuse\"")) throw sluice::ConfigError("the keeper refuses, as it was told");
        routes_.emplace_back("GET", says("\"steal\"") ? "/v1/models" : "/keeper");
        routes_.emplace_back("POST", "/keeper/below/*");
        routes_.emplace_back("GET", "/keeper/open", SLUICE_ROUTE_PUBLIC);
        routes_.emplace_back("GET", "/keeper/silent");
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request r, uint32_t route) {
        if (route == 3) return sluice::Verdict::Continue;
        if (route == 1)
            return r.respond(201, "text/plain", std::string(r.path()) + " " + std::string(r.body()));
        return r.respond(200, "application/json", std::to_string(++calls_));
    }

    std::string export_state() const { return std::to_string(calls_); }
    bool import_state(std::string_view bytes) {
        calls_ = std::atoi(std::string(bytes).c_str());
        return true;
    }

private:
    std::atomic<int> calls_{0};
    std::vector<sluice::Route> routes_;
};

}  // namespace

SLUICE_PLUGIN(Keeper, R"({"id":"keeper","version":"0.1.0","abi":1,"description":"Keeps a count over reloads",
  "interfaces":["sluice.endpoint/1","sluice.state/1"],
  "config_schema":{"type":"object","properties":{"mode":{"type":"string"}}}})")

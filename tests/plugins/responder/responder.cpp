// Answers in the place of a cache, with nothing looked up: what the cheapest possible hit would cost.
#include <sluice/plugin.hpp>

namespace {

struct Responder {
    Responder(std::string_view, sluice::Host) {}

    sluice::Verdict cache_lookup(sluice::Request request) {
        return request.respond(
            200, "application/json",
            R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":)"
            R"({"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,)"
            R"("completion_tokens":1,"total_tokens":2}})");
    }
};

}  // namespace

SLUICE_PLUGIN(Responder,
              R"({"id":"responder","version":"0.1.0","abi":1,"interfaces":[],"hooks":["cache_lookup"],
  "description":"Answers every request","config_schema":{"type":"object","properties":{},"additionalProperties":false}})")

// The smallest plugin that can be seen at work: every answer says hello in a field of its head.
#include <sluice/plugin.hpp>

struct Hello {
    Hello(std::string_view /*config*/, sluice::Host host) { host.info("hello, gateway"); }

    sluice::Verdict on_response(sluice::Response response) {
        response.setResponseHeader("x-hello", "world");
        return sluice::Verdict::Continue;
    }
};

SLUICE_PLUGIN(Hello, R"({"id":"hello","version":"1.0.0","abi":1,"description":"Says hello in every answer",
  "interfaces":["sluice.hooks/1"],"hooks":["on_response"],
  "config_schema":{"type":"object","additionalProperties":false,"properties":{}}})")

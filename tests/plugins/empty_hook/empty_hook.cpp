// A plugin with one hook that does nothing, to measure what calling it costs.
#include <sluice/plugin.hpp>

namespace {

struct EmptyHook {
    EmptyHook(std::string_view, sluice::Host) {}
    sluice::Verdict pre_call(sluice::Request) { return sluice::Verdict::Continue; }
};

}  // namespace

SLUICE_PLUGIN(EmptyHook, R"({"id":"empty_hook","version":"0.1.0","abi":1,"description":"One hook that does nothing",
  "interfaces":["sluice.hooks/1"]})")

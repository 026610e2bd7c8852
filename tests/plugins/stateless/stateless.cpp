// A plugin that is loaded and has no hook on the path of a request, to measure that it costs nothing there.
#include <sluice/plugin.hpp>

namespace {

struct Stateless {
    Stateless(std::string_view, sluice::Host) {}
};

}  // namespace

SLUICE_PLUGIN(Stateless, R"({"id":"stateless","version":"0.1.0","abi":1,"description":"No hook on the path",
  "interfaces":["sluice.hooks/1"]})")

// A plugin for an ABI that does not exist yet.
#include <sluice/plugin.hpp>

namespace {

struct Future {
    Future(std::string_view, sluice::Host) {}
};

}  // namespace

SLUICE_PLUGIN(Future, R"({"id":"probe_future","version":"0.1.0","abi":99,"interfaces":[]})")

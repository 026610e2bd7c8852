// The routes that plugins bring. The gateway's own come first: a plugin cannot take one of them.
#pragma once

#include <string>
#include <vector>

#include "config/fault.h"
#include "llm/operation.h"
#include "plugin_host/instance.h"

namespace sluice::gateway {

struct EndpointRoute {
    host::Instance* instance;
    uint32_t index;  // as the plugin counts
    uint32_t flags;  // SLUICE_ROUTE_*
    std::string method;
    std::string path;
    bool below;  // everything that begins so
};

class Endpoints {
public:
    /// Faults: a path of the gateway's own or of another plugin, a method or a path that is none. [control]
    void add(host::Instance& instance, const config::Place& place, config::Faults& faults);

    /// It is not to be: its routes are nobody's. [control]
    void forget(const host::Instance& instance) {
        std::erase_if(routes_, [&](const EndpointRoute& route) { return route.instance == &instance; });
    }

    /// The route of a request that is none of the gateway's; `match` says whether it was found, or only with
    /// another method, which is then the returned route's. The longest path wins.
    const EndpointRoute* find(std::string_view method, std::string_view path, llm::RouteMatch& match) const;

private:
    std::vector<EndpointRoute> routes_;
};

}  // namespace sluice::gateway

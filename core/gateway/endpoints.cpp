#include "gateway/endpoints.h"

#include <algorithm>

#include "http/fields.h"

namespace sluice::gateway {
namespace {

bool answers(const EndpointRoute& route, std::string_view method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

bool covers(const EndpointRoute& route, std::string_view path) {
    return route.below ? path.substr(0, route.path.size()) == route.path : path == route.path;
}

}  // namespace

void Endpoints::add(host::Instance& instance, const config::Place& place, config::Faults& faults) {
    const sluice_endpoint* endpoint = instance.endpoint();
    if (!SLUICE_HAS(endpoint, routes) || !SLUICE_HAS(endpoint, handle)) return;
    size_t count = 0;
    const sluice_route* given = endpoint->routes(instance.self(), &count);
    for (size_t i = 0; given && i < count; ++i) {
        EndpointRoute route{&instance,
                            static_cast<uint32_t>(i),
                            given[i].flags,
                            std::string(host::view(given[i].method)),
                            std::string(host::view(given[i].path)),
                            false};
        const auto fault = [&](const std::string& why) {
            faults.error(place, instance.settings().path,
                         "the plugin " + instance.id() + " asks for the route " + route.method + " " +
                             route.path + ", " + why);
        };
        if (route.path.size() >= 2 && route.path.substr(route.path.size() - 2) == "/*") {
            route.below = true;
            route.path.pop_back();
        }
        const bool own = llm::matchRoute(route.method, route.path).kind != llm::RouteMatch::Kind::Unknown;
        const bool taken = std::any_of(routes_.begin(), routes_.end(), [&](const EndpointRoute& other) {
            return other.method == route.method && other.path == route.path;
        });
        if (!http::isToken(route.method) || route.path.empty() || route.path[0] != '/') {
            fault("which is no method and path");
        } else if (own) {
            fault("which is the gateway's own");
        } else if (taken) {
            fault("which another instance has");
        } else {
            routes_.push_back(std::move(route));
        }
    }
}

const EndpointRoute* Endpoints::find(std::string_view method, std::string_view path,
                                     llm::RouteMatch& match) const {
    const EndpointRoute* best = nullptr;
    bool fits = false;
    for (const auto& route : routes_) {
        if (!covers(route, path)) continue;
        const bool here = answers(route, method);
        if (best && (fits > here || (fits == here && best->path.size() >= route.path.size()))) continue;
        best = &route;
        fits = here;
    }
    if (!best) return nullptr;
    match.operation = llm::Operation::Endpoint;
    match.kind = fits ? llm::RouteMatch::Kind::Found : llm::RouteMatch::Kind::WrongMethod;
    return best;
}

}  // namespace sluice::gateway

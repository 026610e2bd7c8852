// Looks after a loop's upstreams without being asked: opens connections before the first request needs them,
// and finds out by connecting (TLS included, no request, no token) whether deployments can be reached.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/gateway.h"

namespace sluice::gateway {

class Prober {
public:
    /// `probes`: this loop is the one that probes; all of them warm up.
    Prober(Gateway& gateway, Worker& worker, bool probes)
        : gateway_(gateway), worker_(worker), probes_(probes) {}

    /// Until the fiber is interrupted. [loop]
    void run();

private:
    using Deployments = std::vector<const DeploymentRuntime*>;
    using ByEndpoint = std::map<std::string, Deployments>;  // those behind the same address go together

    void warmUp(const std::shared_ptr<const Generation>& generation);
    void probeAll(const std::shared_ptr<const Generation>& generation);
    void probe(const Generation& generation, const Deployments& deployments);
    void eachAtOnce(const std::shared_ptr<const Generation>& generation,
                    const std::function<void(const Deployments&)>& job);

    Gateway& gateway_;
    Worker& worker_;
    const bool probes_;
    uint64_t warmed_ = 0;  // the number of the generation
};

}  // namespace sluice::gateway

// The routing strategy consistent-hash as an instance.
#pragma once

#include <string_view>
#include <vector>

#include <sluice/config.hpp>
#include <sluice/plugin.hpp>

#include "rendezvous.h"
#include "request_key.h"

namespace router_affinity {

/// routing_strategy_args; the bounds are the schema's.
struct Config {
    std::vector<KeySource> by = {KeySource::Session, KeySource::User, KeySource::Prefix};
    int64_t prefix_bytes = 1024;
    double load_factor = 1.25;

    static Config read(std::string_view json) {
        const sluice::ConfigObject from(json);
        Config config;
        std::vector<std::string> names;
        from.read("by", names);
        if (from.has("by")) config.by.clear();
        for (const auto& name : names) {
            const auto source = keySourceOf(name);
            if (!source) sluice::ConfigObject::fail("by", "another text", "session, user, prefix");
            config.by.push_back(*source);
        }
        from.read("prefix_bytes", config.prefix_bytes);
        from.read("load_factor", config.load_factor);
        return config;
    }
};

class Plugin {
public:
    Plugin(std::string_view config, sluice::Host host) : host_(host), config_(Config::read(config)) {}

    int32_t pick(sluice::Request request, const sluice_candidates& given) {
        const sluice::Candidates candidates(given);
        const auto key = keyOf(request, config_.by, static_cast<size_t>(config_.prefix_bytes));
        return key ? choose(candidates, *key, config_.load_factor, ids_)
                   : leastBusy(candidates, host_.random());
    }

private:
    sluice::Host host_;
    const Config config_;
    IdHashes ids_;
};

}  // namespace router_affinity

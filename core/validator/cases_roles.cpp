// Routers, providers and routes of a plugin's own: what is asked of them beside hooks.
#include <fmt/format.h>

#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::Operation;

struct Table {
    sluice_candidates table;  // first: the plugin's pointer is also a pointer to this
    std::vector<sluice_candidate> items;
    std::vector<uint32_t> numbers;
    uint64_t bits = 0;

    static const Table& of(const sluice_candidates* self) { return *reinterpret_cast<const Table*>(self); }
    explicit Table(size_t count) {
        table = {};
        table.size = sizeof table;
        table.count = static_cast<uint32_t>(count);
        table.at = [](const sluice_candidates* self, uint32_t i) -> const sluice_candidate* {
            return i < of(self).items.size() ? &of(self).items[i] : nullptr;
        };
        table.drop = [](const sluice_candidates*, uint32_t, sluice_str) -> sluice_status {
            return SLUICE_OK;
        };
        table.pin = [](const sluice_candidates*, uint32_t) -> sluice_status { return SLUICE_OK; };
        table.available = [](const sluice_candidates* self, uint32_t i) -> int32_t {
            return i + 1 == of(self).items.size();
        };
        table.prefer = table.pin;
        table.next = [](const sluice_candidates* self, uint32_t from) -> uint32_t {
            return std::max<uint32_t>(from, self->count - std::min(1u, self->count));
        };
        table.group = count + 1;
        table.rows = [](const sluice_candidates* self, uint32_t* stride) -> const sluice_candidate* {
            *stride = sizeof(sluice_candidate);
            return of(self).items.data();
        };
        table.available_bits = [](const sluice_candidates* self) -> const uint64_t* {
            return &of(self).bits;
        };
        table.keep = [](const sluice_candidates*, const uint64_t*, sluice_str) -> sluice_status {
            return SLUICE_OK;
        };
        bits = count > 0 ? uint64_t{1} << (count - 1) : 0;
        for (size_t i = 0; i < count; ++i) {
            numbers.push_back(0);
            sluice_candidate one{};
            one.size = sizeof one;
            one.id = host::str("id");
            one.model = host::str("m");
            one.provider = host::str("openai");
            one.weight = i % 2 ? -1.0 : 0.0;
            one.rpm = one.tpm = one.order = -1;
            one.params = one.info = host::str("{}");
            items.push_back(one);
        }
        table.deployments = numbers.data();
    }
};

// Only the last candidate is available.
void router(Trial& trial) {
    const auto instance = trial.instance();
    if (!instance->router()) throw Skip{"it is no router"};
    trial.onLoop([&](base::Loop&) {
        for (const size_t count : {0, 1, 2, 5}) {
            const Table candidates(count);
            for (int round = 0; round < 50; ++round) {
                Call call(*instance, Operation::Chat, sampleBodies(Operation::Chat, false)[0]);
                auto& ctx = call.runner().context(*instance, host::Phase::None);
                const int32_t picked = instance->pick(ctx, candidates.table);
                const bool last = count > 0 && picked == static_cast<int32_t>(count) - 1;
                require(last || (count == 0 && picked < 0),
                        fmt::format("of {} candidates, the last of which is available, it picks {}", count,
                                    picked));
            }
        }
    });
}

void provider(Trial& trial) {
    const auto instance = trial.instance();
    const sluice_provider* provider = instance->provider();
    if (!provider) throw Skip{"it is no provider"};
    require(!trial.manifest().providers.empty(), "the manifest names no provider that it serves");
    for (const auto& [name, defaults] : trial.manifest().providers) {
        for (const char* params :
             {R"({"api_key":"k","api_base":"http://127.0.0.1:9/v1"})", "{}", "[]", "{\"api_base\":7}"}) {
            const sluice_deployment_config given{
                sizeof given, 0, host::str("id"), host::str(name), host::str("m"), host::str(params)};
            sluice_upstream upstream{};
            upstream.size = sizeof upstream;
            sluice_deployment* made = nullptr;
            const auto words = host::pluginFault([&](char* text, size_t capacity, size_t* size) {
                return provider->open(instance->self(), &given, &made, &upstream, text, capacity, size);
            });
            require(words != "it gave no reason",
                    "open refuses " + std::string(params) + " without a reason");
            require(words.find("it threw") == std::string::npos, "open: " + words);
            if (made && words.empty()) provider->close(instance->self(), made);
        }
    }
}

void endpoint(Trial& trial) {
    const auto instance = trial.instance();
    const sluice_endpoint* endpoint = instance->endpoint();
    if (!endpoint) throw Skip{"it has no routes of its own"};
    require(SLUICE_HAS(endpoint, routes) && SLUICE_HAS(endpoint, handle),
            "the table of sluice.endpoint/1 is incomplete");
    size_t count = 0;
    const sluice_route* routes = endpoint->routes(instance->self(), &count);
    require(count == 0 || routes, "routes says that there are some, and gives none");
    for (size_t i = 0; i < count; ++i) {
        const std::string path(host::view(routes[i].path));
        require(!path.empty() && path[0] == '/',
                "a route has the path \"" + path + "\"; allowed: one that begins with /");
        const auto method = std::string(host::view(routes[i].method));
        require(llm::matchRoute(method, path).kind == llm::RouteMatch::Kind::Unknown,
                method + " " + path + " is a route of the gateway itself");
    }
}

}  // namespace

std::vector<Case> roleCases() {
    return {{"roles.router", "it picks what is available", router},
            {"roles.provider", "deployments are opened, or refused in words", provider},
            {"roles.endpoint", "its routes can be served", endpoint}};
}

}  // namespace sluice::validator

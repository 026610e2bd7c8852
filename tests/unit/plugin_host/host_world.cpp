#include "plugin_host/host_world.h"

#include <catch2/catch.hpp>

namespace sluice::test {

base::Status ScriptedHttp::call(const host::HttpCall& call, base::TimePoint deadline,
                                host::HttpAnswer& answer) {
    if (!answers) return base::gatewayError(base::Code::Unavailable, "nobody there");
    return answers(call, deadline, answer);
}

base::Result<std::unique_ptr<host::Instance>> HostWorld::tryCreate(FakePlugin& plugin,
                                                                   config::PluginInstance settings) {
    if (settings.id.empty()) settings.id = "p" + std::to_string(instances_.size());
    return host::Instance::create(plugin.library(), settings, services, instances_.size());
}

host::Instance& HostWorld::add(FakePlugin& plugin, config::PluginInstance settings) {
    auto made = tryCreate(plugin, std::move(settings));
    REQUIRE(made);
    instances_.push_back(std::move(*made));
    return *instances_.back();
}

host::Runner& HostWorld::start(std::string_view tenant) {
    std::vector<host::Instance*> all;
    for (const auto& instance : instances_) all.push_back(instance.get());
    chains_ = std::make_unique<host::Chains>(all);
    request.head = &head;
    request.route = "chat";
    request.deadline = base::Clock::now() + std::chrono::minutes(1);
    runner_ = std::make_unique<host::Runner>(request, chains_->instanceCount());
    runner_->setChain(chains_->get(tenant, llm::Operation::Chat));
    return *runner_;
}

}  // namespace sluice::test

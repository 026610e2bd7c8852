#include "plugin_host/chain.h"

#include <cstddef>

#include "plugin_host/host_world.h"

using namespace sluice;
using llm::Operation;
using test::FakePlugin;
using test::HostServices;

namespace {

const FakePlugin::Hook kPass = [](sluice_ctx*) { return SLUICE_CONTINUE; };

// Instances of one plugin with different settings.
struct Instances : HostServices {
    Instances() { plugin.onRequest(kPass).preCall(kPass).postCall(kPass); }
    host::Instance& add(config::PluginInstance settings) {
        auto made = host::Instance::create(plugin.library(), settings, services, owned.size());
        REQUIRE(made);
        owned.push_back(std::move(*made));
        all.push_back(owned.back().get());
        return *all.back();
    }
    FakePlugin plugin;
    std::vector<std::unique_ptr<host::Instance>> owned;
    std::vector<host::Instance*> all;
};

config::PluginInstance named(const std::string& id, int64_t order = 0, config::Scope scope = {}) {
    config::PluginInstance settings;
    settings.id = id;
    settings.order = order;
    settings.scope = std::move(scope);
    return settings;
}

std::string ids(const std::vector<host::HookSlot>& slots) {
    std::string out;
    for (const auto& slot : slots) out += slot.instance->id();
    return out;
}

}  // namespace

TEST_CASE("lower order first, equal order as configured; answers in reverse", "[plugin_host]") {
    Instances i;
    for (const auto& [id, order] : {std::pair{"a", 0}, {"b", 5}, {"c", -1}, {"d", 0}, {"e", 5}})
        i.add(named(id, order));
    const host::Chains chains(i.all);
    CHECK(ids(chains.get("", Operation::Chat).pre_call) == "cadbe");
    CHECK(ids(chains.get("", Operation::Chat).post_call) == "ebdac");
    CHECK(chains.instanceCount() == 5);
}

TEST_CASE("an instance runs in its scope only", "[plugin_host]") {
    Instances i;
    i.add(named("a"));
    i.add(named("r", 0, {{"red"}, {}, {}}));
    i.add(named("b", 0, {{"red", "blue"}, {}, {}}));
    i.add(named("c", 0, {{}, {"chat"}, {}}));
    i.add(named("m", 0, {{"red"}, {"messages"}, {}}));
    const host::Chains chains(i.all);
    CHECK(ids(chains.get("", Operation::Chat).pre_call) == "ac");
    CHECK(ids(chains.get("nobody", Operation::Chat).pre_call) == "ac");
    CHECK(ids(chains.get("red", Operation::Chat).pre_call) == "arbc");
    CHECK(ids(chains.get("blue", Operation::Chat).pre_call) == "abc");
    CHECK(ids(chains.get("red", Operation::Messages).pre_call) == "arbm");
    CHECK(ids(chains.get("", Operation::Embeddings).pre_call) == "a");
}

TEST_CASE("a hook that a plugin has not costs no slot", "[plugin_host]") {
    Instances i;
    i.add(named("a"));
    const host::Chains chains(i.all);
    const auto& chain = chains.get("", Operation::Chat);
    CHECK(chain.on_request.size() == 1);
    CHECK(chain.authenticate.empty());
    CHECK(chain.on_stream.empty());
    CHECK(chain.route.empty());
    CHECK(chain.on_complete.empty());
}

TEST_CASE("a table of an older plugin ends where it ends", "[plugin_host]") {
    Instances i;
    i.plugin.tableEndsBefore(offsetof(sluice_hooks, pre_call));  // the pointers behind are not looked at
    i.add(named("a"));
    const host::Chains chains(i.all);
    CHECK(chains.get("", Operation::Chat).on_request.size() == 1);
    CHECK(chains.get("", Operation::Chat).pre_call.empty());
    CHECK(chains.get("", Operation::Chat).post_call.empty());
}

TEST_CASE("a model's scope is looked at for each request", "[plugin_host]") {
    Instances i;
    auto& all = i.add(named("a"));
    auto& some = i.add(named("b", 0, {{}, {}, {"gpt-4o", "claude-*", "x/*"}}));
    const host::Chains chains(i.all);
    CHECK_FALSE(chains.get("", Operation::Chat).pre_call[0].model_scoped);
    CHECK(chains.get("", Operation::Chat).pre_call[1].model_scoped);
    CHECK(host::appliesToModel(all, "anything"));
    for (const char* in : {"gpt-4o", "claude-", "claude-3", "x/y", "x/"})
        CHECK(host::appliesToModel(some, in));
    for (const char* out : {"gpt-4", "gpt-4o-mini", "claude", "x", "", "y/x/z"})
        CHECK_FALSE(host::appliesToModel(some, out));
}

TEST_CASE("no instances make empty chains for every route", "[plugin_host]") {
    const host::Chains chains({});
    for (size_t op = 0; op < llm::kOperations; ++op)
        CHECK(chains.get("t", static_cast<Operation>(op)).pre_call.empty());
}

TEST_CASE("an instance is left out of the phases that it has no use for", "[plugin_host]") {
    Instances i;
    i.add(named("all"));
    i.plugin.wantsOnly({30});
    i.add(named("a"));
    const host::Chains chains(i.all);
    CHECK(ids(chains.get("", Operation::Chat).pre_call) == "alla");
    CHECK(chains.get("", Operation::Chat).post_call.empty());  // both share the plugin, and so the table
    CHECK(chains.get("", Operation::Chat).on_request.empty());
}

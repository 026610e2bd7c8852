#include "plugin_host/instance.h"

#include <algorithm>

#include "base/log.h"
#include "config/tree.h"
#include "plugin_host/host_tables.h"

namespace sluice::host {

using base::Code;

namespace {
constexpr std::string_view kSecrets = "secrets:";
}

Instance::Instance(const Library& library, const config::PluginInstance& settings, Services& services,
                   size_t index)
    : breaker(settings.breaker_failures, base::milliseconds(settings.breaker_pause_ms)),
      library_(library),
      settings_(settings),
      index_(index),
      handle_use_(handleUseOf(settings.id)),
      handle_(std::make_unique<HostHandle>()) {
    handle_->api = {sizeof(sluice_host), SLUICE_ABI_MINOR, hostInterface};
    handle_->instance = this;
    handle_->services = &services;
    handle_use_.unpunished = false;  // what an older one of this id did is not this one's
    grantSecrets(settings.config);
    readNamedSecrets();
}

template <class T>
const T* Instance::interface(const char* id) const {
    const auto* table = static_cast<const T*>(library_.entry->get_interface(str(id)));
    return table && table->size >= 2 * sizeof(uint32_t) ? table : nullptr;
}

base::Result<std::unique_ptr<Instance>> Instance::create(const Library& library,
                                                         const config::PluginInstance& settings,
                                                         Services& services, size_t index) {
    std::unique_ptr<Instance> instance(new Instance(library, settings, services, index));
    const std::string config = settings.config.dump(-1, ' ', false, config::Json::error_handler_t::replace);
    instance->handle_->creating = true;
    const std::string fault = pluginFault([&](char* text, size_t capacity, size_t* size) {
        return library.entry->create(&instance->handle_->api, str(config), &instance->self_, text, capacity,
                                     size);
    });
    instance->handle_->creating = false;
    if (!fault.empty())
        return base::pluginError(Code::InvalidArgument,
                                 "plugin " + library.name + " refuses its configuration: " + fault);
    if (!instance->self_)
        return base::pluginError(Code::Internal, "plugin " + library.name + " created nothing");
    instance->hooks_ = instance->interface<sluice_hooks>(SLUICE_HOOKS_ID);
    instance->router_ = instance->interface<sluice_router>(SLUICE_ROUTER_ID);
    instance->provider_ = instance->interface<sluice_provider>(SLUICE_PROVIDER_ID);
    instance->endpoint_ = instance->interface<sluice_endpoint>(SLUICE_ENDPOINT_ID);
    instance->state_ = instance->interface<sluice_state>(SLUICE_STATE_ID);
    return instance;
}

template <class Call>
auto Instance::contained(const char* what, Call&& call) -> decltype(call()) {
    try {
        return call();
    } catch (const std::exception& e) {
        base::log::error("plugin {}: {} threw: {}", id(), what, e.what());
    } catch (...) {
        base::log::error("plugin {}: {} threw an unknown exception", id(), what);
    }
    ++failures;
    return SLUICE_E_INTERNAL;
}

Instance::~Instance() {
    std::vector<int64_t> timers;
    {
        const std::lock_guard lock(timers_mutex_);
        timers.swap(timers_);
    }
    for (const int64_t id : timers) (void)handle_->services->timers.cancel(id);
    if (!self_) return;
    (void)contained("destroy", [&] {
        library_.entry->destroy(self_);
        return SLUICE_OK;
    });
}

void Instance::grantSecrets(const config::Json& config) {
    if (const auto handle = config::Secrets::handleOf(config)) secrets_.insert(*handle);
    if (!config.is_structured()) return;
    for (const auto& member : config) grantSecrets(member);
}

bool Instance::has(std::string_view capability) const {
    const auto in = [&](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), capability) != list.end();
    };
    const bool by_itself = capability != "admin" && capability.substr(0, kSecrets.size()) != kSecrets;
    return in(library_.manifest.capabilities) && (settings_.grants ? in(*settings_.grants) : by_itself);
}

bool Instance::maySee(const void* table) const {
    if (table == &kHostAdmin) return has("admin");
    if (table == &kHostHttp) return has("net");
    if (table == &kHostDeployments) return has("routing");
    return table != &kHostKv || has("kv");
}

void Instance::readNamedSecrets() {
    const auto environment = config::processEnvironment();
    for (const auto& capability : library_.manifest.capabilities) {
        if (capability.compare(0, kSecrets.size(), kSecrets) != 0 || !has(capability)) continue;
        const std::string name = capability.substr(kSecrets.size());
        if (auto value = environment(name)) named_secrets_[name] = base::Secret(std::move(*value));
    }
}

const base::Secret* Instance::namedSecret(std::string_view name) const {
    const auto found = named_secrets_.find(name);
    return found == named_secrets_.end() ? nullptr : &found->second;
}

base::Status Instance::inherit(Instance& before) {
    if (!SLUICE_HAS(state_, import_state) || !SLUICE_HAS(before.state_, export_state)) return {};
    std::string bytes;
    const auto write = [](void* sink, sluice_str piece) {
        static_cast<std::string*>(sink)->append(view(piece));
    };
    sluice_status status = before.contained(
        "export_state", [&] { return before.state_->export_state(before.self_, &bytes, write); });
    if (status == SLUICE_OK)
        status = contained("import_state", [&] { return state_->import_state(self_, str(bytes)); });
    if (status == SLUICE_OK) return {};
    return base::pluginError(Code::Internal, "plugin " + id() + ": its state could not be taken over");
}

const void* Instance::table(std::string_view interface_id) const {
    return library_.entry->get_interface(str(interface_id));
}

std::string Instance::start() {
    const auto* table = interface<sluice_start>(SLUICE_START_ID);
    if (!SLUICE_HAS(table, start)) return {};
    return pluginFault(
        [&](char* text, size_t capacity, size_t* size) { return table->start(self_, text, capacity, size); });
}

void Instance::ownTimer(int64_t id) {
    const std::lock_guard lock(timers_mutex_);
    timers_.push_back(id);
}

namespace {

// Afterwards the handle is nobody's to use.
struct HookEnd {
    explicit HookEnd(sluice_ctx& c) : ctx(c) {}
    ~HookEnd() { ctx.phase = Phase::None; }
    sluice_ctx& ctx;
};

}  // namespace

bool Instance::wants(uint32_t phase) {
    return !SLUICE_HAS(hooks_, wants) || contained("wants", [&] { return hooks_->wants(self_, phase); }) != 0;
}

int32_t Instance::pick(sluice_ctx& ctx, const sluice_candidates& candidates) {
    const HookEnd end(ctx);
    return contained("pick", [&] { return router_->pick(self_, &ctx, &candidates); });
}

sluice_status Instance::prepare(sluice_deployment* deployment, sluice_ctx& ctx) {
    const HookEnd end(ctx);
    return contained("prepare", [&] { return provider_->prepare(self_, deployment, &ctx); });
}

sluice_status Instance::serve(sluice_deployment* deployment, sluice_ctx& ctx) {
    const HookEnd end(ctx);
    return contained("serve", [&] { return provider_->serve(self_, deployment, &ctx); });
}

std::optional<std::vector<std::string>> Instance::entries(const std::string& section) {
    const auto* source = interface<sluice_config_source>(SLUICE_CONFIG_SOURCE_ID);
    std::vector<std::string> out;
    if (!SLUICE_HAS(source, entries)) return out;
    const auto add = [](void* to, sluice_str json) {
        static_cast<std::vector<std::string>*>(to)->emplace_back(view(json));
    };
    const auto status = contained("entries", [&] { return source->entries(self_, str(section), add, &out); });
    return status == SLUICE_OK ? std::optional(std::move(out)) : std::nullopt;
}

void Instance::learn(const std::string& group, const std::vector<const sluice_candidate*>& deployments) {
    const auto* models = interface<sluice_models>(SLUICE_MODELS_ID);
    if (!SLUICE_HAS(models, group)) return;
    (void)contained("group", [&] {
        models->group(self_, str(group), deployments.data(), deployments.size());
        return SLUICE_OK;
    });
}

void Instance::complete(const sluice_record& record) {
    (void)contained("on_complete", [&] {
        hooks_->on_complete(self_, &record);
        return SLUICE_OK;
    });
}

}  // namespace sluice::host

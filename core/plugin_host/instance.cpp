#include "plugin_host/instance.h"

#include "base/log.h"

namespace sluice::host {

using base::Code;

Instance::Instance(const Library& library, const config::PluginInstance& settings, Services& services, size_t index)
    : library_(library), settings_(settings), index_(index), handle_(std::make_unique<HostHandle>()) {
    handle_->api = {sizeof(sluice_host), SLUICE_ABI_MINOR, hostInterface};
    handle_->instance = this;
    handle_->services = &services;
}

template <class T>
const T* Instance::interface(const char* id) const {
    const auto* table = static_cast<const T*>(library_.entry->get_interface(str(id)));
    return table && table->size >= 2 * sizeof(uint32_t) ? table : nullptr;
}

base::Result<std::unique_ptr<Instance>> Instance::create(const Library& library, const config::PluginInstance& settings, Services& services,
                                                         size_t index) {
    std::unique_ptr<Instance> instance(new Instance(library, settings, services, index));
    const std::string config = settings.config.dump();
    instance->handle_->creating = true;
    const std::string fault = pluginFault([&](char* text, size_t capacity, size_t* size) {
        return library.entry->create(&instance->handle_->api, str(config), &instance->self_, text, capacity, size);
    });
    instance->handle_->creating = false;
    if (!fault.empty()) return base::pluginError(Code::InvalidArgument, "plugin " + library.name + " refuses its configuration: " + fault);
    if (!instance->self_) return base::pluginError(Code::Internal, "plugin " + library.name + " created nothing");
    instance->hooks_ = instance->interface<sluice_hooks>(SLUICE_HOOKS_ID);
    instance->router_ = instance->interface<sluice_router>(SLUICE_ROUTER_ID);
    instance->provider_ = instance->interface<sluice_provider>(SLUICE_PROVIDER_ID);
    return instance;
}

Instance::~Instance() {
    if (!self_) return;
    try {
        library_.entry->destroy(self_);
    } catch (...) {
        base::log::error("plugin {}: destroy threw an exception", id());
    }
}

}  // namespace sluice::host

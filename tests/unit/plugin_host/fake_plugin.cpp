#include "plugin_host/fake_plugin.h"

#include <array>
#include <cstring>
#include <utility>

namespace sluice::test {
namespace {

// create() has no way to say which fake is meant but this; tests create one instance after the other.
thread_local FakePlugin* t_creating = nullptr;

FakePlugin& fake(sluice_instance* self) { return *reinterpret_cast<FakePlugin*>(self); }

}  // namespace

struct FakeEntry {
    static sluice_str describe() { return {"{}", 2}; }

    static sluice_status create(const sluice_host* host, sluice_str config, sluice_instance** out,
                                char* error, size_t capacity, size_t* size) {
        if (!t_creating->refusal_.empty()) {
            *size = std::min(capacity, t_creating->refusal_.size());
            std::memcpy(error, t_creating->refusal_.data(), *size);
            return SLUICE_E_INVALID;
        }
        if (t_creating->create_) t_creating->create_(host, std::string(config.ptr, config.len));
        *out = reinterpret_cast<sluice_instance*>(t_creating);
        return SLUICE_OK;
    }

    static void destroy(sluice_instance*) {}

    static const void* interface(sluice_str id) {
        return std::string_view(id.ptr, id.len) == SLUICE_HOOKS_ID ? &t_creating->table_ : nullptr;
    }

    static void* begin(sluice_instance* self, sluice_ctx*) { return fake(self).begin_(); }
    static void end(sluice_instance* self, void* state) { fake(self).end_(state); }
    static int32_t wants(sluice_instance* self, uint32_t phase) {
        const auto& wanted = fake(self).wanted_;
        return std::find(wanted.begin(), wanted.end(), phase) != wanted.end() ? 1 : 0;
    }
    static sluice_verdict route(sluice_instance* self, sluice_ctx* ctx, void*, const sluice_candidates*) {
        return fake(self).route_(ctx);
    }
    static sluice_verdict stream(sluice_instance* self, sluice_ctx* ctx, void*,
                                 const sluice_stream_event* event, sluice_stream_action* action) {
        return fake(self).stream_(ctx, *event, *action);
    }

    static constexpr sluice_entry kEntry{
        sizeof(sluice_entry), SLUICE_ABI_MINOR, {"fake", 4}, describe, create, destroy, interface};
};

template <size_t I>
sluice_verdict FakePlugin::call(sluice_instance* self, sluice_ctx* ctx, void*) {
    return fake(self).plain_[I](ctx);
}

FakePlugin& FakePlugin::wantsOnly(std::vector<uint32_t> phases) {
    wanted_ = std::move(phases);
    table_.wants = FakeEntry::wants;
    return *this;
}

FakePlugin::FakePlugin() { table_.size = sizeof table_; }

FakePlugin& FakePlugin::set(size_t index, Hook hook, sluice_hook sluice_hooks::*member) {
    static constexpr auto kCalls = []<size_t... I>(std::index_sequence<I...>) {
        return std::array<sluice_hook, kPlainHooks>{&FakePlugin::call<I>...};
    }
    (std::make_index_sequence<kPlainHooks>());
    plain_[index] = std::move(hook);
    table_.*member = kCalls[index];
    return *this;
}

FakePlugin& FakePlugin::routes(Hook hook) {
    route_ = std::move(hook);
    table_.route = FakeEntry::route;
    return *this;
}

FakePlugin& FakePlugin::onStream(StreamHook hook) {
    stream_ = std::move(hook);
    table_.on_stream = FakeEntry::stream;
    return *this;
}

FakePlugin& FakePlugin::keepsState(std::function<void*()> begin, std::function<void(void*)> end) {
    begin_ = std::move(begin);
    end_ = std::move(end);
    table_.request_begin = FakeEntry::begin;
    table_.request_end = FakeEntry::end;
    return *this;
}

FakePlugin& FakePlugin::refusesConfig(std::string words) {
    refusal_ = std::move(words);
    return *this;
}

FakePlugin& FakePlugin::createsWith(std::function<void(const sluice_host*, const std::string&)> create) {
    create_ = std::move(create);
    return *this;
}

FakePlugin& FakePlugin::tableEndsBefore(size_t offset_of_member) {
    table_.size = static_cast<uint32_t>(offset_of_member);
    return *this;
}

host::Library FakePlugin::library() const {
    t_creating = const_cast<FakePlugin*>(this);
    host::Library library;
    library.name = "fake";
    library.manifest.capabilities = capabilities_;
    library.manifest.blocking = blocking_;
    library.entry = &FakeEntry::kEntry;
    return library;
}

}  // namespace sluice::test

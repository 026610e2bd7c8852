// A plugin that lives in the test: hooks are lambdas, the tables of the ABI are real.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "plugin_host/library.h"
#include "sluice/sluice.h"

namespace sluice::test {

class FakePlugin {
public:
    using Hook = std::function<sluice_verdict(sluice_ctx*)>;
    using StreamHook =
        std::function<sluice_verdict(sluice_ctx*, const sluice_stream_event&, sluice_stream_action&)>;

    FakePlugin();
    FakePlugin(const FakePlugin&) = delete;
    FakePlugin& operator=(const FakePlugin&) = delete;

    // --- what it does; each makes the hook exist ---
    FakePlugin& onRequest(Hook hook) { return set(0, std::move(hook), &sluice_hooks::on_request); }
    FakePlugin& authenticates(Hook hook) { return set(1, std::move(hook), &sluice_hooks::authenticate); }
    FakePlugin& authorizes(Hook hook) { return set(2, std::move(hook), &sluice_hooks::authorize); }
    FakePlugin& preCall(Hook hook) { return set(3, std::move(hook), &sluice_hooks::pre_call); }
    FakePlugin& cacheLookup(Hook hook) { return set(4, std::move(hook), &sluice_hooks::cache_lookup); }
    FakePlugin& duringCall(Hook hook) { return set(5, std::move(hook), &sluice_hooks::during_call); }
    FakePlugin& onUpstreamRequest(Hook hook) {
        return set(6, std::move(hook), &sluice_hooks::on_upstream_request);
    }
    FakePlugin& onUpstreamResponse(Hook hook) {
        return set(7, std::move(hook), &sluice_hooks::on_upstream_response);
    }
    FakePlugin& onAttemptEnd(Hook hook) { return set(8, std::move(hook), &sluice_hooks::on_attempt_end); }
    FakePlugin& postCall(Hook hook) { return set(9, std::move(hook), &sluice_hooks::post_call); }
    FakePlugin& onResponse(Hook hook) { return set(10, std::move(hook), &sluice_hooks::on_response); }
    FakePlugin& routes(Hook hook);
    FakePlugin& onStream(StreamHook hook);
    /// `begin` makes the state of a request, `end` gets it back.
    FakePlugin& keepsState(std::function<void*()> begin, std::function<void(void*)> end);
    /// Has a use for the hooks of these phases only.
    FakePlugin& blocks() {
        blocking_ = true;
        return *this;
    }
    FakePlugin& wantsOnly(std::vector<uint32_t> phases);
    FakePlugin& refusesConfig(std::string words);
    FakePlugin& createsWith(std::function<void(const sluice_host*, const std::string& config)> create);
    /// As a plugin of an older minor version, whose table ends before `member`.
    FakePlugin& tableEndsBefore(size_t offset_of_member);

    /// The library that makes instances of this plugin. Instances must not outlive this object.
    host::Library library() const;
    /// What its manifest asks for.
    FakePlugin& asksFor(std::vector<std::string> capabilities) {
        capabilities_ = std::move(capabilities);
        return *this;
    }

private:
    static constexpr size_t kPlainHooks = 11;
    template <size_t I>
    static sluice_verdict call(sluice_instance* self, sluice_ctx* ctx, void* state);
    FakePlugin& set(size_t index, Hook hook, sluice_hook sluice_hooks::*member);
    friend struct FakeEntry;

    std::vector<std::string> capabilities_;
    std::vector<uint32_t> wanted_;
    bool blocking_ = false;
    sluice_hooks table_{};
    Hook plain_[kPlainHooks];
    Hook route_;
    StreamHook stream_;
    std::function<void*()> begin_;
    std::function<void(void*)> end_;
    std::string refusal_;
    std::function<void(const sluice_host*, const std::string&)> create_;
};

}  // namespace sluice::test

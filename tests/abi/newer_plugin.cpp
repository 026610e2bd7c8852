// A plugin that knows everything of today's ABI. It asks first, unless its configuration names what it is to
// use without asking: {"rude":"reply"}. Test of the test: a host of ABI 1.0 has to catch each of them.
#include <sluice/plugin.hpp>

#include <cstring>
#include <string>

namespace {

using sluice::Verdict;

class Newer {
public:
    Newer(std::string_view config, sluice::Host host)
        : config_(config),
          reply_(host.find<sluice_host_reply>(SLUICE_HOST_REPLY_ID)),
          content_(host.find<sluice_host_content>(SLUICE_HOST_CONTENT_ID)) {
        if (rude("host")) behind(*host.raw());
        if (rude("refusal")) throw sluice::ConfigError("not in this host: " + config_);
        if (rude("needs") && !content_) throw sluice::ConfigError("it has no " SLUICE_HOST_CONTENT_ID);
    }

    Verdict pre_call(sluice::Request r) {
        if (rude("reply") || SLUICE_HAS(reply_, failed))
            (void)reply_->failed(r.raw(), sluice::str("nothing failed"));
        uint32_t count = 0;
        if (rude("content") || SLUICE_HAS(content_, count))
            (void)content_->count(r.raw(), SLUICE_CONTENT_REQUEST, &count);
        r.observe(SLUICE_LANE_TEXT);
        return Verdict::Continue;
    }
    Verdict route(sluice::Request, const sluice_candidates& candidates) {
        if (rude("candidates")) behind(candidates);
        if (rude("candidate")) behind(*candidates.at(&candidates, 0));
        return Verdict::Continue;
    }
    Verdict on_stream(sluice::Stream) { return Verdict::Continue; }
    void on_complete(const sluice_record& record) {
        if (rude("record")) behind(record);
    }

    // The SDK hides these two structs.
    static const void* interfaceOf(sluice_str id);

    bool rude(const char* what) const { return config_ == "{\"rude\":\"" + std::string(what) + "\"}"; }

    // Reads the member that tomorrow's struct has behind today's.
    template <class T>
    static void behind(const T& given) {
        const volatile char* at = reinterpret_cast<const volatile char*>(&given) + sizeof given;
        (void)*at;
    }

private:
    const std::string config_;
    const sluice_host_reply* reply_;
    const sluice_host_content* content_;
};

const sluice_hooks* plain() { return sluice::detail::hooksOf<Newer>(); }

const void* Newer::interfaceOf(sluice_str id) {
    if (sluice::view(id) != SLUICE_HOOKS_ID) return nullptr;
    static sluice_hooks hooks = *plain();
    hooks.on_stream = [](sluice_instance* self, sluice_ctx* ctx, void* state,
                         const sluice_stream_event* event, sluice_stream_action* action) {
        const auto& plugin = *reinterpret_cast<Newer*>(self);
        if (plugin.rude("event")) behind(*event);
        if (plugin.rude("action")) behind(*action);
        return plain()->on_stream(self, ctx, state, event, action);
    };
    return &hooks;
}

constexpr char kManifest[] =
    R"({"id":"newer_plugin","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1"],
  "description":"Uses what ABI 1.0 did not have, if it is there"})";

}  // namespace

extern "C" SLUICE_EXPORT const sluice_entry* sluice_plugin_entry_v1(void) {
    static const sluice_entry entry{sizeof(sluice_entry),
                                    SLUICE_ABI_MINOR,
                                    sluice::str("hand-written"),
                                    [] {
                                        return sluice_str{kManifest, sizeof kManifest - 1};
                                    },
                                    sluice::detail::createOf<Newer>,
                                    sluice::detail::destroyOf<Newer>,
                                    Newer::interfaceOf};
    return &entry;
}

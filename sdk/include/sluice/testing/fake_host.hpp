// FakeHost: the gateway's side of the C ABI for unit tests of plugins, in memory, without threads and without
// waiting. Needs the SDK and nothing else; any test framework goes with it.
//
//   sluice::testing::FakeHost host;
//   auto plugin = host.load<Hello>(R"({"word":"x"})");
//   auto request = host.request(R"({"model":"m","messages":[]})").withHeader("x-user", "me");
//   CHECK(plugin.preCall(request).blocked());
//   CHECK(request.blockMessage() == "…");
//
//   auto stream = host.stream(request);                  // after pre_call, which has subscribed
//   CHECK(stream.run("some text", 42) == "some ***");    // cut at random, with that seed
//
//   host.http.answer("https://guard/", {200, "{}"});     // scripted; host.http.asked() says what was asked
//   host.advance(5'000);                                 // the clock stands still otherwise; sleep moves it
//   host.metric("hello_total", {"m"}); host.logged("hello"); host.secrets["HANDLE"] = "text";
//
// A hook's verdict is judged as in the gateway (a verdict that the phase does not accept is a failed one),
// and functions of the ABI refuse what the gateway refuses in that phase. What the policies of an instance
// make of a failure, and the row of plugins in front and behind, are the gateway's affair; only streams go
// through every plugin that subscribed. The configuration is given to the plugin as it is: no schema is
// checked and no default filled in.
//
// The SDK looks the host's tables up once a library and keeps them in a global. Several hosts and plugins can
// stand side by side in one test program all the same: FakeHost fills that global again before every call
// into a plugin. It follows that one thread at a time may use the fake hosts of a program, and that a
// plugin's method called directly, past FakePlugin, sees the tables of the plugin that was called last.
//
// FakeHost host(Abi::V1_0) is a host of that release: see sluice/testing/abi_release.hpp. Load a library in
// one host only for that: its SDK keeps what the first one told it.
//
// The host must outlive its plugins and requests: declare it first.
#pragma once

#include <sluice/plugin.hpp>
#include <sluice/testing/fake_plugin.hpp>
#include <sluice/testing/fake_stream.hpp>
#include <sluice/testing/tables_attempt.hpp>
#include <sluice/testing/tables_content.hpp>
#include <sluice/testing/tables_host.hpp>
#include <sluice/testing/tables_kv.hpp>

namespace sluice::testing {

/// What SLUICE_PLUGIN would make of the class, without its manifest.
template <class T>
const sluice_entry& entryOf() {
    static const sluice_entry entry{sizeof(sluice_entry),
                                    SLUICE_ABI_MINOR,
                                    str("fake host"),
                                    [] {
                                        return sluice_str{nullptr, 0};
                                    },
                                    sluice::detail::createOf<T>,
                                    sluice::detail::destroyOf<T>,
                                    [](sluice_str id) { return sluice::detail::interfaceOf<T>(view(id)); }};
    return entry;
}

/// log, http, secrets, clock and metrics: see HostState.
class FakeHost : public HostState {
public:
    explicit FakeHost(Abi release = Abi::Today) : HostState(release) {}

    /// Throws std::runtime_error with the plugin's words if it refuses its configuration.
    template <class T>
    FakePlugin load(std::string_view config = "{}") {
        return load(entryOf<T>(), config);
    }
    /// The same from an entry: *sluice_plugin_entry_v1(), also of a library that the test has loaded.
    FakePlugin load(const sluice_entry& entry, std::string_view config = "{}") {
        auto data = std::make_shared<PluginData>(*this, entry, findTable, config);
        const std::string fault = create(*data);
        if (!fault.empty()) throw std::runtime_error(fault);
        data->index = ++loaded_;
        return FakePlugin(std::move(data));
    }
    /// Why the plugin refuses that configuration; empty if it takes it.
    template <class T>
    std::string refusal(std::string_view config) {
        PluginData data(*this, entryOf<T>(), findTable, config);
        return create(data);
    }

    /// Model and stream flag are the body's. Everything else: the with… functions.
    FakeRequest request(std::string_view body = R"({"model":"model","messages":[]})") {
        return {*this, body};
    }
    FakeStream stream(const FakeRequest& request) { return FakeStream(request); }

private:
    static std::string create(PluginData& data) {
        char error[1024];
        size_t size = 0;
        data.creating = true;
        const sluice_status status =
            data.entry->create(data.api(), str(data.config), &data.self, error, sizeof error, &size);
        data.creating = false;
        if (status != SLUICE_OK) {
            data.self = nullptr;
            return size == 0 ? "it gave no reason" : std::string(error, std::min(size, sizeof error));
        }
        if (!data.self) return "it created nothing";
        data.hooks = data.table<sluice_hooks>(SLUICE_HOOKS_ID);
        return {};
    }

    static const void* findTable(const sluice_host* host, sluice_str wanted) {
        static const std::pair<std::string_view, const void*> all[] = {
            {SLUICE_HOST_LOG_ID, &tables::kLog},
            {SLUICE_HOST_METRICS_ID, &tables::kMetrics},
            {SLUICE_HOST_SECRETS_ID, &tables::kSecrets},
            {SLUICE_HOST_CLOCK_ID, &tables::kClock},
            {SLUICE_HOST_TIMERS_ID, &tables::kTimers},
            {SLUICE_HOST_WAIT_ID, &tables::kWait},
            {SLUICE_HOST_OFFLOAD_ID, &tables::kOffload},
            {SLUICE_HOST_HTTP_ID, &tables::kHttp},
            {SLUICE_HOST_KV_ID, &tables::kKv},
            {SLUICE_HOST_ADMIN_ID, &tables::kAdmin},
            {SLUICE_HOST_ATTRIBUTES_ID, &tables::kAttributes},
            {SLUICE_HOST_REQUEST_ID, &tables::kRequest},
            {SLUICE_HOST_REPLY_ID, &tables::kReply},
            {SLUICE_HOST_RESPONSE_ID, &tables::kResponse},
            {SLUICE_HOST_CONTENT_ID, &tables::kContent},
            {SLUICE_HOST_GUARD_ID, &tables::kGuard},
            {SLUICE_HOST_GUARDRAILS_ID, &tables::kGuardrails},
            {SLUICE_HOST_ATTEMPT_ID, &tables::kAttempt},
            {SLUICE_HOST_STREAM_ID, &tables::kStream},
            {SLUICE_HOST_SERVE_ID, &tables::kServe},
            {SLUICE_HOST_SERVICES_ID, &tables::kServices},
        };
        const std::string_view id = view(wanted);
        const std::string_view needs = id == SLUICE_HOST_HTTP_ID    ? "net"
                                       : id == SLUICE_HOST_KV_ID    ? "kv"
                                       : id == SLUICE_HOST_ADMIN_ID ? "admin"
                                                                    : "";
        if (!needs.empty() && handleOf(host).plugin->capabilities.count(needs) == 0) return nullptr;
        for (const auto& [name, table] : all) {
            if (name == id) return tableOf(handleOf(host).host->abi, id, table);
        }
        return nullptr;
    }

    size_t loaded_ = 0;
};

}  // namespace sluice::testing

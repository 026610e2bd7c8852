// Hosts that are older, newer or poorer than the one that the plugin was written for, and waiting inside
// hooks.
#include <filesystem>
#include <thread>

#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::Operation;

constexpr const char* kServices[] = {
    SLUICE_HOST_LOG_ID,      SLUICE_HOST_METRICS_ID, SLUICE_HOST_SECRETS_ID, SLUICE_HOST_CLOCK_ID,
    SLUICE_HOST_TIMERS_ID,   SLUICE_HOST_OFFLOAD_ID, SLUICE_HOST_HTTP_ID,    SLUICE_HOST_ATTRIBUTES_ID,
    SLUICE_HOST_RESPONSE_ID, SLUICE_HOST_ATTEMPT_ID, SLUICE_HOST_STREAM_ID,  SLUICE_HOST_SERVE_ID,
    SLUICE_HOST_ADMIN_ID};

std::string_view missing;  // the service that the host at hand lacks

const void* without(const sluice_host* host, sluice_str id) {
    return host::view(id) == missing ? nullptr : host::hostInterface(host, id);
}

// Only creating is tried: a plugin may refuse to live without a service, in words.
void poorHost(Trial& trial) {
    const auto instance = trial.instance();
    const auto config = trial.settings().config.dump();
    host::HostHandle poor = instance->handle();
    poor.api.get_interface = without;
    poor.creating = true;
    const sluice_entry* entry = trial.library().entry;
    for (const char* service : kServices) {
        missing = service;
        char text[256];
        size_t size = 0;
        sluice_instance* made = nullptr;
        const auto status = entry->create(&poor.api, host::str(config), &made, text, sizeof text, &size);
        require(status != SLUICE_OK || made,
                std::string("without ") + service + " create returns OK and no instance");
        require(status == SLUICE_OK || size > 0,
                std::string("without ") + service + " create fails and does not say why");
        if (made) entry->destroy(made);
    }
}

void richHost(Trial& trial) {
    const auto instance = trial.instance();
    const auto config = trial.settings().config.dump();
    host::HostHandle rich = instance->handle();
    rich.api.size += 64;
    rich.api.abi_minor += 7;
    rich.creating = true;
    char text[256];
    size_t size = 0;
    sluice_instance* made = nullptr;
    const sluice_entry* entry = trial.library().entry;
    const auto status = entry->create(&rich.api, host::str(config), &made, text, sizeof text, &size);
    require(status == SLUICE_OK && made,
            "a host whose structs have grown is refused: " + std::string(text, std::min(size, sizeof text)));
    if (made) entry->destroy(made);
    struct Bigger {
        sluice_record record;
        char more[64];
    };
    if (!instance->hooks() || !SLUICE_HAS(instance->hooks(), on_complete)) return;
    Bigger bigger{};
    bigger.record.size = sizeof bigger;
    bigger.record.json = host::str("{}");
    instance->complete(bigger.record);
    require(instance->failures == 0, "a record that has grown is not taken");
}

void unknownValues(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop&) {
        Call call(*instance, Operation::Chat, sampleBodies(Operation::Chat, true)[0], true);
        call.request.route = "a_route_of_tomorrow";
        if (!call.before()) return;
        const sluice_hooks* hooks = instance->hooks();
        if (hooks && SLUICE_HAS(hooks, on_stream)) {
            for (const host::Subscription& wanted : call.request.subscriptions) {
                const sluice_stream_event event{sizeof event + 32, 1u << 20,       3, 99,
                                                host::str("text"), host::str("xt")};
                host::StreamCall edits{"text", wanted.mode, {}};
                uint64_t release = 4;
                (void)call.runner().onStream(wanted, event, edits, release);
            }
        }
        const auto failure = call.failure();
        require(failure.empty(), failure);
    });
}

// Two requests at a time: if the first one parks with a lock in its hands, the second one stops the loop, and
// this test with it.
void locks(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop& loop) {
        size_t left = 8;
        base::Fiber* self = base::Fiber::current();
        for (size_t i = 0; i < 8; ++i) {
            loop.spawn([&] {
                {
                    Call call(*instance, Operation::Chat, sampleBodies(Operation::Chat, false)[0]);
                    if (call.before()) call.after("{}");
                }
                if (--left == 0) self->wake();
            });
        }
        while (left > 0) (void)base::Fiber::park(base::kNever, false);
    });
}

size_t entriesOf(const char* folder) {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

void leftovers(Trial& trial) {
    (void)trial.instance();  // what the libraries below it start once does not count
    const size_t threads = entriesOf("/proc/self/task"), files = entriesOf("/proc/self/fd");
    for (int i = 0; i < 3; ++i) (void)trial.instance();
    require(entriesOf("/proc/self/task") <= threads, "threads of an instance run on after its end");
    require(entriesOf("/proc/self/fd") <= files, "descriptors of an instance stay open after its end");
}

}  // namespace

std::vector<Case> contractCases() {
    return {{"contract.poor", "a service that the host lacks is missed in words", poorHost},
            {"contract.rich", "structs may have grown", richHost},
            {"contract.unknown", "routes, lanes and ends of tomorrow do no harm", unknownValues},
            {"contract.locks", "no lock is held across a wait", locks},
            {"contract.leftovers", "an instance leaves nothing behind", leftovers}};
}

}  // namespace sluice::validator

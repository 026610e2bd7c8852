// Every hook on every route, with bodies that clients send and with odd ones.
#include <algorithm>

#include <fmt/format.h>

#include "plugin_host/hook_names.h"
#include "plugin_host/phase_rules.h"
#include "validator/case.h"

namespace sluice::validator {
namespace {

using llm::Operation;

template <class Each>
void eachRoute(Each&& each) {
    for (size_t i = 0; i < llm::kOperations; ++i) {
        const auto operation = static_cast<Operation>(i);
        if (llm::isForwarded(operation) && llm::info(operation).body == llm::BodyKind::Json) each(operation);
    }
}

const std::string kAnswer =
    R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hello 555-1234"}}],"usage":{"total_tokens":3}})";

void checkCall(Call& call) {
    const auto failure = call.failure();
    require(failure.empty(), failure);
}

void verdicts(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop&) {
        eachRoute([&](Operation operation) {
            for (const bool stream : {false, true}) {
                Call call(*instance, operation, sampleBodies(operation, stream)[0], stream);
                if (call.before()) call.after(kAnswer);
                checkCall(call);
            }
        });
    });
}

void bodies(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop&) {
        eachRoute([&](Operation operation) {
            for (auto& body : sampleBodies(operation, false)) {
                Call call(*instance, operation, body);
                if (call.before()) {
                    for (const char* answer : {"", "{}", "null", "[1", "{\"choices\":[null]}"})
                        call.after(answer);
                }
                checkCall(call);
            }
        });
    });
}

// What a hook does between two waits holds up every other request of its loop.
void quick(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop&) {
        for (int round = 0; round < 5; ++round) {
            Call call(*instance, Operation::Chat, sampleBodies(Operation::Chat, false)[0]);
            if (call.before()) call.after(kAnswer);
            for (const auto& said : call.request.verdicts) {
                require(round == 0 || said.duration_us < 100'000,
                        fmt::format("{} took {} ms for a small request", host::name(said.phase),
                                    said.duration_us / 1000));
            }
        }
    });
}

void state(Trial& trial) {
    const auto instance = trial.instance();
    const sluice_hooks* hooks = instance->hooks();
    if (!hooks) throw Skip{"it has no hooks"};
    require(!SLUICE_HAS(hooks, request_begin) || SLUICE_HAS(hooks, request_end),
            "request_begin without request_end: its states are never freed");
}

// A name of the manifest that the table lacks is a hook that nobody calls.
void listed(Trial& trial) {
    if (!trial.manifest().hooks) throw Skip{"its manifest does not list its hooks"};
    const auto& said = *trial.manifest().hooks;
    const auto has = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    const auto there = host::hooksIn(trial.instance()->hooks());
    for (const auto& name : said)
        require(has(there, name), "the manifest lists the hook " + name + ", the table does not have it");
    for (const auto& name : there)
        require(has(said, name),
                "the table has the hook " + name + ", the manifest's \"hooks\" does not list it");
}

void edits(Trial& trial) {
    const auto instance = trial.instance();
    trial.onLoop([&](base::Loop&) {
        eachRoute([&](Operation operation) {
            Call call(*instance, operation, sampleBodies(operation, false)[0]);
            if (!call.before()) return;
            const auto body = call.request.attempt.body.flattened();
            require(llm::isJson(body),
                    "after pre_call the body is no JSON on route " + std::string(call.request.route));
        });
    });
}

void records(Trial& trial) {
    const auto instance = trial.instance();
    if (!instance->hooks() || !SLUICE_HAS(instance->hooks(), on_complete))
        throw Skip{"it has no on_complete"};
    for (const char* json : {R"({"id":"x","response_cost":0.1})", "{}"}) {
        sluice_record record{};
        record.size = sizeof record;
        record.http_status = 200;
        record.call_id = host::str("id");
        record.outcome = host::str("success");
        record.route = host::str("chat");
        record.model = host::str("m");
        record.json = host::str(json);
        record.start_ms = 1;
        record.end_ms = 2;
        record.prompt_tokens = 3;
        record.completion_tokens = 4;
        record.usage_known = 1;
        record.cost_pico_usd = 5;
        instance->complete(record);
    }
    require(instance->failures == 0, "on_complete threw an exception");
}

}  // namespace

std::vector<Case> hookCases() {
    return {
        {"hooks.verdicts", "every hook answers every route with a verdict that its phase allows", verdicts},
        {"hooks.bodies", "odd bodies and answers are survived", bodies},
        {"hooks.quick", "no hook holds its loop for long", quick},
        {"hooks.state", "what is begun is ended", state},
        {"hooks.listed", "the hooks that the manifest lists are those that there are", listed},
        {"hooks.edits", "an edited body is still JSON", edits},
        {"hooks.records", "on_complete takes any record", records}};
}

}  // namespace sluice::validator

// A store, spoken to through the table that other plugins get. Which one it is says backend.h:
//
//   Plugin, Store       its classes
//   Directory           a place for stores of one test; file() names one of them
//   configFor(place)    the configuration of a store there; ":memory:" is a place of its own
//   openStore(place)    the same without a plugin
//   months(place)       how many months of usage events it keeps
//   checkWhole(place)   after a crash
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sluice/testing/fake_host.hpp>

#include "backend.h"
#include "store_common/calendar.h"
#include "store_common/event.h"

namespace store_tests {

using Json = nlohmann::json;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;

struct Told {
    std::string id, json;
    uint64_t version;
    bool removed;
};

/// What a watch was told, in order.
class Listener {
public:
    static void hear(void* self, const sluice_document* document) {
        auto& own = *static_cast<Listener*>(self);
        const std::lock_guard lock(own.mutex_);
        own.told_.push_back({std::string(sluice::view(document->id)),
                             std::string(sluice::view(document->json)), document->version,
                             document->removed != 0});
        own.changed_.notify_all();
    }
    std::vector<Told> told() const {
        const std::lock_guard lock(mutex_);
        return told_;
    }
    /// Waits some seconds at most.
    std::vector<Told> waitFor(size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10), [&] { return told_.size() >= count; });
        return told_;
    }
    std::vector<Told> waitForId(const std::string& id) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10),
                          [&] { return !told_.empty() && told_.back().id == id; });
        return told_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Told> told_;
};

class TestStore {
public:
    explicit TestStore(const std::string& path, const std::string& more = "")
        : plugin_(host.load<Plugin>(configFor(path, more))),
          service_(plugin_.service(SLUICE_STORE_ID)),
          table_(static_cast<const sluice_store*>(service_.table)) {
        REQUIRE(table_);
    }

    int64_t watch(const std::string& kind, Listener& listener) {
        return table_->watch(service_.owner, sluice::str(kind), &listener, Listener::hear);
    }
    void unwatch(int64_t id) { table_->unwatch(service_.owner, id); }

    sluice_status write(const std::vector<sluice_change>& changes) {
        return table_->write(service_.owner, changes.data(), changes.size(), &version);
    }
    sluice_status put(const std::string& id, const std::string& json, uint64_t expected = SLUICE_STORE_ANY,
                      const std::string& kind = "key") {
        return write({change(kind, id, json, expected)});
    }
    sluice_status take(const std::string& id, uint64_t expected = SLUICE_STORE_ANY) {
        static const std::string kind = "key", nothing;  // the change only points at them
        sluice_change gone = change(kind, id, nothing, expected);
        gone.remove = 1;
        return write({gone});
    }
    static sluice_change change(const std::string& kind, const std::string& id, const std::string& json,
                                uint64_t expected = SLUICE_STORE_ANY) {
        return {sizeof(sluice_change), 0, sluice::str(kind), sluice::str(id), sluice::str(json), expected};
    }

    sluice_status append(const std::vector<sluice_record>& records) {
        std::vector<const sluice_record*> all;
        for (const auto& record : records) all.push_back(&record);
        return table_->append(service_.owner, all.data(), all.size());
    }

    sluice_status ask(const std::string& question, std::string& answer) {
        return table_->report(
            service_.owner, sluice::str(question), &answer,
            [](void* sink, sluice_str json) { static_cast<std::string*>(sink)->append(sluice::view(json)); });
    }
    Json report(const std::string& question) {
        std::string answer;
        INFO(question);
        const auto status = ask(question, answer);
        INFO(answer);
        REQUIRE(status == SLUICE_OK);
        return Json::parse(answer);
    }
    /// Why it is no question.
    std::string refusal(const std::string& question) {
        std::string answer;
        if (ask(question, answer) != SLUICE_E_INVALID) return "it was answered: " + answer;
        return Json::parse(answer).at("error").get<std::string>();
    }
    Store& store() { return plugin_.as<Plugin>().store(); }

    FakeHost host;
    uint64_t version = 0;

private:
    FakePlugin plugin_;
    sluice_service service_;
    const sluice_store* table_;
};

using store_common::kDayMs;
constexpr int64_t kNov21 = 20778 * kDayMs;  // 2026-11-21T00:00:00Z

/// A record whose texts live as long as the program: tests name few of them.
inline const std::string& kept(const std::string& text) {
    static std::mutex mutex;
    static std::map<std::string, std::string> all;
    const std::lock_guard lock(mutex);
    return all.emplace(text, text).first->second;
}

struct Call {
    std::string id, key = "k", user = "u", team = "t", organization = "o", end_user = "", group = "gpt",
                    model = "gpt-4o", provider = "openai", outcome = "success", attributes = "{}";
    int64_t start_ms = kNov21 + 1'000;
    uint64_t prompt = 10, completion = 5;
    int64_t cost = 1'000'000;

    operator sluice_record() const {
        sluice_record r{};
        r.size = sizeof r;
        r.http_status = outcome == "success" ? 200 : 500;
        r.call_id = sluice::str(kept(id));
        r.outcome = sluice::str(kept(outcome));
        r.route = sluice::str("chat");
        r.model = sluice::str(kept(group));
        r.start_ms = start_ms;
        r.end_ms = start_ms + 500;
        r.prompt_tokens = prompt;
        r.completion_tokens = completion;
        r.usage_known = 1;
        r.cost_pico_usd = cost;
        r.attempts = 1;
        r.call_type = sluice::str("acompletion");
        r.key_id = sluice::str(kept(key));
        r.user = sluice::str(kept(user));
        r.team = sluice::str(kept(team));
        r.organization = sluice::str(kept(organization));
        r.end_user = sluice::str(kept(end_user));
        r.model_group = sluice::str(kept(group));
        r.upstream_model = sluice::str(kept(model));
        r.provider = sluice::str(kept(provider));
        r.deployment_id = sluice::str("d-1");
        r.attributes = sluice::str(kept(attributes));
        return r;
    }
};

inline std::string tagged(const std::string& list) { return "{\"tags\":" + sluice::jsonQuoted(list) + "}"; }

}  // namespace store_tests

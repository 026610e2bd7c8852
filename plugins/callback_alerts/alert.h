// What is to be told: one event about one subject, in words for people and in members for programs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace alerts {

using Json = nlohmann::json;

/// Info is for reading, not for waking anybody: it never goes to PagerDuty.
enum class Level { Info, Warning, Error, Critical };

const char* nameOf(Level level);  // as PagerDuty says it: "info", "warning", "error", "critical"

struct Fact {
    std::string name;   // our words
    std::string value;  // may be anybody's text: each channel escapes it
};

struct Alert {
    std::string type;   // what alert_types selects: types.h
    std::string event;  // of the webhook; empty: the type
    std::string
        group;  // event_group of the webhook: "key", "internal_user", "team", "proxy", …; may be empty
    Level level = Level::Warning;
    std::string title;  // our words alone
    std::string who;    // what it is about; anybody's text
    std::vector<Fact> facts;
    std::string advice;  // what to do; our words alone

    /// The same type, event and subject is told once in window_ms.
    std::string subject;
    int64_t window_ms = 0;
    /// That it was told outlives the process, and counts for all gateways on one store.
    bool lasting = false;
    /// How often it has happened since the last look.
    uint64_t times = 1;
    /// A state that is looked at again and again, not something that happens: repeats say nothing.
    bool state = false;
    /// The trouble of that type and subject is over. Passes only if it was told of.
    bool resolves = false;

    Json members;         // more of the webhook's body
    std::string mail_to;  // the user's own address; may be empty

    // --- filled in on the way ---
    int64_t at_ms = 0;     // since the Unix epoch
    uint64_t repeats = 0;  // how often it happened again since it was told last

    std::string key() const { return type + "|" + event + "|" + subject; }
    std::string line() const { return who.empty() ? title : title + ": " + who; }
};

using Raise = std::function<void(Alert alert)>;

}  // namespace alerts

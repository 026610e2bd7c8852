// One call of a hook of one policy: what the functions of the API work on, and what the script has decided.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <sluice/scanner.h>
#include <sluice/candidates.hpp>
#include <sluice/content.hpp>
#include <sluice/kv.hpp>

#include "sandbox/sandbox.h"

namespace lua_policy {

class Policy;

enum class Phase : uint8_t { Load = 1, Request = 2, Response = 4, Chunk = 8, Route = 16, Complete = 32 };
constexpr unsigned bit(Phase phase) { return static_cast<unsigned>(phase); }
const char* name(Phase phase);  // "on_request"

/// The engine of a guardrail, which another instance lends.
struct LentScanner {
    const sluice_scanner* table;
    sluice_instance* owner;
};

/// What all policies of an instance share of the host. [any]
struct Services {
    explicit Services(const sluice::Host& given) : host(given) {}
    sluice::Host host;
    std::unique_ptr<sluice::Kv> kv;               // null: not granted
    std::map<std::string, LentScanner> scanners;  // by the name in the configuration; from start() on
    sluice::Metric runs, events;                  // {policy, verdict}, {policy, event}
};

using Value = std::variant<bool, double, int64_t, std::string>;
using Vars = std::map<std::string, Value, std::less<>>;

struct Decision {
    enum class Kind : uint8_t { None, Block, Respond };
    Kind kind = Kind::None;
    uint32_t status = 0;
    std::string message, code, category, reason;  // of a block
    std::string content_type, body;               // of an answer
};

/// A piece of a stream on its way through one policy.
struct Chunk {
    std::string text;  // as the script sees it
    std::string_view lane;
    uint32_t choice = 0;
    bool last = false;                   // nothing comes after it
    std::optional<std::string> changed;  // what goes on instead
    size_t hold = 0;                     // bytes at the end that come again
    size_t unsure = 0;        // bytes at the end that may look different with what is still to come: windows
    size_t unsure_match = 0;  // likewise, from a match on that may go on
};

struct Call {
    Phase phase;
    const Policy& policy;
    const Services& services;
    std::string_view tenant;
    bool shadow = false;
    bool anything = false;                       // typed in by hand: every function may be called
    const sluice::Request* request = nullptr;    // not in on_load and on_complete
    const sluice::Response* response = nullptr;  // in on_response
    const sluice_candidates* candidates = nullptr;
    const sluice_record* record = nullptr;
    Chunk* chunk = nullptr;
    Vars* vars = nullptr;
    uint32_t serial =
        0;  // grows when the texts of the request are others: what was read before is not valid any more

    Decision decision = {};
    uint32_t edits = 0;
    std::string flag = {};  // what ctx:verdict said
    double score = -1;

    static Call& of(lua_State* L) { return *static_cast<Call*>(Sandbox::of(L).user); }
    /// Raises an error that names the phases in which `function` may be called, unless this is one.
    static Call& in(lua_State* L, unsigned phases, const char* function);
};

}  // namespace lua_policy

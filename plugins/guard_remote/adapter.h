// A service that judges texts. An adapter knows how one vendor is asked and what its answers mean, and
// nothing of hooks, caches and streams: texts and context in, judgements out, over a Caller.
#pragma once

#include <memory>

#include <sluice/config.hpp>
#include <sluice/host.hpp>

#include "caller.h"
#include "judgement.h"

namespace guard_remote {

/// What is known of the request. Borrowed for one hook. What costs something to find out is only there if
/// Adapter::wantsAbout().
struct About {
    Side side = Side::Request;
    /// What the request wishes of this guardrail, a JSON object: its guardrail_config or extra_body. May be
    /// empty.
    std::string_view wishes = {};
    std::string_view call_id = {}, user = {}, team = {}, key_id = {}, organization = {}, end_user = {};
    std::string_view body = {};  // of the request; with Side::Answer of the answer, empty for streams
    std::vector<std::pair<std::string, std::string>> headers = {};  // of the request
    std::string prompt = {};                                        // the last text of the user
};

/// What one call takes. 0: no bound.
struct Bounds {
    size_t texts = 1;
    size_t text_chars = 0;  // code points of one text; longer ones are cut, see pieces.h
    size_t call_chars = 0;  // of all texts together
};

/// What comes back, which decides how streams are judged.
enum class Yields {
    Verdicts,  // yes or no
    Spans,     // where what stands
    Edits,     // another text
};

class Adapter {
public:
    virtual ~Adapter() = default;

    virtual Bounds bounds() const = 0;
    virtual Yields yields() const = 0;
    virtual bool wantsAbout() const { return false; }
    /// Texts that are none of its business.
    virtual bool skips(Side /*side*/, std::string_view /*role*/) const { return false; }
    /// What its judgement depends on besides the text: a part of the key under which it is remembered.
    virtual std::string keyOf(const About& /*about*/, std::string_view /*role*/) const { return {}; }
    /// As many judgements as texts, in their order. The texts are within bounds() and not blank. Throws
    /// Unusable. [loop] [may-wait], many at once
    virtual std::vector<Judgement> judge(Caller& caller, const About& about,
                                         const std::vector<Piece>& texts) const = 0;
};

/// The adapter that `guardrail` of the configuration names; `name` is what the guardrail is called in
/// messages. Throws ConfigError, also for keys that this adapter does not have.
std::unique_ptr<Adapter> makeAdapter(const sluice::ConfigObject& config, const sluice::Host& host,
                                     const std::string& name);

}  // namespace guard_remote

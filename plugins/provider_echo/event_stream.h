// A stream of server-sent events in the making. Once something went wrong it takes no more, so that the code
// that writes to it can be read straight down.
#pragma once

#include <string_view>

#include <sluice/plugin.hpp>

#include "json.h"
#include "options.h"
#include "reply.h"

namespace provider_echo {

class EventStream {
public:
    /// Sends the head.
    explicit EventStream(const Call& call);

    /// `data: {…}`
    void data(const Json& event);
    /// The same behind `event:` with the event's type, as Anthropic and Responses have it.
    void named(const Json& event);
    /// `data: [DONE]`
    void done();
    /// Before each word: first_token_ms before the first, pace_ms before the others. [may-wait]
    void pause();

    bool failed() const { return status_ != SLUICE_OK; }
    /// What ended the stream; SLUICE_OK so far.
    sluice_status status() const { return status_; }

private:
    void write(std::string_view bytes);

    const sluice::Attempt attempt_;
    const Options& options_;
    sluice_status status_ = SLUICE_OK;
    bool first_ = true;
};

}  // namespace provider_echo

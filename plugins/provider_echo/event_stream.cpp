#include "event_stream.h"

#include <string>

namespace provider_echo {

EventStream::EventStream(const Call& call) : attempt_(call.attempt), options_(call.options) {
    if (!attempt_.begin(200, "text/event-stream; charset=utf-8")) status_ = SLUICE_E_INTERNAL;
}

void EventStream::data(const Json& event) { write("data: " + text(event) + "\n\n"); }

void EventStream::named(const Json& event) {
    write("event: " + textAt(event, "type") + "\ndata: " + text(event) + "\n\n");
}

void EventStream::done() { write("data: [DONE]\n\n"); }

void EventStream::pause() {
    const uint32_t ms = first_ ? options_.first_token_ms : options_.pace_ms;
    first_ = false;
    if (!failed() && ms > 0) status_ = attempt_.sleep(ms);
}

void EventStream::write(std::string_view bytes) {
    if (!failed()) status_ = attempt_.write(bytes);
}

}  // namespace provider_echo

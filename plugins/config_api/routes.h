// What the routes have in common: bodies, and the parts of a path.
#pragma once

#include "entries.h"

namespace config_api {

/// The body of a request as an object, or Refused with 400.
Json bodyOf(const sluice::Request& request);
/// A member that must be a text that is not empty, or Refused with 422.
std::string textOf(const Json& object, const char* member);
/// `changes` put over `value`, deeply; null takes a member away (RFC 7396).
void merge(Json& value, const Json& changes);
/// A random id, 32 hexadecimal digits.
std::string randomId(const sluice::Host& host);

class Models {
public:
    Models(Entries& entries, sluice::Host host) : entries_(entries), host_(host) {}
    /// POST /model/new, /model/update, /model/delete; PATCH /model/ID/update
    Json create(const sluice::Request& request);
    Json update(const sluice::Request& request, std::string id);
    Json remove(const sluice::Request& request);
    /// POST /model/block, /model/unblock: {"model_id"}
    Json setBlocked(const sluice::Request& request, bool blocked);

private:
    Entries& entries_;
    sluice::Host host_;
};

class Guardrails {
public:
    Guardrails(Entries& entries, sluice::Host host);
    /// POST /guardrails; PUT, PATCH and DELETE /guardrails/ID; GET /guardrails/list, /guardrails/ID
    Json create(const sluice::Request& request);
    Json update(const sluice::Request& request, const std::string& id, bool whole);
    Json remove(const sluice::Request& request, const std::string& id);
    Json list(const sluice::Request& request) const;
    Json one(const sluice::Request& request, const std::string& id) const;
    /// POST /guardrails/apply_guardrail
    Json apply(const sluice::Request& request) const;

private:
    std::string idOf(const std::string& id_or_name) const;

    Entries& entries_;
    sluice::Host host_;
    const sluice_host_guardrails* table_;
};

}  // namespace config_api

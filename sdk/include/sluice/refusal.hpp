// Why something is refused: for request.block(), request.deny() and stream.abort().
//
//   return request.block({"The prompt is too long"});
//   return request.block(sluice::Refusal{"Too long"}.withCode("prompt_too_long").withStatus(413));
//   return request.block({.message = "Too long", .code = "prompt_too_long"});  // C++20
#pragma once

#include <sluice/types.hpp>

namespace sluice {

/// Only `message`, `code` and `type` are shown to the client. The texts are borrowed until the call that
/// takes it returns: write it in the call.
struct Refusal {
    std::string_view message;
    std::string_view code = {};             // for programs, "prompt_too_long"; empty: the status
    std::string_view type = {};             // error.type, "auth_error"; empty: by status
    std::string_view category = {};         // for the record, "pii"
    std::string_view internal_reason = {};  // for the record
    uint32_t http_status = 0;               // 400 to 599; 0: the phase's own

    constexpr Refusal withCode(std::string_view text) const { return with(&Refusal::code, text); }
    constexpr Refusal withType(std::string_view text) const { return with(&Refusal::type, text); }
    constexpr Refusal withCategory(std::string_view text) const { return with(&Refusal::category, text); }
    constexpr Refusal withInternalReason(std::string_view text) const {
        return with(&Refusal::internal_reason, text);
    }
    constexpr Refusal withStatus(uint32_t status) const { return with(&Refusal::http_status, status); }

private:
    template <class Value>
    constexpr Refusal with(Value Refusal::*which, Value value) const {
        Refusal changed = *this;
        changed.*which = value;
        return changed;
    }
};

}  // namespace sluice

// Which fields of an upstream's answer reach the client, and under which name.
#pragma once

#include "http/fields.h"

namespace sluice::gateway {

/// Fields that clients' SDKs read keep their names; other end-to-end fields become llm_provider-NAME, as
/// LiteLLM has it; those of one hop, and those we write ourselves, are left out. Values stay borrowed from
/// `from`.
void copyResponseFields(const http::Fields& from, http::Fields& to);

}  // namespace sluice::gateway

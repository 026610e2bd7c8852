// One usage event as an answer tells of it: LiteLLM's names where it has them (LiteLLM_SpendLogs in its
// schema.prisma).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store_common/answer.h"
#include "store_common/sums.h"

namespace store_common {

/// Who asked which model: key_id, user, team, organization, model_group, model, provider.
constexpr size_t kComboColumns = 7;

/// Views live as long as the row that they were read from.
struct LogRow {
    std::string_view call_id;
    int64_t start_ms = 0, end_ms = 0, first_token_ms = 0;
    std::array<std::string, kComboColumns> who;  // by By
    std::string end_user, tenant, key_alias, route, call_type, deployment, api_base, outcome, error_class;
    int64_t http_status = 0, attempts = 0, flags = 0;
    Sums sums;
    bool priced = false;
    std::string_view requested_model, client, user_agent, error, attributes;
};

/// Writes the row as an object.
void writeLogRow(const LogRow& row, Answer& answer);

}  // namespace store_common

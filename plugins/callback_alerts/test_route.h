// Test messages: GET /health/services?service=slack, POST /alerts/test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "outbox.h"

namespace alerts {

struct TestResult {
    uint32_t status = 200;  // 200: all have taken it; 502: some have not; 400: there is no such channel
    Json body;
};

/// The value of a parameter of a query, percent-decoded.
std::string queried(std::string_view query, std::string_view name);
/// `service` of a body; empty if there is none.
std::string askedFor(std::string_view body);

/// Sends a test message past queue and rate to the channels of that name, all of them if it is empty, and
/// tells what they said. Blocks. LiteLLM's "slack_budget_alerts" is slack with a message about a budget.
TestResult testChannels(const std::vector<std::unique_ptr<Outbox>>& outboxes, const std::string& service,
                        int64_t now_ms);

}  // namespace alerts

// An alert in the words of each receiver. Pure: the same alert, the same text. [any]
#pragma once

#include "alert.h"

namespace alerts {

/// Incoming webhook with blocks: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
Json slackBody(const Alert& alert, const std::string& source);
/// Execute webhook: docs.discord.com/developers/resources/webhook. Nobody is mentioned.
Json discordBody(const Alert& alert, const std::string& source);
/// An adaptive card for a workflow's webhook:
/// learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using.
Json teamsBody(const Alert& alert, const std::string& source);
/// Events API v2: developer.pagerduty.com/docs/events-api-v2/trigger-events. One incident a type and subject.
Json pagerdutyBody(const Alert& alert, const std::string& source, const std::string& routing_key);
/// LiteLLM's WebhookEvent (litellm/proxy/_types.py), and what it has no member for.
Json webhookBody(const Alert& alert, const std::string& source);
/// The body of a mail.
std::string mailBody(const Alert& alert, const std::string& source);

/// "2026-11-21T17:00:00Z"
std::string isoTime(int64_t ms);

}  // namespace alerts

// Names of detectors in detect-secrets (its documentation, "Plugins") and of those that LiteLLM adds to it.
#include "options.h"

#include <algorithm>

namespace guard_secrets {

namespace {

struct Detector {
    std::string_view name;
    std::string_view entities;  // separated by blanks
};

// Those of detect-secrets, and of LiteLLM's only what has an entity of its own.
constexpr Detector kDetectors[] = {
    {"ArtifactoryDetector", "ARTIFACTORY_KEY"},
    {"AWSKeyDetector", "AWS_ACCESS_KEY AWS_SECRET_KEY AWS_BEDROCK_KEY"},
    {"AzureStorageKeyDetector", "AZURE_STORAGE_KEY AZURE_SAS_SIGNATURE AZURE_CLIENT_SECRET"},
    {"BasicAuthDetector", "URL_PASSWORD BASIC_AUTH"},
    {"DiscordBotTokenDetector", "DISCORD_BOT_TOKEN DISCORD_WEBHOOK"},
    {"GitHubTokenDetector", "GITHUB_TOKEN"},
    {"GitHubTokenCustomDetector", "GITHUB_TOKEN"},
    {"GitLabTokenDetector", "GITLAB_TOKEN"},
    {"GitLabDetector", "GITLAB_TOKEN"},
    {"Base64HighEntropyString", "HIGH_ENTROPY"},
    {"HexHighEntropyString", "HIGH_ENTROPY"},
    {"JwtTokenDetector", "JWT"},
    {"JWTBase64Detector", "JWT"},
    {"KeywordDetector", "PASSWORD API_KEY BEARER_TOKEN"},
    {"CredentialKeywordDetector", "PASSWORD API_KEY BEARER_TOKEN"},
    {"MailchimpDetector", "MAILCHIMP_KEY"},
    {"NpmDetector", "NPM_TOKEN"},
    {"OpenAIDetector", "OPENAI_KEY SECRET_KEY_TOKEN"},
    {"OpenAIApiKeyDetector", "OPENAI_KEY SECRET_KEY_TOKEN"},
    {"PrivateKeyDetector", "PRIVATE_KEY"},
    {"PypiTokenDetector", "PYPI_TOKEN"},
    {"PyPiUploadTokenDetector", "PYPI_TOKEN"},
    {"SendGridDetector", "SENDGRID_KEY"},
    {"SendGridApiTokenDetector", "SENDGRID_KEY"},
    {"SlackDetector", "SLACK_TOKEN SLACK_WEBHOOK"},
    {"SquareOAuthDetector", "SQUARE_TOKEN"},
    {"StripeDetector", "STRIPE_KEY STRIPE_WEBHOOK_SECRET"},
    {"TelegramBotTokenDetector", "TELEGRAM_BOT_TOKEN"},
    {"TelegramBotApiTokenDetector", "TELEGRAM_BOT_TOKEN"},
    {"TwilioKeyDetector", "TWILIO_KEY"},
    {"AdobeSecretDetector", "ADOBE_SECRET"},
    {"AgeSecretKeyDetector", "AGE_SECRET_KEY"},
    {"AirtableApiKeyDetector", "AIRTABLE_TOKEN"},
    {"AlibabaSecretDetector", "ALIBABA_ACCESS_KEY"},
    {"AtlassianApiTokenDetector", "ATLASSIAN_TOKEN"},
    {"BitbucketDetector", "BITBUCKET_TOKEN"},
    {"ClojarsApiTokenDetector", "CLOJARS_TOKEN"},
    {"ContentfulApiTokenDetector", "CONTENTFUL_TOKEN"},
    {"DatabricksApiTokenDetector", "DATABRICKS_TOKEN"},
    {"DatadogAccessTokenDetector", "DATADOG_KEY"},
    {"DefinedNetworkingApiTokenDetector", "DEFINED_NETWORKING_KEY"},
    {"DigitaloceanDetector", "DIGITALOCEAN_TOKEN"},
    {"DopplerApiTokenDetector", "DOPPLER_TOKEN"},
    {"DuffelApiTokenDetector", "DUFFEL_TOKEN"},
    {"DynatraceApiTokenDetector", "DYNATRACE_TOKEN"},
    {"DropboxDetector", "DROPBOX_TOKEN"},
    {"EasyPostDetector", "EASYPOST_KEY"},
    {"FacebookAccessTokenDetector", "FACEBOOK_TOKEN"},
    {"FlutterwaveDetector", "FLUTTERWAVE_KEY"},
    {"FrameIoApiTokenDetector", "FRAMEIO_TOKEN"},
    {"GCPApiKeyDetector", "GOOGLE_API_KEY GOOGLE_OAUTH_SECRET GOOGLE_REFRESH_TOKEN GOOGLE_ACCESS_TOKEN"},
    {"GoCardlessApiTokenDetector", "GOCARDLESS_TOKEN"},
    {"GrafanaDetector", "GRAFANA_TOKEN"},
    {"HashiCorpTFApiTokenDetector", "TERRAFORM_TOKEN"},
    {"HerokuApiKeyDetector", "HEROKU_API_KEY"},
    {"HubSpotApiTokenDetector", "HUBSPOT_TOKEN"},
    {"HuggingFaceDetector", "HUGGINGFACE_TOKEN"},
    {"IntercomApiTokenDetector", "INTERCOM_TOKEN"},
    {"JFrogDetector", "ARTIFACTORY_KEY"},
    {"LaunchdarklyAccessTokenDetector", "LAUNCHDARKLY_KEY"},
    {"LinearDetector", "LINEAR_KEY"},
    {"MailgunDetector", "MAILGUN_KEY"},
    {"MapBoxApiTokenDetector", "MAPBOX_SECRET"},
    {"MicrosoftTeamsWebhookDetector", "TEAMS_WEBHOOK"},
    {"NetlifyAccessTokenDetector", "NETLIFY_TOKEN"},
    {"NewRelicDetector", "NEW_RELIC_KEY"},
    {"OktaAccessTokenDetector", "OKTA_TOKEN"},
    {"PlanetScaleDetector", "PLANETSCALE_TOKEN"},
    {"PostmanApiTokenDetector", "POSTMAN_KEY"},
    {"PrefectApiTokenDetector", "PREFECT_API_KEY"},
    {"PulumiApiTokenDetector", "PULUMI_TOKEN"},
    {"ReadmeApiTokenDetector", "README_KEY"},
    {"RubygemsApiTokenDetector", "RUBYGEMS_KEY"},
    {"ScalingoApiTokenDetector", "SCALINGO_TOKEN"},
    {"SendinBlueApiTokenDetector", "BREVO_KEY"},
    {"SentryAccessTokenDetector", "SENTRY_TOKEN"},
    {"ShippoApiTokenDetector", "SHIPPO_TOKEN"},
    {"ShopifyDetector", "SHOPIFY_TOKEN"},
    {"TypeformApiTokenDetector", "TYPEFORM_TOKEN"},
    {"VaultDetector", "VAULT_TOKEN"},
    {"YandexDetector", "YANDEX_API_KEY"},
};

bool endsWith(std::string_view text, std::string_view tail) {
    return text.size() > tail.size() && text.substr(text.size() - tail.size()) == tail;
}

}  // namespace

std::vector<std::string> entitiesOfDetector(std::string_view name) {
    std::vector<std::string> all;
    for (const auto& detector : kDetectors) {
        if (detector.name != name) continue;
        auto rest = detector.entities;
        while (!rest.empty()) {
            const size_t end = std::min(rest.find(' '), rest.size());
            all.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return all;
    }
    // The others know a provider's key by its name only, and so do these.
    if (endsWith(name, "Detector")) return {"API_KEY", "HIGH_ENTROPY"};
    return all;
}

}  // namespace guard_secrets

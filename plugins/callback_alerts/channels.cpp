// Which channels `alerting` names, and where they find their credentials.
#include <algorithm>
#include <map>

#include "exporters/settings.h"
#include "http_channel.h"
#include "mail.h"
#include "messages.h"
#include "options.h"

namespace alerts {
namespace {

constexpr size_t kUrlsMax = 64;
constexpr const char* kPagerDuty = "https://events.pagerduty.com/v2/enqueue";

using exporters::textOf;

class Maker {
public:
    Maker(const Json& config, const sluice::Host& host, const Options& options)
        : config_(config), host_(host), options_(options) {}

    std::vector<std::unique_ptr<Channel>> make() {
        for (const auto& name : config_.value("alerting", Json::array())) {
            const std::string channel = name.is_string() ? name.get<std::string>() : "";
            if (channel == "slack")
                addSlack();
            else if (channel == "webhook")
                add("webhook", need("webhook_url", "WEBHOOK_URL"), webhookBody,
                    exporters::fieldsOf(config_, "webhook_headers", host_));
            else if (channel == "discord")
                add("discord", need("discord_webhook_url", "DISCORD_WEBHOOK_URL"), discordBody);
            else if (channel == "teams" || channel == "microsoft_teams")
                add("teams", need("teams_webhook_url", "MS_TEAMS_WEBHOOK_URL"), teamsBody);
            else if (channel == "pagerduty")
                addPagerDuty();
            else if (channel == "email")
                channels_.push_back(std::make_unique<MailChannel>(mail()));
            else
                throw sluice::ConfigError("alerting: found \"" + channel +
                                          "\"; allowed: slack, webhook, email, pagerduty, teams, discord");
        }
        return std::move(channels_);
    }

private:
    using Body = Json (*)(const Alert&, const std::string&);

    std::string need(const char* key, const char* variable) {
        const std::string text = textOf(config_, key, host_, variable);
        if (!text.empty()) return text;
        throw sluice::ConfigError(std::string(key) + ": found nothing; allowed: a text, such as os.environ/" +
                                  variable + "; or environment_variables: {" + variable + ": os.environ/" +
                                  variable + "}, or grants: [net, kv, routing, \"secrets:" + variable +
                                  "\"] of this instance");
    }
    HttpTarget target(const char* name, const std::string& url, Body body) {
        HttpTarget target;
        target.name = name;
        target.url = exporters::baseUrlOf(url, name);
        target.body = [body, source = options_.source](const Alert& alert) { return body(alert, source); };
        target.timeout_ms = static_cast<uint32_t>(config_.value("timeout_ms", 10'000));
        return target;
    }
    void add(HttpTarget target) {
        channels_.push_back(std::make_unique<HttpChannel>(host_, std::move(target)));
    }
    void add(const char* name, const std::string& url, Body body, exporters::Fields fields = {}) {
        auto one = target(name, url, body);
        one.fields = std::move(fields);
        add(std::move(one));
    }

    // alert_to_webhook_url: types with addresses of their own do not go to the common one.
    void addSlack() {
        std::map<std::string, Types> by_url;
        Types elsewhere;
        const Json own = config_.value("alert_to_webhook_url", Json::object());
        for (const auto& [type, urls] : own.items()) {
            if (!isType(type))
                throw sluice::ConfigError("alert_to_webhook_url." + type +
                                          ": found no type of alert; allowed: " + typeNames());
            elsewhere.insert(type);
            for (const auto& url : urls.is_array() ? urls : Json::array({urls})) {
                const std::string path = "alert_to_webhook_url." + type;
                const std::string text = textOf(Json{{path, url}}, path.c_str(), host_);
                if (text.empty())
                    throw sluice::ConfigError(path + ": found nothing; allowed: a URL, or a list of URLs");
                by_url[text].insert(type);
            }
        }
        if (by_url.size() > kUrlsMax)
            throw sluice::ConfigError("alert_to_webhook_url: allowed: at most 64 URLs");
        const std::string usual = textOf(config_, "slack_webhook_url", host_, "SLACK_WEBHOOK_URL");
        if (!usual.empty() || by_url.empty()) {
            auto one = target("slack", usual.empty() ? need("slack_webhook_url", "SLACK_WEBHOOK_URL") : usual,
                              slackBody);
            one.not_these = elsewhere;
            add(std::move(one));
        }
        for (const auto& [url, types] : by_url) {
            auto one = target("slack", url, slackBody);
            one.only = types;
            add(std::move(one));
        }
    }

    void addPagerDuty() {
        const std::string key = need("pagerduty_routing_key", "PAGERDUTY_API_KEY");
        const std::string url = config_.value("pagerduty_url", kPagerDuty);
        auto one = target("pagerduty", url, webhookBody);
        one.body = [key, source = options_.source](const Alert& alert) {
            return pagerdutyBody(alert, source, key);
        };
        one.least = Level::Error;
        add(std::move(one));
    }

    MailOptions mail() {
        MailOptions mail;
        mail.host = need("smtp_host", "SMTP_HOST");
        const auto plain = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                   c == '-' || c == ':' || c == '[' || c == ']';
        };
        if (!std::all_of(mail.host.begin(), mail.host.end(), plain))
            throw sluice::ConfigError("smtp_host: found no name of a host; allowed: a name or an address");
        const std::string port = config_.contains("smtp_port") && config_["smtp_port"].is_number_integer()
                                     ? std::to_string(config_["smtp_port"].get<int64_t>())
                                     : textOf(config_, "smtp_port", host_, "SMTP_PORT");
        if (!port.empty()) mail.port = portOf(port);
        const bool flag = config_.contains("smtp_tls") && config_["smtp_tls"].is_boolean();
        const std::string tls = flag ? (config_["smtp_tls"].get<bool>() ? "true" : "false")
                                     : textOf(config_, "smtp_tls", host_, "SMTP_TLS");
        mail.tls = tlsOf(tls, mail.port);
        mail.user = textOf(config_, "smtp_username", host_, "SMTP_USERNAME");
        mail.password = textOf(config_, "smtp_password", host_, "SMTP_PASSWORD");
        mail.ca_file = textOf(config_, "smtp_ca_file", host_);
        mail.from = need("smtp_sender_email", "SMTP_SENDER_EMAIL");
        mail.to_users = config_.value("email_users", false);
        const auto to = config_.find("email_to");
        if (to != config_.end() && to->is_array()) {
            for (const auto& one : *to) mail.to.push_back(textOf(Json{{"email_to", one}}, "email_to", host_));
        } else if (const std::string one = textOf(config_, "email_to", host_, "TEST_EMAIL_ADDRESS");
                   !one.empty()) {
            mail.to.push_back(one);
        }
        if (mail.to.empty() && !mail.to_users)
            throw sluice::ConfigError(
                "email_to: found nothing; allowed: an address, or a list of addresses, or email_users: true");
        mail.timeout_ms = config_.value("timeout_ms", 10'000);
        mail.source = options_.source;
        return mail;
    }
    static int64_t portOf(const std::string& text) {
        const bool digits = text.size() <= 5 && std::all_of(text.begin(), text.end(),
                                                            [](char c) { return c >= '0' && c <= '9'; });
        const int64_t port = digits ? std::stoll(text) : 0;
        if (port < 1 || port > 65'535)
            throw sluice::ConfigError("smtp_port: found something else; allowed: 1 to 65535");
        return port;
    }
    // LiteLLM's SMTP_TLS is True or False. Port 465 speaks TLS from the first byte (RFC 8314).
    static MailOptions::Tls tlsOf(std::string text, int64_t port) {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        if (text == "none" || text == "false") return MailOptions::Tls::None;
        if (text == "tls") return MailOptions::Tls::Tls;
        if (text == "starttls") return MailOptions::Tls::StartTls;
        if (!text.empty() && text != "true")
            throw sluice::ConfigError(
                "smtp_tls: found something else; allowed: starttls, tls, none, True, False");
        return port == 465 ? MailOptions::Tls::Tls : MailOptions::Tls::StartTls;
    }

    const Json& config_;
    const sluice::Host& host_;
    const Options& options_;
    std::vector<std::unique_ptr<Channel>> channels_;
};

}  // namespace

std::vector<std::unique_ptr<Channel>> makeChannels(const Json& config, const sluice::Host& host,
                                                   const Options& options) {
    return Maker(config, host, options).make();
}

}  // namespace alerts

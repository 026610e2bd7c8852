// Mails over SMTP by libcurl, which knows TLS, STARTTLS and AUTH.
#pragma once

#include <string>
#include <vector>

#include "channel.h"

namespace alerts {

struct MailOptions {
    std::string host;
    int64_t port = 587;
    enum class Tls { None, StartTls, Tls } tls = Tls::StartTls;
    std::string user, password;  // empty: no AUTH
    std::string ca_file;         // authorities besides those of the system; empty: those of the system
    std::string from;
    std::vector<std::string> to;
    bool to_users = false;  // alerts on budgets also go to the user whose budget it is
    int64_t timeout_ms = 10'000;
    std::string source;
};

class MailChannel final : public Channel {
public:
    /// Throws sluice::ConfigError for addresses that are none.
    explicit MailChannel(MailOptions options);

    const std::string& name() const override { return name_; }
    bool wants(const Alert&) const override { return true; }
    Said deliver(const Alert& alert) override;

private:
    const std::string name_ = "email";
    const MailOptions options_;
};

/// The mail as it goes over the wire, lines with CRLF.
std::string mailText(const MailOptions& options, const std::vector<std::string>& to, const Alert& alert);
/// One @, no blanks, no control characters, nothing that ends an address.
bool isMailAddress(const std::string& text);

}  // namespace alerts

#include "mail.h"

#include <curl/curl.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include <sluice/plugin.hpp>

#include "exporters/base64.h"
#include "exporters/sink.h"
#include "messages.h"
#include "text.h"

namespace alerts {
namespace {

// Once a process, and never undone: other code of the process may use the library, too.
void startCurl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)started;
}

struct Upload {
    std::string_view left;
};

size_t give(char* buffer, size_t size, size_t count, void* from) {
    auto& upload = *static_cast<Upload*>(from);
    const size_t bytes = std::min(size * count, upload.left.size());
    upload.left.copy(buffer, bytes);
    upload.left.remove_prefix(bytes);
    return bytes;
}

size_t ignore(char*, size_t size, size_t count, void*) { return size * count; }

struct EndCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct EndList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, EndList>;

std::string dateOf(int64_t ms) {
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm utc{};
    char text[64] = "";
    if (::gmtime_r(&seconds, &utc))
        (void)std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &utc);
    return text;
}

// Lines of 76 characters.
std::string wrapped(const std::string& text) {
    std::string out;
    for (size_t at = 0; at < text.size(); at += 76) out += text.substr(at, 76) + "\r\n";
    return out;
}

void setTls(CURL* curl, const MailOptions& options) {
    // Never in the clear because a server, or somebody in between, does not offer STARTTLS.
    if (options.tls != MailOptions::Tls::None)
        curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
}

Said saidOf(CURLcode code, long status) {
    Said said;
    said.status = static_cast<int>(status);
    said.taken = code == CURLE_OK;
    // RFC 5321, 4.2.1: 4xx may be tried again, 5xx not. Whoever does not answer may be back.
    const bool refused = status >= 500 || code == CURLE_LOGIN_DENIED ||
                         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED ||
                         code == CURLE_SSL_CACERT_BADFILE;
    said.again = !said.taken && !refused;
    said.text = said.taken ? "accepted" : std::string(curl_easy_strerror(code));
    if (status > 0) said.text += " (SMTP " + std::to_string(status) + ")";
    return said;
}

}  // namespace

bool isMailAddress(const std::string& text) {
    const size_t at = text.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == text.size() || text.size() > 254) return false;
    return std::count(text.begin(), text.end(), '@') == 1 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return c > 0x20 && c < 0x7F &&
                      std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
           });
}

MailChannel::MailChannel(MailOptions options) : options_(std::move(options)) {
    if (!isMailAddress(options_.from))
        throw sluice::ConfigError("smtp_sender_email: found no address; allowed: name@host");
    for (const auto& to : options_.to) {
        if (!isMailAddress(to)) throw sluice::ConfigError("email_to: found no address; allowed: name@host");
    }
    startCurl();
}

std::string mailText(const MailOptions& options, const std::vector<std::string>& to, const Alert& alert) {
    std::string all;
    for (const auto& one : to) all += (all.empty() ? "" : ",\r\n ") + one;
    const std::string id = exporters::destinationId("alert", alert.key() + std::to_string(alert.at_ms));
    return "Date: " + dateOf(alert.at_ms) + "\r\nFrom: " + options.from + "\r\nTo: " + all +
           "\r\nSubject: " + mailHeader("[" + options.source + "] " + alert.line()) + "\r\nMessage-ID: <" +
           id + options.from.substr(options.from.find('@')) +
           ">\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain; "
           "charset=utf-8\r\n"
           "Content-Transfer-Encoding: base64\r\n\r\n" +
           wrapped(exporters::base64(mailBody(alert, options.source)));
}

Said MailChannel::deliver(const Alert& alert) {
    std::vector<std::string> to = options_.to;
    if (options_.to_users && isMailAddress(alert.mail_to) &&
        std::find(to.begin(), to.end(), alert.mail_to) == to.end())
        to.push_back(alert.mail_to);
    if (to.empty()) return {250, true, false, 0, "nobody is to get it"};
    const std::unique_ptr<CURL, EndCurl> curl(curl_easy_init());
    if (!curl) return {0, false, true, 0, "libcurl does not start"};
    const std::string url = std::string(options_.tls == MailOptions::Tls::Tls ? "smtps://" : "smtp://") +
                            options_.host + ":" + std::to_string(options_.port);
    const std::string text = mailText(options_, to, alert);
    const std::string from = "<" + options_.from + ">";
    Upload upload{text};
    List recipients;
    for (const auto& one : to) {
        auto* longer = curl_slist_append(recipients.get(), ("<" + one + ">").c_str());
        if (!longer) return {0, false, true, 0, "no memory"};
        (void)recipients.release();
        recipients.reset(longer);
    }
    CURL* it = curl.get();
    curl_easy_setopt(it, CURLOPT_URL, url.c_str());
    curl_easy_setopt(it, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(it, CURLOPT_PROXY, "");  // what the environment names is for HTTP
    setTls(it, options_);
    if (!options_.user.empty()) {
        curl_easy_setopt(it, CURLOPT_USERNAME, options_.user.c_str());
        curl_easy_setopt(it, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(it, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(it, CURLOPT_MAIL_RCPT, recipients.get());
    // One address that is refused keeps the alert from nobody else.
    curl_easy_setopt(it, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(it, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(it, CURLOPT_READDATA, &upload);
    curl_easy_setopt(it, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(it, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(it, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(it, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    curl_easy_setopt(it, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    const CURLcode code = curl_easy_perform(it);
    long status = 0;
    (void)curl_easy_getinfo(it, CURLINFO_RESPONSE_CODE, &status);
    return saidOf(code, status);
}

}  // namespace alerts

#include "target.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>

namespace store_postgres {
namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

bool isSecret(const std::string& keyword) { return keyword == "password" || keyword == "sslpassword"; }

}  // namespace

Target::Target(const std::string& url, const std::string& password, const std::string& schema)
    : schema_(schema) {
    char* words = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.c_str(), &words));
    PQfreemem(words);  // they may repeat the URL
    if (!options) {
        throw std::runtime_error(
            "url: found no URL that libpq understands (its text is not shown: it may hold a password); "
            "allowed: postgresql://user:password@host:5432/database?sslmode=verify-full");
    }
    std::set<std::string> given;
    std::string host, port, database, user;
    for (const auto* option = options.get(); option->keyword; ++option) {
        if (!option->val) continue;
        const std::string keyword = option->keyword;
        const std::string value = option->val;
        if (isSecret(keyword) && !value.empty()) secrets_.push_back(value);
        if (keyword == "password" && !password.empty()) continue;
        if (keyword == "client_encoding") continue;
        if (keyword == "host" || (keyword == "hostaddr" && host.empty())) host = value;
        if (keyword == "port") port = value;
        if (keyword == "dbname") database = value;
        if (keyword == "user") user = value;
        given.insert(keyword);
        parameters_.emplace_back(keyword, value);
    }
    if (!password.empty()) {
        secrets_.push_back(password);
        parameters_.emplace_back("password", password);
    }
    // A peer that is gone without a word, and what a firewall has forgotten, is found out in a minute.
    for (const auto& [keyword, value] : {std::pair<std::string, std::string>("keepalives_idle", "30"),
                                         {"keepalives_interval", "10"},
                                         {"keepalives_count", "3"}}) {
        if (given.count(keyword) == 0) parameters_.emplace_back(keyword, value);
    }
    parameters_.emplace_back("client_encoding", "UTF8");
    parameters_.emplace_back("fallback_application_name", "sluice");
    place_ = (host.empty() ? "PostgreSQL" : host) + (port.empty() ? "" : ":" + port) + "/" + database;
    identity_ = place_ + "/" + user + "/" + schema;
    // The longest first: one may be a part of another.
    std::sort(secrets_.begin(), secrets_.end(),
              [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Target::clean(std::string_view words) const {
    std::string out(words);
    for (const auto& secret : secrets_) {
        for (size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
            out.replace(at, secret.size(), "***");
    }
    while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out.substr(0, 500);
}

}  // namespace store_postgres

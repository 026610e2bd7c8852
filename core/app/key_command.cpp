#include "app/key_command.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

namespace sluice::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTimeoutSeconds = 30;

struct Answer {
    int status = 0;
    std::string body;
};

class Failure : public std::runtime_error {
public:
    Failure(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
    int code() const { return code_; }

private:
    int code_;
};

std::string masterKey(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (value && *value) return value;
    throw Failure(2, fmt::format("the environment variable {} is not set: it holds the master key; "
                                 "--master-key-env names another one",
                                 variable));
}

std::string gatewayOf(const KeyOptions& options) {
    const char* variable = std::getenv("SLUICE_URL");
    if (!options.url.empty()) return options.url;
    return variable && *variable ? variable : "http://127.0.0.1:4000";
}

// Poco's exceptions end here.
Answer ask(const KeyOptions& options, const std::string& method, const std::string& target,
           const std::string& body) {
    const std::string key = masterKey(options.master_key_variable);
    const std::string url = gatewayOf(options);
    try {
        const Poco::URI uri(url);
        std::unique_ptr<Poco::Net::HTTPClientSession> session;
        if (uri.getScheme() == "https") {
            session = std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort());
        } else if (uri.getScheme() == "http") {
            session = std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
        } else {
            throw Failure(2, "--url: expected http://… or https://…");
        }
        session->setTimeout(Poco::Timespan(kTimeoutSeconds, 0));
        Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPRequest::HTTP_1_1);
        request.set("Authorization", "Bearer " + key);
        if (!body.empty()) {
            request.setContentType("application/json");
            request.setContentLength(static_cast<std::streamsize>(body.size()));
        }
        session->sendRequest(request) << body;
        Poco::Net::HTTPResponse response;
        Answer answer;
        std::istream& stream = session->receiveResponse(response);
        answer.status = response.getStatus();
        Poco::StreamCopier::copyToString(stream, answer.body);
        return answer;
    } catch (const Poco::Exception& e) {
        throw Failure(
            1, fmt::format("the gateway at {} cannot be reached: {}; is it running? --url names another one",
                           url, e.displayText()));
    }
}

std::string keyOf(const KeyOptions& options) {
    if (options.key != "-") return options.key;
    std::string line;
    std::getline(std::cin, line);
    if (line.empty()) throw Failure(2, "no key came on the standard input");
    return line;
}

Json wishes(const KeyOptions& o) {
    Json body = Json::object();
    if (!o.more.empty()) {
        body = Json::parse(o.more, nullptr, false);
        if (!body.is_object())
            throw Failure(2, "--set: expected a JSON object such as '{\"tags\": [\"batch\"]}'");
    }
    const auto text = [&](const char* name, const std::string& value) {
        if (!value.empty()) body[name] = value;
    };
    text("key_alias", o.alias);
    text("team_id", o.team);
    text("user_id", o.user);
    text("duration", o.duration);
    text("budget_duration", o.budget_duration);
    if (!o.models.empty()) body["models"] = o.models;
    if (o.max_budget) body["max_budget"] = *o.max_budget;
    if (o.rpm) body["rpm_limit"] = *o.rpm;
    if (o.tpm) body["tpm_limit"] = *o.tpm;
    if (o.parallel) body["max_parallel_requests"] = *o.parallel;
    return body;
}

Answer act(const std::string& action, const KeyOptions& options) {
    const auto post = [&](const Json& body) { return ask(options, "POST", "/key/" + action, body.dump()); };
    if (action == "generate") return post(wishes(options));
    if (action == "list") {
        Poco::URI target("/key/list");
        target.addQueryParameter("return_full_object", "true");
        target.addQueryParameter("size", "1000");
        if (!options.team.empty()) target.addQueryParameter("team_id", options.team);
        if (!options.user.empty()) target.addQueryParameter("user_id", options.user);
        if (!options.alias.empty()) target.addQueryParameter("key_alias", options.alias);
        return ask(options, "GET", target.getPathAndQuery(), "");
    }
    const std::string key = keyOf(options);
    if (action == "info") {
        Poco::URI target("/key/info");
        target.addQueryParameter("key", key);
        return ask(options, "GET", target.getPathAndQuery(), "");
    }
    if (action == "delete") return post({{"keys", {key}}});
    Json body = action == "update" || action == "regenerate" ? wishes(options) : Json::object();
    body["key"] = key;
    return post(body);
}

std::string shown(const Json& row, const char* name) {
    if (!row.is_object() || !row.contains(name) || row[name].is_null()) return "-";
    return row[name].is_string() ? row[name].get<std::string>() : row[name].dump();
}

void printList(const Json& answer) {
    const Json rows = answer.value("keys", Json::array());
    fmt::print("{:<24} {:<14} {:<20} {:<20} {:>12} {:>12}  {}\n", "ALIAS", "KEY", "TEAM", "USER", "SPENT",
               "BUDGET", "EXPIRES");
    for (const auto& row : rows) {
        fmt::print("{:<24} {:<14} {:<20} {:<20} {:>12} {:>12}  {}{}\n", shown(row, "key_alias"),
                   shown(row, "key_name"), shown(row, "team_id"), shown(row, "user_id"), shown(row, "spend"),
                   shown(row, "max_budget"), shown(row, "expires"),
                   shown(row, "blocked") == "true" ? "  blocked" : "");
    }
    if (const auto total = answer.value("total_count", rows.size()); total > rows.size())
        fmt::print("… and {} more: --team, --user and --alias find fewer\n", total - rows.size());
}

void print(const std::string& action, const KeyOptions& options, const std::string& text) {
    const Json answer = Json::parse(text, nullptr, false);
    if (options.json || !answer.is_object()) {
        fmt::print("{}\n", text);
    } else if (answer.contains("key") && (action == "generate" || action == "regenerate")) {
        fmt::print("{}\n", shown(answer, "key"));
        fmt::print(stderr, "It is shown this once: kept is its SHA-256, {}\n", shown(answer, "token"));
    } else if (action == "list") {
        printList(answer);
    } else {
        fmt::print("{}\n", answer.dump(2));
    }
}

std::string wordsOf(const Answer& answer) {
    const Json body = Json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.contains("error") && body["error"].is_object())
        return shown(body["error"], "message");
    return answer.body.substr(0, 500);
}

}  // namespace

int keyCommand(const std::string& action, const KeyOptions& options) {
    try {
        const Answer answer = act(action, options);
        if (answer.status / 100 == 2) {
            print(action, options, answer.body);
            return 0;
        }
        fmt::print(stderr, "sluice key {}: {} {}\n", action, answer.status, wordsOf(answer));
        if (answer.status == 404 && wordsOf(answer).rfind("Not found: ", 0) == 0)
            fmt::print(stderr,
                       "This gateway has no such route: are the plugins auth_keys and admin_api listed?\n");
        return 1;
    } catch (const Failure& e) {
        fmt::print(stderr, "sluice key {}: {}\n", action, e.what());
        return e.code();
    }
}

}  // namespace sluice::app

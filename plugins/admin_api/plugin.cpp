// LiteLLM's admin routes for keys, teams, users, organisations, projects, customers and budgets
// (docs.litellm.ai/docs/proxy/virtual_keys, users, team_budgets). Its hooks may block: they wait for the
// store.
#include <charconv>
#include <functional>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "api.h"

namespace admin_api {

std::string Asked::parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

size_t Asked::number(const std::string& name, size_t otherwise, size_t least, size_t most) const {
    const std::string text = parameter(name);
    if (text.empty()) return otherwise;
    size_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < least || value > most)
        throw invalid(name, text.substr(0, 60), std::to_string(least) + " to " + std::to_string(most));
    return value;
}

std::map<std::string, std::string> parseQuery(std::string_view query) {
    const auto decoded = [](std::string_view text) {
        std::string out;
        for (size_t i = 0; i < text.size(); ++i) {
            int byte = 0;
            const bool escape = text[i] == '%' && i + 2 < text.size() &&
                                std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
                                    text.data() + i + 3;
            out += escape ? static_cast<char>(byte) : text[i] == '+' ? ' ' : text[i];
            if (escape) i += 2;
        }
        return out;
    };
    std::map<std::string, std::string> all;
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        const size_t equals = std::min(part.find('='), part.size());
        all[decoded(part.substr(0, equals))] = decoded(part.substr(std::min(part.size(), equals + 1)));
    }
    return all;
}

void requireAdmin(const Caller& caller) {
    if (!caller.admin) throw forbidden("Only proxy admins may do this");
}

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : documents_(host),
          keys_(documents_, host),
          groups_(documents_, host),
          store_(Json::parse(config_json).value("store", "")) {
        addKeys();
        for (const auto& resource : Groups::resources()) addGroup(resource);
        for (const auto& path : paths_) routes_.emplace_back(path.first, path.second);
    }

    void start() {
        documents_.follow(store_, {"team", "user", "organization", "project", "customer", "budget", "key"});
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request request, uint32_t route) {
        Answer answer;
        try {
            const Asked asked{request.body(), parseQuery(request.query()), callerOf(request)};
            answer = handlers_.at(route)(asked);
        } catch (const Refused& refused) {
            answer = refused.answer();
        }
        return request.respond(answer.status, "application/json",
                               answer.body.dump(-1, ' ', false, Json::error_handler_t::replace));
    }

private:
    using Handler = std::function<Answer(const Asked&)>;

    static Caller callerOf(const sluice::Request& request) {
        return {request.admin(), std::string(request.keyId()), std::string(request.user()),
                std::string(request.team())};
    }

    void add(const char* method, std::string path, Handler handler) {
        paths_.emplace_back(method, std::move(path));
        handlers_.push_back(std::move(handler));
    }
    void addKeys() {
        add("POST", "/key/generate", [this](const Asked& a) { return keys_.generate(a); });
        add("POST", "/key/update", [this](const Asked& a) { return keys_.update(a); });
        add("POST", "/key/delete", [this](const Asked& a) { return keys_.remove(a); });
        add("POST", "/key/block", [this](const Asked& a) { return keys_.block(a); });
        add("POST", "/key/unblock", [this](const Asked& a) { return keys_.unblock(a); });
        add("POST", "/key/regenerate", [this](const Asked& a) { return keys_.regenerate(a); });
        add("GET", "/key/info", [this](const Asked& a) { return keys_.info(a); });
        add("GET", "/key/list", [this](const Asked& a) { return keys_.list(a); });
    }
    void addGroup(const Resource& r) {
        const std::string prefix = r.prefix;
        add("POST", prefix + "/new", [this, &r](const Asked& a) { return groups_.create(r, a); });
        add("POST", prefix + "/update", [this, &r](const Asked& a) { return groups_.update(r, a); });
        add("POST", prefix + "/delete", [this, &r](const Asked& a) { return groups_.remove(r, a); });
        add("POST", prefix + "/block", [this, &r](const Asked& a) { return groups_.setBlocked(r, a, true); });
        add("POST", prefix + "/unblock",
            [this, &r](const Asked& a) { return groups_.setBlocked(r, a, false); });
        add("GET", prefix + "/info", [this, &r](const Asked& a) { return groups_.info(r, a); });
        add("GET", prefix + "/list", [this, &r](const Asked& a) { return groups_.list(r, a); });
    }

    Documents documents_;
    Keys keys_;
    Groups groups_;
    const std::string store_;
    std::vector<std::pair<const char*, std::string>> paths_;  // routes_ borrows from it
    std::vector<Handler> handlers_;
    std::vector<sluice::Route> routes_;
};

}  // namespace admin_api

SLUICE_PLUGIN(admin_api::Plugin, R"({
  "id": "admin_api",
  "version": "0.1.0",
  "abi": 1,
  "description": "LiteLLM's admin routes for keys, teams, users, organisations, projects, customers and budgets",
  "interfaces": ["sluice.endpoint/1", "sluice.start/1"],
  "blocking": true,
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps them; may be left out if there is one store"}
    }
  }
})")

#include "member_permissions.h"

#include <algorithm>

#include "fields.h"

namespace admin_api {
namespace {

bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

const std::vector<std::string>& memberPermissions() {
    static const std::vector<std::string> all{"/key/info",   "/key/health", "/key/generate",
                                              "/key/update", "/key/delete", "/key/regenerate"};
    return all;
}

std::vector<std::string> permissionsIn(const Json& team) {
    const auto said = textsIn(team, "team_member_permissions");
    std::vector<std::string> all;
    for (const auto& one : memberPermissions()) {
        if (one == "/key/info" || one == "/key/health" || holds(said, one)) all.push_back(one);
    }
    return all;
}

void checkPermissions(const Json& body, const char* member) {
    for (const auto& one : textsIn(body, member)) {
        if (holds(memberPermissions(), one)) continue;
        std::string allowed;
        for (const auto& name : memberPermissions()) allowed += (allowed.empty() ? "" : ", ") + name;
        throw invalid(member, Json(one.substr(0, 60)).dump(-1, ' ', true, Json::error_handler_t::replace),
                      allowed);
    }
}

}  // namespace admin_api

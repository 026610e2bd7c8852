#include "table.h"

#include <algorithm>
#include <set>

#include "json_text.h"

namespace admin_api {
namespace {

std::vector<std::string_view> segmentsOf(std::string_view path) {
    std::vector<std::string_view> all;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const size_t end = std::min(path.find('/'), path.size());
        all.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return all;
}

bool isName(std::string_view segment) { return !segment.empty() && segment.front() == '{'; }

// Segment by segment, so that an encoded slash stays in its segment.
bool matches(const std::string& pattern, const std::vector<std::string_view>& path,
             std::map<std::string, std::string>& names) {
    const auto wanted = segmentsOf(pattern);
    if (wanted.size() != path.size()) return false;
    std::map<std::string, std::string> found;
    for (size_t i = 0; i < path.size(); ++i) {
        if (!isName(wanted[i])) {
            if (wanted[i] != path[i]) return false;
            continue;
        }
        const std::string value = percentDecoded(path[i], false);
        if (value.empty()) return false;
        if (value.size() > 512 || !isUtf8(value) || value.find('\0') != std::string::npos)
            throw invalid("the path", "a name that is none", "UTF-8 of at most 512 bytes");
        found[std::string(wanted[i].substr(1, wanted[i].size() - 2))] = value;
    }
    names = std::move(found);
    return true;
}

}  // namespace

Table::Table(Routes routes) : routes_(std::move(routes)) {
    std::set<std::pair<std::string, std::string>> all;
    for (const Route& route : routes_) {
        const size_t brace = route.path.find('{');
        all.emplace(route.method,
                    brace == std::string::npos ? route.path : route.path.substr(0, brace) + "*");
    }
    texts_.assign(all.begin(), all.end());
    for (const auto& [method, path] : texts_) registered_.emplace_back(method, path);
}

// A path without braces counts before one with: /team/update is no team.
const Route& Table::find(std::string_view method, std::string_view path,
                         std::map<std::string, std::string>& names) const {
    if (method == "HEAD") method = "GET";
    const auto segments = segmentsOf(path);
    const Route* found = nullptr;
    bool known = false;
    for (const bool with_names : {false, true}) {
        for (const Route& route : routes_) {
            const bool has_names = route.path.find('{') != std::string::npos;
            if (found || has_names != with_names || !matches(route.path, segments, names)) continue;
            known = true;
            if (method == route.method) found = &route;
        }
        if (known) break;
    }
    if (found) return *found;
    if (known) throw Refused(405, "bad_request_error", "This path has another method");
    throw Refused(404, "not_found_error", "There is no such route");
}

}  // namespace admin_api

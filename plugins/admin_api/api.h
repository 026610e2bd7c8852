// The admin routes: what is asked, by whom, and the table that registers them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "documents.h"
#include "fields.h"
#include "rights.h"

namespace admin_api {

/// One request to an admin route, held against its row of the table.
struct Asked {
    Json body;                                 // an object; empty for routes without one
    std::map<std::string, std::string> query;  // decoded
    std::map<std::string, std::string> path;   // by the names in braces, decoded
    Caller caller;

    /// A parameter of the query; empty if it is not there.
    std::string parameter(const std::string& name) const;
    bool flag(const std::string& name, bool otherwise) const;
    /// A whole number within bounds, or `otherwise`; throws Refused if it is anything else.
    size_t number(const std::string& name, size_t otherwise, size_t least, size_t most) const;
    /// "a,b": the texts between the commas.
    std::vector<std::string> listed(const std::string& name) const;
};

using Handler = std::function<Answer(const Asked&)>;

/// A row of the table: registers the route, checks what is asked, and stands in /openapi.json.
struct Route {
    const char* method;
    std::string path;  // "/key/{key}/regenerate"
    Access access;
    const char* summary;
    Fields query, body;
    Handler handler;
    bool takesBody() const { return std::string_view(method) != "GET"; }
};
using Routes = std::vector<Route>;

Route get(std::string path, Access access, const char* summary, Fields query, Handler handler);
Route post(std::string path, Access access, const char* summary, Fields body, Handler handler);
/// PATCH, DELETE: with a body, as POST.
Route change(const char* method, std::string path, Access access, const char* summary, Fields body,
             Handler handler);

/// Which part of a list: `page` from 1, and how many on it.
struct Page {
    size_t number, size;
    size_t begin() const { return (number - 1) * size; }
    bool holds(size_t index) const { return index >= begin() && index < begin() + size; }
    size_t pagesOf(size_t total) const { return (total + size - 1) / size; }
};
Page pageOf(const Asked& asked, const char* size_name, size_t otherwise, size_t most);

}  // namespace admin_api

// Steering the gateway over HTTP, for callers with the master key:
//   POST /admin/reload   reads configuration and plugins anew
//   GET  /admin/status   generations, plugin instances, libraries, requests in flight
#include <sluice/plugin.hpp>

namespace {

class Admin {
public:
    Admin(std::string_view, sluice::Host host)
        : admin_(host.find<sluice_host_admin>(SLUICE_HOST_ADMIN_ID)),
          routes_{{"POST", "/admin/reload", SLUICE_ROUTE_ADMIN},
                  {"GET", "/admin/status", SLUICE_ROUTE_ADMIN}} {
        if (!admin_)
            throw sluice::ConfigError("the capability \"admin\" is not granted: add grants: [admin]");
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request request, uint32_t route) {
        sluice_str json{};
        const sluice_status status =
            route == 0 ? admin_->reload(request.raw(), &json) : admin_->status(request.raw(), &json);
        if (status != SLUICE_OK && status != SLUICE_E_INVALID)
            return request.block({"another reload is still running", "busy", "", "", "", 503});
        return request.respond(status == SLUICE_OK ? 200 : 400, "application/json", sluice::view(json));
    }

private:
    const sluice_host_admin* admin_;
    std::vector<sluice::Route> routes_;
};

}  // namespace

SLUICE_PLUGIN(Admin, R"({"id":"admin","version":"0.1.0","abi":1,"interfaces":["sluice.endpoint/1"],
  "description":"Reload and status over HTTP, for the master key","capabilities":["admin"],
  "config_schema":{"type":"object","additionalProperties":false,"properties":{}}})")

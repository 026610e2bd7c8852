// /config/…, /router/settings and the like: the configuration, looked at. The host tells no plugin what the
// file says; the sections come by the key `show` of this plugin's own configuration, the models as the host
// tells of them. Changing it is for the file: those routes say so.
#pragma once

#include "api.h"

namespace admin_api {

class Settings {
public:
    /// `show`: {"general_settings": {…}, "litellm_settings": {…}, "router_settings": {…}}, each of which may
    /// be left out. Kept without its secrets. [control]
    void open(const Json& show);
    /// A model group and its deployments, before anybody asks. [control]
    void learn(std::string_view name, const sluice::Deployments& deployments);

    Routes routes();

private:
    Routes callbackRoutes();
    Routes changeRoutes();
    /// Throws Refused, 501, if nobody handed it over.
    const Json& section(const char* name) const;
    std::vector<std::string> namesIn(const char* section, const char* member) const;
    Answer list(const Asked& asked) const;
    Answer field(const Asked& asked) const;
    Answer router() const;
    Answer alerting() const;
    Answer callbacks() const;
    Answer active() const;
    Answer byType() const;
    Answer whole() const;

    Json sections_ = Json::object();
    Json models_ = Json::array();
};

}  // namespace admin_api

// /config/…, /router/settings and the like: the configuration, looked at. The host tells no plugin what the
// file says; the sections come by the key `show` of this plugin's own configuration, the models as the host
// tells of them. Changing it is for the file: those routes say so.
#pragma once

#include <set>

#include "api.h"

namespace admin_api {

/// A deployment of a model as everybody may see it: an entry of model_list without its secrets.
Json shownDeployment(std::string_view model_name, const sluice::ModelDeployment& deployment);

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
    Answer routerFields() const;
    Answer fallback(const Asked& asked) const;
    Answer createFallback(const Asked& asked) const;
    Answer removeFallback(const Asked& asked) const;
    Routes fallbackRoutes();
    const Json* fallbackOf(const std::string& type, const std::string& model) const;

    Json sections_ = Json::object();
    Json models_ = Json::array();
    std::set<std::string> names_;  // of models
};

}  // namespace admin_api

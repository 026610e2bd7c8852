// GET /v2/model/info and /model_group/info: which models there are, and what is known of them: by the
// configuration, and by the price table where the plugin pricing is. Source:
// litellm/proxy/proxy_server.py, litellm/types/router.py (ModelGroupInfo).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api.h"
#include "model_access.h"

namespace admin_api {

class ModelCatalog {
public:
    ModelCatalog(const ModelAccess& access, sluice::Host host) : access_(access), host_(host) {}

    /// Finds the prices, if a plugin has them. [control]
    void start();
    /// A model group, or an alias of one, and its deployments, before anybody asks. [control]
    void learn(std::string_view name, const sluice::Deployments& deployments);

    Routes routes();

private:
    struct Deployment {
        std::string id, provider;
        Json shown;  // as it may be seen
        Json said;   // figures and capabilities of model_info and litellm_params
    };
    using Facts = std::map<std::string, Json>;  // of the price table, by the id of the deployment

    Answer list(const Asked& asked) const;
    Answer groups(const Asked& asked) const;
    Facts factsOf(const std::string& name) const;
    Json groupInfo(const std::string& name, const std::vector<Deployment>& deployments) const;

    const ModelAccess& access_;
    sluice::Host host_;
    const sluice_prices* prices_ = nullptr;
    sluice_instance* prices_self_ = nullptr;
    std::map<std::string, std::vector<Deployment>> groups_;
};

}  // namespace admin_api

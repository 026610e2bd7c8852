// What Azure AI Content Safety's operations share: the endpoint, the key, the version.
#pragma once

#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {

class Azure {
public:
    /// `operation`: "text:analyze"
    Azure(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& operation) {
        const std::string version = textOf(config, {"api_version"}, "2024-09-01");
        if (version.find_first_not_of("0123456789-abcdefghijklmnopqrstuvwxyz") != std::string::npos)
            sluice::ConfigObject::fail("api_version", "another text", "a date: 2024-09-01");
        url_ = urlOf(textOrVariable(config, host, "api_base", "AZURE_CONTENT_SAFETY_ENDPOINT"), "api_base") +
               "/contentsafety/" + operation + "?api-version=" + version;
        const std::string key =
            headerValue(textOrVariable(config, host, "api_key", "AZURE_CONTENT_SAFETY_API_KEY"), "api_key");
        if (key.empty()) sluice::ConfigObject::fail("api_key", "nothing", "a text");
        headers_.emplace_back("ocp-apim-subscription-key", key);
    }

    Json ask(Caller& caller, const Json& question) const {
        return parsed(caller.post({url_, headers_, dumped(question)}));
    }

private:
    std::string url_;
    std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace guard_remote

#include "params.h"

namespace provider_openai {

Params readParams(std::string_view json, const sluice::Host& host) {
    const sluice::DeploymentParams given(json, host);
    Params params;
    params.api_base = given.baseUrl().value_or("");
    params.api_key = given.text("api_key");
    params.api_version = given.text("api_version");
    params.organization = given.text("organization");
    params.extra_headers = given.headers("extra_headers");
    params.stream_usage = given.flag("stream_usage", true);
    return params;
}

}  // namespace provider_openai

#include "aws.h"

namespace guard_remote {
namespace {

// As the HTTP client sends it: without the port that goes with the scheme.
std::string hostFieldOf(const std::string& url) {
    const size_t begin = url.find("://") + 3;
    std::string host = url.substr(begin, url.find('/', begin) - begin);
    const std::string usual = begin == 7 ? ":80" : ":443";
    if (host.size() > usual.size() && host.compare(host.size() - usual.size(), usual.size(), usual) == 0)
        host.resize(host.size() - usual.size());
    return host;
}

std::string needed(const sluice::ConfigObject& config, const sluice::Host& host, std::string_view key,
                   std::string_view variable) {
    std::string value = headerValue(textOrVariable(config, host, key, variable), key);
    if (value.empty())
        sluice::ConfigObject::fail(std::string(key), "nothing",
                                   "a text, here or in " + std::string(variable));
    return value;
}

}  // namespace

Aws::Aws(const sluice::ConfigObject& config, const sluice::Host& host, std::string service,
         std::string_view host_name, std::string endpoint, std::string_view endpoint_key) {
    credentials_.access_key_id = needed(config, host, "aws_access_key_id", "AWS_ACCESS_KEY_ID");
    credentials_.secret_access_key = needed(config, host, "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY");
    // A token of the environment belongs to the key of the environment.
    credentials_.session_token = config.has("aws_access_key_id")
                                     ? textOf(config, {"aws_session_token"})
                                     : textOrVariable(config, host, "aws_session_token", "AWS_SESSION_TOKEN");
    credentials_.session_token = headerValue(credentials_.session_token, "aws_session_token");
    scope_.service = std::move(service);
    scope_.region = needed(config, host, "aws_region_name", "AWS_REGION");
    if (scope_.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
        sluice::ConfigObject::fail("aws_region_name", "another text", "a region: eu-west-1");
    if (endpoint.empty())
        endpoint = "https://" + std::string(host_name) + "." + scope_.region + ".amazonaws.com";
    endpoint_ = urlOf(std::move(endpoint), endpoint_key);
    host_field_ = hostFieldOf(endpoint_);
}

std::string_view Aws::post(Caller& caller, const std::string& path, const std::string& body,
                           std::vector<std::pair<std::string, std::string>> headers) const {
    sigv4::Request request{"POST", path, "", headers, body};
    // An endpoint may have a path of its own, in front of a proxy say.
    const size_t own = endpoint_.find('/', endpoint_.find("://") + 3);
    if (own != std::string::npos) request.path = endpoint_.substr(own) + path;
    request.headers.emplace_back("host", host_field_);
    for (auto& field : sigv4::sign(request, credentials_, scope_, caller.wallMs() / 1000))
        headers.push_back(std::move(field));
    return caller.post({endpoint_ + path, std::move(headers), body});
}

}  // namespace guard_remote

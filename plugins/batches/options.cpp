#include "options.h"

#include <nlohmann/json.hpp>

namespace batches {
namespace {

using Json = nlohmann::json;

template <class T>
void take(const Json& config, const char* name, T& value) {
    const auto found = config.find(name);
    if (found != config.end() && !found->is_null()) value = found->get<T>();
}

bool isUrl(const std::string& url) {
    const bool http = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
    // A name and a password, a query or a fragment have no place in front of a path.
    return http && url.size() > 8 && url.find_first_of(" ?#@\r\n\t") == std::string::npos;
}

void trim(std::string& url, const char* key) {
    while (!url.empty() && url.back() == '/') url.pop_back();
    if (!isUrl(url))
        throw sluice::ConfigError(std::string(key) + ": found " + url +
                                  "; allowed: http://HOST:PORT or https://HOST:PORT");
}

}  // namespace

Options Options::read(std::string_view config_json) {
    const Json config = Json::parse(config_json);
    Options options;
    options.directory = config.value("directory", "sluice.batches");
    options.base_url = config.value("base_url", "http://127.0.0.1:4000");
    trim(options.base_url, "base_url");
    take(config, "ca_file", options.ca_file);
    take(config, "public_url", options.public_url);
    if (!options.public_url.empty()) trim(options.public_url, "public_url");
    take(config, "verify_base_url", options.verify_base_url);
    take(config, "concurrency", options.concurrency);
    take(config, "batch_concurrency", options.batch_concurrency);
    take(config, "priority", options.priority);
    take(config, "lines_max", options.lines_max);
    take(config, "file_bytes_max", options.file_bytes_max);
    take(config, "answer_bytes_max", options.answer_bytes_max);
    take(config, "tenant_bytes_max", options.tenant_bytes_max);
    take(config, "tenant_files_max", options.tenant_files_max);
    take(config, "tenant_batches_max", options.tenant_batches_max);
    take(config, "bytes_max", options.bytes_max);
    take(config, "retention_s", options.retention_s);
    take(config, "window_s", options.window_s);
    take(config, "line_timeout_ms", options.line_timeout_ms);
    take(config, "retries_max", options.retries_max);
    take(config, "retry_min_ms", options.retry_min_ms);
    take(config, "retry_max_ms", options.retry_max_ms);
    if (options.retry_max_ms < options.retry_min_ms)
        throw sluice::ConfigError("retry_max_ms: found less than retry_min_ms; allowed: at least " +
                                  std::to_string(options.retry_min_ms));
    return options;
}

}  // namespace batches

#include "rejected.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

namespace ledger {

bool RejectedFile::add(const sluice_record& event, sluice_status status) {
    const std::string line = jsonOf(event, status) + "\n";
    const File file = File::open(path_, O_WRONLY | O_CREAT | O_APPEND);
    int error = file ? 0 : errno;
    const int64_t before = file ? file.size() : 0;
    if (error == 0 && static_cast<uint64_t>(before) + line.size() > bytes_max_) error = EFBIG;
    if (error == 0) error = file.append(line);
    if (error == 0 && ::fdatasync(file.fd()) != 0) error = errno;
    if (error != 0) {
        // A part of a line is no line.
        if (file) (void)!::ftruncate(file.fd(), before);
        if (!failing_)
            log_(Level::Error, faultText(path_, error) +
                                   "; the store refuses an event that cannot be put there, so it and those "
                                   "behind it wait");
        failing_ = true;
        return false;
    }
    failing_ = false;
    log_(Level::Error, "the store refuses the event of call " + std::string(sluice::view(event.call_id)) +
                           " (status " + std::to_string(status) + "); it stands in " + path_);
    return true;
}

std::string jsonOf(const sluice_record& e, sluice_status status) {
    std::string json = "{\"status\":" + std::to_string(status);
    const auto text = [&](const char* name, const sluice_str& value) {
        json += std::string(",\"") + name + "\":" + sluice::jsonQuoted(sluice::view(value));
    };
    const auto number = [&](const char* name, auto value) {
        json += std::string(",\"") + name + "\":" + std::to_string(value);
    };
    text("call_id", e.call_id);
    text("outcome", e.outcome);
    number("http_status", e.http_status);
    text("error_class", e.error_class);
    text("error", e.error);
    number("start_ms", e.start_ms);
    number("end_ms", e.end_ms);
    number("first_token_ms", e.first_token_ms);
    number("cost_pico_usd", e.cost_pico_usd);
    number("prompt_tokens", e.prompt_tokens);
    number("completion_tokens", e.completion_tokens);
    number("cached_tokens", e.cached_tokens);
    number("cache_write_tokens", e.cache_write_tokens);
    number("reasoning_tokens", e.reasoning_tokens);
    number("attempts", e.attempts);
    number("stream", e.stream);
    number("usage_known", e.usage_known);
    number("usage_estimated", e.usage_estimated);
    text("route", e.route);
    text("call_type", e.call_type);
    text("model", e.model);
    text("model_group", e.model_group);
    text("upstream_model", e.upstream_model);
    text("provider", e.provider);
    text("deployment_id", e.deployment_id);
    text("api_base", e.api_base);
    text("key_id", e.key_id);
    text("key_alias", e.key_alias);
    text("tenant", e.tenant);
    text("user", e.user);
    text("team", e.team);
    text("organization", e.organization);
    text("end_user", e.end_user);
    text("client", e.client);
    text("user_agent", e.user_agent);
    text("attributes", e.attributes);
    return json + "}";
}

}  // namespace ledger

#include "key_source.h"

#include <algorithm>
#include <stdexcept>

namespace auth_jwt {
namespace {

constexpr uint32_t kFetchMs = 5'000;       // each of the two calls
constexpr size_t kBodyBytesMax = 1 << 20;  // of a key set
constexpr int64_t kWishPauseMs = 10'000;   // so that strangers cannot make us hammer the issuer
constexpr int64_t kRetryMs = 5'000;        // after a failure, doubled with each one
constexpr int64_t kRetryMsMax = 60'000;

[[noreturn]] void fail(const std::string& why) { throw std::runtime_error(why); }

std::string textOf(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool startsWith(const std::string& text, std::string_view start) { return text.rfind(start, 0) == 0; }

}  // namespace

bool KeySource::fetchDue() {
    {
        const std::lock_guard lock(mutex_);
        if (running_ || (!wished_ && host_.monotonicMs() < next_ms_)) return false;
        running_ = true;
        wished_ = false;
    }
    bool changed = false;
    std::string fault;
    try {
        changed = take(fetch());
    } catch (const std::exception& e) {
        fault = e.what();
    }
    finish(fault);
    return changed;
}

// Once for each change: an issuer that is down must not fill the log.
void KeySource::finish(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    const int64_t now = host_.monotonicMs();
    if (fault.empty()) {
        if (failing_) host_.info("keys can be fetched again: " + settings_.url);
        failures_ = 0;
        // Not all replicas at the same moment.
        next_ms_ =
            now + settings_.ttl_ms - static_cast<int64_t>(host_.random() % (settings_.ttl_ms / 10 + 1));
    } else {
        if (!failing_) host_.warn("keys cannot be fetched from " + settings_.url + ": " + fault);
        const int64_t pause = std::min(kRetryMs << std::min(failures_++, 8u), kRetryMsMax);
        next_ms_ = now + std::min(pause, settings_.ttl_ms);
    }
    failing_ = !fault.empty();
    running_ = false;
}

KeySource::Fetched KeySource::fetch() const {
    if (!settings_.discovery) return {settings_.issuer, get(settings_.url)};
    std::string fault;
    const auto document = readObject(get(settings_.url), fault);
    if (!document) fail("its configuration: " + fault);
    const std::string issuer = textOf(*document, "issuer"), keys = textOf(*document, "jwks_uri");
    // Section 4.3: whoever names another issuer is another issuer.
    if (issuer.empty() || (!settings_.issuer.empty() && issuer != settings_.issuer))
        fail("its configuration names another issuer than the one that is configured here");
    if (startsWith(settings_.url, "https://") && !startsWith(keys, "https://"))
        fail("its configuration names a jwks_uri without TLS");
    if (keys.empty()) fail("its configuration names no jwks_uri");
    return {issuer, get(keys)};
}

std::string KeySource::get(const std::string& url) const {
    sluice::HttpCall call;
    call.url = url;
    call.headers = {{"accept", "application/json"}};
    call.timeout_ms = kFetchMs;
    const auto answer = host_.http(call);
    switch (answer.error) {
        case SLUICE_OK:
            break;
        case SLUICE_E_DENIED:
            fail("the capability \"net\" is not granted");
        case SLUICE_E_DEADLINE:
            fail("no answer within 5 seconds");
        case SLUICE_E_INVALID:
            fail("it is no URL that can be asked");
        default:
            fail("nobody answers");
    }
    if (!answer.ok()) fail("the answer has the status " + std::to_string(answer.status));
    if (answer.body.size() > kBodyBytesMax) fail("the answer is larger than 1 MiB");
    return std::string(answer.body);
}

bool KeySource::take(Fetched fetched) {
    std::vector<std::string> left_out;
    auto keys = readKeySet(fetched.body, left_out);
    if (keys.empty()) fail(left_out.empty() ? "a key set without keys" : left_out.front());
    for (auto& key : keys) key.issuer = fetched.issuer;
    const std::lock_guard lock(mutex_);
    if (fetched.body == last_.body && fetched.issuer == last_.issuer) return false;
    for (const auto& why : left_out) host_.info("a key of " + settings_.url + " is left out: " + why);
    keys_ = std::move(keys);
    last_ = std::move(fetched);
    return true;
}

bool KeySource::wish() {
    const std::lock_guard lock(mutex_);
    const int64_t now = host_.monotonicMs();
    if (running_ || wished_ || now >= next_ms_) return true;
    if (now < wishes_ms_) return false;
    wishes_ms_ = now + kWishPauseMs;
    wished_ = true;
    return true;
}

bool KeySource::busy() const {
    const std::lock_guard lock(mutex_);
    return running_ || wished_ || host_.monotonicMs() >= next_ms_;
}

bool KeySource::known() const {
    const std::lock_guard lock(mutex_);
    return !keys_.empty();
}

std::vector<SigningKey> KeySource::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

Json KeySource::state() const {
    const std::lock_guard lock(mutex_);
    return {{"url", settings_.url}, {"issuer", last_.issuer}, {"body", last_.body}};
}

// A fetch follows anyway; until then, or if the issuer is away, these do.
void KeySource::adopt(const Json& state) {
    Fetched before{textOf(state, "issuer"), textOf(state, "body")};
    const bool same = textOf(state, "url") == settings_.url && !before.body.empty() &&
                      (settings_.issuer.empty() || before.issuer == settings_.issuer);
    if (!same) return;
    try {
        (void)take(std::move(before));
    } catch (const std::runtime_error&) {
        host_.warn("the keys of the generation before are of no use: " + settings_.url);
    }
}

}  // namespace auth_jwt

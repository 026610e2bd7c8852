// One place where keys come from: the URL of a key set, or of the document in which an issuer says where its
// key set is (OpenID Connect Discovery 1.0, section 4). Fetched by a timer, never on the way of a request.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "key_reader.h"

namespace auth_jwt {

class KeySource {
public:
    struct Settings {
        std::string url;
        std::string issuer;  // what the document has to name, and whose tokens the keys may sign; empty: any
        bool discovery = false;  // url is that of the document
        int64_t ttl_ms = 600'000;
    };

    KeySource(Settings settings, sluice::Host host) : settings_(std::move(settings)), host_(host) {}

    /// Fetches if it is time, or if somebody wishes it; true if the keys are others now. An answer that is of
    /// no use changes nothing: the keys that there are stay in force. [offload]
    bool fetchDue();
    /// Somebody knows a kid that is not here. True if a fetch is under way or comes at once; once in ten
    /// seconds at most, whoever asks. [any]
    bool wish();
    /// Is a fetch under way, due, or wished for? [any]
    bool busy() const;
    /// Has it ever had keys? [any]
    bool known() const;
    std::vector<SigningKey> keys() const;

    const std::string& url() const { return settings_.url; }
    /// For the next generation: the last good key set, and whose it is.
    Json state() const;
    void adopt(const Json& state);

private:
    struct Fetched {
        std::string issuer, body;
    };
    // Throws std::runtime_error: why there are none.
    Fetched fetch() const;
    std::string get(const std::string& url) const;
    bool take(Fetched fetched);
    void finish(const std::string& fault);

    const Settings settings_;
    const sluice::Host host_;
    mutable std::mutex mutex_;
    // Guarded by mutex_ from here on; not held during a fetch.
    std::vector<SigningKey> keys_;
    Fetched last_;
    int64_t next_ms_ = 0;    // when to fetch again; monotonic
    int64_t wishes_ms_ = 0;  // from when on a wish counts
    bool wished_ = false, running_ = false, failing_ = false;
    unsigned failures_ = 0;  // in a row
};

}  // namespace auth_jwt

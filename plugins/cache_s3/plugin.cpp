// sluice.cache/1 over a bucket. Hooks look one key up by themselves, over the gateway's own connections;
// several keys go to the keeper's threads, while the request is parked.
#include <algorithm>

#include <sluice/plugin.hpp>

#include "keeper.h"

namespace cache_s3 {
namespace {

using nlohmann::json;

Options optionsOf(const json& config) {
    Options options;
    options.timeout_ms = config.value("timeout_ms", options.timeout_ms);
    options.threads = config.value("threads", options.threads);
    options.queue_entries = config.value("queue_entries", options.queue_entries);
    options.queue_bytes = config.value("queue_bytes", options.queue_bytes);
    options.entry_bytes_max = config.value("entry_bytes_max", options.entry_bytes_max);
    return options;
}

void checkHost(const sluice::Host& host) {
    if (host.raw()->abi_minor < 2 || !host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID))
        throw sluice::ConfigError("this gateway is too old: cache_s3 needs ABI 1.2, with sluice.host.wait/1");
    if (!host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID))
        throw sluice::ConfigError("cache_s3 needs the capability net, with sluice.host.http/1");
}

json parsed(std::string_view text) {
    json config = json::parse(text);
    const std::string type = config.value("type", "");
    if (type.empty()) return config;
    const char* needed = type == "gcs" ? "gcs_bucket_name" : "s3_bucket_name";
    const char* other = type == "gcs" ? "s3_bucket_name" : "gcs_bucket_name";
    if (config.contains(other))
        throw sluice::ConfigError(std::string(other) + ": found with type " + type + "; allowed: " + needed);
    return config;
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(parsed(config), host) {}

    static const void* interface(std::string_view id) {
        static const sluice_cache table{sizeof(sluice_cache), 0, get, put, remove, flush, status};
        return id == SLUICE_CACHE_ID ? &table : nullptr;
    }
    void start() { keeper_.start(); }
    void closing() { keeper_.close(); }

private:
    Plugin(const json& config, sluice::Host host)
        : host_((checkHost(host), host)),
          http_(host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID)),
          wait_(host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID)),
          keeper_(
              optionsOf(config), s3::storeOf(config, host),
              {s3::sendOver(host), [host] { return host.wallMs(); }, [host] { return host.monotonicMs(); },
               [host](const std::string& text) { host.warn("cache_s3: " + text); }}) {}

    static Plugin& of(sluice_instance* self) { return *reinterpret_cast<Plugin*>(self); }

    // Nothing that is thrown crosses the border.
    template <class Work>
    static sluice_status contained(Work&& work) noexcept {
        return sluice::detail::contained(
            SLUICE_E_INTERNAL, [](std::string_view) {}, [&]() -> sluice_status { return work(); });
    }

    using Take = void (*)(void*, size_t, const sluice_cache_entry*);

    static sluice_status get(sluice_instance* self, sluice_ctx* ctx, const sluice_str* keys, size_t count,
                             uint32_t wait_ms, void* sink, Take take) {
        return contained([&] {
            Plugin& plugin = of(self);
            if (plugin.keeper_.away()) return SLUICE_E_UNAVAILABLE;
            const uint64_t ticket = count > 1 && ctx ? plugin.wait_->open(ctx) : 0;
            if (ticket == 0) return plugin.getHere(ctx, keys, count, wait_ms, sink, take);
            return plugin.getThere(ctx, ticket, keys, count, wait_ms, sink, take);
        });
    }

    static void give(const Entry& entry, size_t which, void* sink, Take take) {
        const sluice_cache_entry found{sizeof(sluice_cache_entry), 0, sluice::str(entry.value),
                                       entry.ttl_left_ms};
        take(sink, which, &found);
    }

    sluice_status getHere(sluice_ctx* ctx, const sluice_str* keys, size_t count, uint32_t wait_ms, void* sink,
                          Take take) {
        const int64_t until = host_.monotonicMs() + wait_ms;
        for (size_t i = 0; i < count; ++i) {
            const int64_t left = until - host_.monotonicMs();
            if (left <= 0) return SLUICE_E_DEADLINE;
            std::optional<s3::Call> call;
            try {
                call = keeper_.getCall(sluice::view(keys[i]));
            } catch (const s3::Unsigned&) {
                return SLUICE_E_UNAVAILABLE;  // a token is being asked for
            }
            if (!call) continue;
            sluice::HttpCall request{call->url, call->method};
            for (const auto& [name, value] : call->fields) request.headers.push_back({name, value});
            request.timeout_ms = static_cast<uint32_t>(left);
            const auto result = sluice::detail::httpCall(http_, host_.raw(), ctx, request);
            if (result.error == SLUICE_E_CANCELLED) return SLUICE_E_CANCELLED;
            if (result.error == SLUICE_E_DEADLINE) {
                keeper_.late();
                return SLUICE_E_DEADLINE;
            }
            bool fault = false;
            const auto entry = keeper_.read(s3::answerOf(result), fault);
            if (fault) return SLUICE_E_UNAVAILABLE;
            if (entry) give(*entry, i, sink, take);
        }
        return SLUICE_OK;
    }

    sluice_status getThere(sluice_ctx* ctx, uint64_t ticket, const sluice_str* keys, size_t count,
                           uint32_t wait_ms, void* sink, Take take) {
        const auto fetch = std::make_shared<Fetch>();
        for (size_t i = 0; i < count; ++i) fetch->keys.emplace_back(sluice::view(keys[i]));
        fetch->found.resize(count);
        fetch->open = count;
        fetch->wake = [wait = wait_, host = host_.raw(), ticket] { wait->wake(host, ticket); };
        keeper_.fetch(fetch);
        const sluice_status waited = wait_->wait(ctx, ticket, wait_ms);
        std::vector<std::optional<Entry>> found(count);
        size_t faults = 0;
        {
            const std::lock_guard lock(fetch->mutex);
            found.swap(fetch->found);
            fetch->found.resize(count);  // for those who are behind
            faults = fetch->faults;
        }
        for (size_t i = 0; i < count; ++i) {
            if (found[i]) give(*found[i], i, sink, take);
        }
        if (waited != SLUICE_OK) return waited;
        return faults > 0 ? SLUICE_E_UNAVAILABLE : SLUICE_OK;
    }

    static sluice_status put(sluice_instance* self, sluice_str key, sluice_str value, int64_t ttl_ms) {
        return contained(
            [&] { return of(self).keeper_.put(sluice::view(key), sluice::view(value), ttl_ms); });
    }

    static sluice_status remove(sluice_instance* self, const sluice_str* keys, size_t count,
                                uint64_t* removed) {
        return contained([&] {
            std::vector<std::string_view> all;
            for (size_t i = 0; i < count; ++i) all.push_back(sluice::view(keys[i]));
            return of(self).keeper_.remove(all, removed);
        });
    }

    static sluice_status flush(sluice_instance* self, sluice_str prefix) {
        return contained([&] { return of(self).keeper_.flush(sluice::view(prefix)); });
    }

    static sluice_status status(sluice_instance* self, void* sink, void (*write)(void*, sluice_str)) {
        return contained([&]() -> sluice_status {
            const std::string text = of(self).keeper_.status();
            write(sink, sluice::str(text));
            return SLUICE_OK;
        });
    }

    const sluice::Host host_;
    const sluice_host_http* const http_;
    const sluice_host_wait* const wait_;
    Keeper keeper_;
};

}  // namespace cache_s3

SLUICE_PLUGIN(cache_s3::Plugin, R"({
  "id": "cache_s3",
  "version": "0.1.0",
  "abi": 1,
  "description": "Keeps cached answers in a bucket of S3, of a store that speaks as S3 does, or of Google Cloud Storage",
  "interfaces": ["sluice.cache/1", "sluice.start/1"],
  "caches": ["s3", "gcs"],
  "hooks": [],
  "capabilities": [)" SLUICE_S3_CAPABILITIES R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"s3_bucket_name": "cache", "s3_endpoint_url": "http://127.0.0.1:9", "s3_aws_access_key_id": "id",
                  "s3_aws_secret_access_key": "secret"}],
    "properties": {
      "type": {"type": "string", "enum": ["s3", "gcs"], "description": "as in LiteLLM's cache_params"},
      "timeout_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 5000},
      "threads": {"type": "integer", "minimum": 1, "maximum": 64, "default": 8},
      "queue_entries": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1000},
      "queue_bytes": {"type": "integer", "minimum": 65536, "default": 67108864},
      "entry_bytes_max": {"type": "integer", "minimum": 1024, "maximum": 15728640, "default": 4194304},
)" SLUICE_S3_PROPERTIES R"(
    }
  }
})")

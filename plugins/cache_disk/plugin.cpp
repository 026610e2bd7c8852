#include "plugin.h"

#include <sluice/cache.h>
#include <sluice/config.hpp>

namespace cache_disk {
namespace {

const sluice_host_wait* waitOf(const sluice::Host& host) {
    const auto* table = host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID);
    if (!table) throw sluice::ConfigError("this host has no sluice.host.wait/1: cache_disk needs ABI 1.2");
    return table;
}

void bound(const char* key, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most)
        sluice::ConfigObject::fail(key, std::to_string(value),
                                   std::to_string(least) + " to " + std::to_string(most));
}

Options optionsOf(std::string_view json) {
    Options options;
    const sluice::ConfigObject config(json);
    config.read("path", options.path);
    config.read("disk_cache_dir", options.path);
    config.read("max_bytes", options.max_bytes);
    config.read("max_entry_bytes", options.max_entry_bytes);
    config.read("max_queue_bytes", options.max_queue_bytes);
    config.read("readers", options.readers);
    if (options.path.empty()) sluice::ConfigObject::fail("path", "an empty text", "a directory");
    bound("max_bytes", options.max_bytes, kLeastBytes, int64_t{1} << 44);
    bound("max_entry_bytes", options.max_entry_bytes, 1,
          std::min(options.max_bytes / 16, int64_t{256} << 20));
    bound("max_queue_bytes", options.max_queue_bytes, options.max_entry_bytes, int64_t{1} << 40);
    bound("readers", options.readers, 1, 64);
    return options;
}

bool isKey(std::string_view key) {
    if (key.empty() || key.size() > SLUICE_CACHE_KEY_MAX) return false;
    for (const char c : key) {
        if (c <= ' ' || c > '~') return false;
    }
    return true;
}

}  // namespace

// sluice.cache/1. What is thrown here is std::bad_alloc at most: the threads keep SQLite's errors to
// themselves.
struct Plugin::Table {
    static Plugin& of(sluice_instance* self) { return *reinterpret_cast<Plugin*>(self); }

    static sluice_status get(sluice_instance* self, sluice_ctx* ctx, const sluice_str* keys, size_t count,
                             uint32_t wait_ms, void* sink,
                             void (*take)(void* sink, size_t which, const sluice_cache_entry* entry)) {
        if (!of(self).place_.ready()) return SLUICE_E_UNAVAILABLE;
        const auto asked = std::make_shared<Asked>();
        for (size_t i = 0; i < count; ++i) asked->keys.emplace_back(sluice::view(keys[i]));
        const sluice_status status = of(self).get(ctx, asked, wait_ms);
        if (status != SLUICE_OK) return status;
        const int64_t now = wallMs();
        for (size_t i = 0; i < asked->found.size(); ++i) {
            if (!asked->found[i] || asked->found[i]->expires_ms <= now) continue;
            const sluice_cache_entry entry{sizeof(sluice_cache_entry), 0, sluice::str(asked->found[i]->value),
                                           asked->found[i]->expires_ms - now};
            take(sink, i, &entry);
        }
        return SLUICE_OK;
    }

    static sluice_status put(sluice_instance* self, sluice_str key, sluice_str value, int64_t ttl_ms) {
        Plugin& plugin = of(self);
        if (!isKey(sluice::view(key)) || ttl_ms <= 0) return SLUICE_E_INVALID;
        if (value.len > static_cast<size_t>(plugin.options_.max_entry_bytes)) return SLUICE_E_INVALID;
        if (!plugin.place_.ready()) return SLUICE_E_UNAVAILABLE;
        const int64_t now = wallMs();
        const int64_t expires_ms = ttl_ms > INT64_MAX - now ? INT64_MAX : now + ttl_ms;
        return plugin.writer_.put(sluice::view(key), sluice::view(value), expires_ms) ? SLUICE_OK
                                                                                      : SLUICE_E_LIMIT;
    }

    static sluice_status remove(sluice_instance* self, const sluice_str* keys, size_t count,
                                uint64_t* removed) {
        std::vector<std::string> all;
        for (size_t i = 0; i < count; ++i) all.emplace_back(sluice::view(keys[i]));
        uint64_t gone = 0;
        const bool done = of(self).writer_.remove(all, gone);
        if (removed) *removed = gone;
        return done ? SLUICE_OK : SLUICE_E_UNAVAILABLE;
    }

    static sluice_status flush(sluice_instance* self, sluice_str prefix) {
        return of(self).writer_.flush(sluice::view(prefix)) ? SLUICE_OK : SLUICE_E_UNAVAILABLE;
    }

    static sluice_status status(sluice_instance* self, void* sink,
                                void (*write)(void* sink, sluice_str json)) {
        write(sink, sluice::str(of(self).status()));
        return SLUICE_OK;
    }
};

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      wait_(waitOf(host_)),
      options_(optionsOf(config_json)),
      used_(options_.max_bytes),
      place_(options_, [this](Level level, const std::string& words) { log(level, words); }),
      writer_(place_, options_, used_),
      readers_(place_, options_, used_, [this](const std::string& key) {
          host_.warn("an entry is damaged on the disk and is left out");
          writer_.forget(key);
      }) {}

const void* Plugin::interface(std::string_view id) {
    static const sluice_cache all{
        sizeof(sluice_cache), 0, Table::get, Table::put, Table::remove, Table::flush, Table::status};
    return id == SLUICE_CACHE_ID ? &all : nullptr;
}

sluice_status Plugin::get(sluice_ctx* ctx, const std::shared_ptr<Asked>& asked, uint32_t wait_ms) {
    const uint64_t ticket = wait_->open(ctx);
    if (ticket == 0) return SLUICE_E_UNAVAILABLE;
    asked->wake = [this, ticket] { wait_->wake(host_.raw(), ticket); };
    if (!readers_.ask(asked)) return SLUICE_E_DEADLINE;
    const sluice_status status = wait_->wait(ctx, ticket, wait_ms);
    const std::lock_guard lock(asked->mutex);
    if (!asked->done) {
        asked->over = true;
        return status == SLUICE_OK ? SLUICE_E_INTERNAL : status;
    }
    return asked->failed ? SLUICE_E_UNAVAILABLE : SLUICE_OK;
}

std::string Plugin::status() {
    std::string fault = place_.fault();
    int64_t entries = 0, bytes = 0;
    if (place_.ready()) {
        uint64_t epoch = 0;
        std::string path;
        try {
            Connection connection = place_.connect(epoch, path);
            entries = connection.value("SELECT count(*) FROM entries");
            bytes = (connection.value("PRAGMA page_count") - connection.value("PRAGMA freelist_count")) *
                    connection.value("PRAGMA page_size");
            fault.clear();
        } catch (const SqlError& error) {
            place_.failed(error, epoch);
            fault = place_.directory() + ": " + error.what();
        }
    }
    const Writer::Figures written = writer_.figures();
    const auto member = [](const char* name, uint64_t value) {
        return std::string(",\"") + name + "\":" + std::to_string(value);
    };
    std::string json = R"({"type":"disk","healthy":)" + std::string(fault.empty() ? "true" : "false");
    if (!fault.empty()) json += ",\"error\":" + sluice::jsonQuoted(fault);
    return json + member("entries", static_cast<uint64_t>(entries)) +
           member("bytes", static_cast<uint64_t>(bytes)) +
           member("max_bytes", static_cast<uint64_t>(options_.max_bytes)) + member("hits", readers_.hits()) +
           member("misses", readers_.misses()) + member("puts", written.puts) +
           member("dropped", written.dropped) + member("evictions", written.evictions) +
           member("expired", written.expired) + member("damaged", readers_.damaged()) +
           member("queued_bytes", written.queued_bytes) + "}";
}

void Plugin::log(Level level, const std::string& words) const {
    if (level == Level::Error) return host_.error(words);
    level == Level::Warn ? host_.warn(words) : host_.info(words);
}

}  // namespace cache_disk

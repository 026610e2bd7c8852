#include "live.h"

#include <algorithm>

#include <sluice/store.h>

namespace cache {

using Json = nlohmann::json;

namespace {

constexpr const char* kKind = "cache_settings";
constexpr const char* kId = "cache";
constexpr size_t kChangesMax = 10'000;  // between two reloads

bool isSeconds(const Json& value) {
    double seconds = -1;
    if (value.is_number()) seconds = value.get<double>();
    if (value.is_string()) {
        const auto text = value.get<std::string>();
        char* end = nullptr;
        seconds = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != 0) return false;
    }
    return seconds > 0 && seconds <= 366.0 * 86400;
}

bool isWhole(const Json& value, int64_t least, int64_t most) {
    return value.is_number_integer() && value >= least && value <= most;
}

bool isBool(const Json& value) { return value.is_boolean(); }

bool isOneOf(const Json& value, std::initializer_list<const char*> words) {
    return value.is_string() &&
           std::find(words.begin(), words.end(), value.get<std::string>()) != words.end();
}

bool isThreshold(const Json& value) { return value.is_number() && value >= 0 && value <= 1; }

struct Field {
    const char *name, *type, *allowed;
    bool (*fits)(const Json& value);
};

constexpr const char* kSeconds = "seconds, more than 0, at most a year";

// What can be changed; what is not here is told apart by kOfTheFile.
const Field kFields[] = {
    {"ttl", "Float", kSeconds, isSeconds},
    {"upper_ttl", "Float", kSeconds, isSeconds},
    {"namespace", "String", "at most 128 printable characters without white space",
     [](const Json& value) {
         if (!value.is_string()) return false;
         const auto text = value.get<std::string>();
         return text.size() <= 128 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
     }},
    {"mode", "String", "default_on, default_off",
     [](const Json& value) {
         return isOneOf(value, {"default_on", "default_off"});
     }},
    {"share", "String", "tenant, key, user, team, organization, all",
     [](const Json& value) {
         return isOneOf(value, {"tenant", "key", "user", "team", "organization", "all"});
     }},
    {"supported_call_types", "List", "a list of call types",
     [](const Json& value) {
         return value.is_array() && value.size() <= 100 &&
                std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); });
     }},
    {"max_entry_bytes", "Integer", "1024 to 67108864",
     [](const Json& value) { return isWhole(value, 1024, 67108864); }},
    {"wait_ms", "Integer", "1 to 10000", [](const Json& value) { return isWhole(value, 1, 10'000); }},
    {"single_flight", "Boolean", "true, false", isBool},
    {"store_fallbacks", "Boolean", "true, false", isBool},
    {"embedding_items", "Boolean", "true, false", isBool},
    {"similarity_threshold", "Float", "0 to 1", isThreshold},
    {"semantic_mode", "String", "enforce, shadow",
     [](const Json& value) {
         return isOneOf(value, {"enforce", "shadow"});
     }},
};

const Field* fieldOf(const std::string& name) {
    for (const auto& field : kFields) {
        if (name == field.name) return &field;
    }
    return nullptr;
}

std::string nameList() {
    std::string all;
    for (const auto& field : kFields) all += (all.empty() ? "" : ", ") + std::string(field.name);
    return all;
}

// A value that is refused is not repeated: it may be a password in the wrong place.
std::string faultOf(const std::string& name, const Json& value) {
    const Field* field = fieldOf(name);
    if (!field)
        return "cache_settings." + name +
               ": it is no option, or one of the configuration file (litellm_settings.cache_params; a reload "
               "takes it into service); allowed here: " +
               nameList();
    if (value.is_null() || field->fits(value)) return {};
    return "cache_settings." + name + ": allowed: " + field->allowed;
}

}  // namespace

Json changeableFields() {
    Json fields = Json::array();
    for (const auto& field : kFields)
        fields.push_back(
            {{"field_name", field.name}, {"field_type", field.type}, {"field_description", field.allowed}});
    return fields;
}

Live::Live(std::string_view config) : config_(Json::parse(config)) {
    all_.push_back(std::make_unique<const Options>(Options::read(config_)));
    now_ = all_.back().get();
}

Live::~Live() {
    if (watch_ > 0) store_->unwatch(owner_, watch_);
}

void Live::open(const sluice::Host& host) {
    warn_ = [host](const std::string& what) { host.warn(what); };
    const auto found = host.service(SLUICE_STORE_ID, now().store);
    if (!found) {
        if (!now().store.empty())
            throw sluice::ConfigError("store: no instance \"" + now().store + "\" is a store");
        return;
    }
    store_ = static_cast<const sluice_store*>(found->table);
    owner_ = found->owner;
    watch_ = store_->watch(owner_, sluice::str(kKind), this, [](void* sink, const sluice_document* document) {
        static_cast<Live*>(sink)->take(*document);
    });
    closed_ = watch_ > 0 ? "" : "the store cannot be followed";
}

// What a store tells was judged when it was written; but another version may have done that.
void Live::take(const sluice_document& document) {
    if (sluice::view(document.id) != kId) return;
    Json changes =
        document.removed ? Json::object() : Json::parse(sluice::view(document.json), nullptr, false);
    std::unique_ptr<const Options> options;
    std::string why;
    if (!changes.is_object())
        why = "it is no object";
    else
        options = optionsWith(changes, why);
    if (!options) {
        {
            const std::lock_guard lock(mutex_);
            version_ = document.version;  // so that it can be replaced
        }
        return warn_("what the store says about the cache's settings is left out: " + why);
    }
    const std::lock_guard lock(mutex_);
    if (all_.size() > kChangesMax) return;
    changes_ = std::move(changes);
    version_ = document.removed ? SLUICE_STORE_NONE : document.version;
    all_.push_back(std::move(options));
    now_.store(all_.back().get(), std::memory_order_release);
}

Json Live::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

// Null, and `why`, if they cannot be used.
std::unique_ptr<const Options> Live::optionsWith(const Json& changes, std::string& why) const try {
    Json config = config_;
    for (const auto& [name, value] : changes.items()) {
        why = faultOf(name, value);
        if (!why.empty()) return nullptr;
        config[name] = value;
    }
    return std::make_unique<const Options>(Options::read(std::move(config)));
} catch (const sluice::ConfigError& error) {
    why = "cache_settings." + error.message();
    return nullptr;
} catch (const Json::exception& error) {
    why = std::string("cache_settings: ") + error.what();
    return nullptr;
}

Live::Merged Live::merged(const Json& more) const {
    Merged all;
    {
        const std::lock_guard lock(mutex_);
        all.changes = changes_;
        all.expected = version_;
        if (all_.size() > kChangesMax) all.why = "too many changes since the last reload: reload the gateway";
    }
    for (const auto& [name, value] : more.items()) {
        if (all.why.empty()) all.why = faultOf(name, value);
        if (value.is_null())
            all.changes.erase(name);
        else
            all.changes[name] = value;
    }
    if (all.why.empty()) (void)optionsWith(all.changes, all.why);
    return all;
}

sluice_status Live::write(const Merged& merged) {
    const std::string json = merged.changes.dump(-1, ' ', false, Json::error_handler_t::replace);
    sluice_change change{};
    change.size = sizeof change;
    change.kind = sluice::str(kKind);
    change.id = sluice::str(kId);
    change.json = sluice::str(json);
    change.expected = merged.expected;
    uint64_t version = 0;
    return store_->write(owner_, &change, 1, &version);
}

}  // namespace cache

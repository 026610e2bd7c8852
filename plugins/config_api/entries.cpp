#include "entries.h"

#include <functional>

namespace config_api {
namespace {

constexpr const char* kNotGranted =
    "models and guardrails cannot be changed over the API: the capability \"admin\" is not granted to "
    "config_api; "
    "add grants: [admin]";

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string aboutOf(const std::string& kind, const std::string& id) { return kind + "/" + id; }

// Counts what is on its way, whatever ends it.
class Underway {
public:
    explicit Underway(std::atomic<int>& count) : count_(count) { ++count_; }
    ~Underway() { --count_; }
    Underway(const Underway&) = delete;
    Underway& operator=(const Underway&) = delete;

private:
    std::atomic<int>& count_;
};

}  // namespace

bool isBlocked(const Json& entry) {
    const auto found = entry.is_object() ? entry.find("blocked") : entry.end();
    return entry.is_object() && found != entry.end() && *found == Json(true);
}

// Whatever stands there: entries of older versions and of other hands, too.
std::string labelOf(const std::string& kind, const Json& entry) {
    const auto text = [](const Json& object, const char* member) {
        const auto found = object.is_object() ? object.find(member) : object.end();
        return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                                 : std::string();
    };
    if (kind == kGuardrail) return text(entry, "guardrail_name");
    return entry.is_object() && entry.contains("model_info") ? text(entry["model_info"], "id")
                                                             : std::string();
}

Entries::Entries(sluice::Host host)
    : host_(host),
      admin_(host.find<sluice_host_admin>(SLUICE_HOST_ADMIN_ID)),
      offload_(host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID)),
      watcher_(host) {}

void Entries::open(std::string_view store, std::string_view salt_key) {
    if (salt_key.empty()) {
        closed_ = "models and guardrails cannot be changed over the API: config_api has no salt_key";
        return;
    }
    if (!watcher_.open(store)) {
        closed_ = "models and guardrails cannot be changed over the API: there is no store, or more than one";
        return;
    }
    if (!admin_) closed_ = kNotGranted;
    seal_.emplace(salt_key);
    for (const char* kind : {kModel, kGuardrail})
        watcher_.watch(kind, [this, kind](const sluice_document& document) { take(kind, document); });
    following_ = true;
}

void Entries::take(const char* kind, const sluice_document& document) {
    const std::string id(sluice::view(document.id));
    std::optional<std::string> json;
    if (!document.removed) {
        const Json sealed = parsed(sluice::view(document.json));
        if (sealed.is_object()) json = seal_->open(sealed.value("sealed", ""), aboutOf(kind, id));
        if (!json)
            host_.error("the " + std::string(kind) + " " + id +
                        " of the store cannot be opened: it was written with another salt_key, or has been "
                        "changed by hand");
    }
    {
        const std::lock_guard lock(mutex_);
        if (json) {
            documents_[{kind, id}] = {std::move(*json), document.version};
        } else {
            documents_.erase({kind, id});
        }
    }
    // Another gateway's: this one takes it over soon. Its own changes reload by themselves.
    if (following_ && own_ == 0 && SLUICE_HAS(admin_, reload_soon)) (void)admin_->reload_soon(host_.raw());
}

std::optional<Json> Entries::find(const std::string& kind, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = documents_.find({kind, id});
    return found == documents_.end() ? std::nullopt : std::optional(parsed(found->second.json));
}

uint64_t Entries::version(const std::string& kind, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = documents_.find({kind, id});
    return found == documents_.end() ? uint64_t{SLUICE_STORE_NONE} : found->second.version;
}

std::vector<std::pair<std::string, Json>> Entries::all(const std::string& kind) const {
    std::vector<std::pair<std::string, Json>> out;
    const std::lock_guard lock(mutex_);
    for (auto at = documents_.lower_bound({kind, ""}); at != documents_.end() && at->first.first == kind;
         ++at)
        out.emplace_back(at->first.second, parsed(at->second.json));
    return out;
}

void Entries::requireOpen() const {
    if (!closed_.empty()) throw Refused(503, closed_);
}

void Entries::put(const sluice::Request& request, const std::string& kind, const std::string& id,
                  const Json& entry, uint64_t expected) {
    requireOpen();
    const auto before = find(kind, id);
    const Underway underway(own_);
    write(request, {kind, id}, dumped(entry), expected);
    const std::string label = labelOf(kind, entry);
    const std::string why = label.empty() ? "The entry has no name" : reload(request, label);
    if (why.empty()) return;
    write(request, {kind, id}, before ? std::optional(dumped(*before)) : std::nullopt);
    (void)reload(request, "");
    throw Refused(400, why);
}

void Entries::remove(const sluice::Request& request, const std::string& kind, const std::string& id) {
    requireOpen();
    const Underway underway(own_);
    write(request, {kind, id}, std::nullopt);
    if (const std::string why = reload(request, ""); !why.empty()) throw Refused(500, why);
}

void Entries::write(const sluice::Request& request, const Key& key, const std::optional<std::string>& entry,
                    uint64_t expected) {
    const auto& [kind, id] = key;
    const std::string document =
        entry ? dumped({{"id", id}, {"sealed", seal_->close(*entry, aboutOf(kind, id))}}) : std::string();
    sluice_status status = SLUICE_E_INTERNAL;
    std::function<void()> job = [&] {
        const sluice_change change{sizeof change,   entry ? 0u : 1u,       sluice::str(kind),
                                   sluice::str(id), sluice::str(document), expected};
        uint64_t version = 0;
        status = watcher_.store()->write(watcher_.owner(), &change, 1, &version);
    };
    const auto run = [](void* arg) { (*static_cast<std::function<void()>*>(arg))(); };
    if (offload_->run(request.raw(), run, &job) != SLUICE_OK)
        throw Refused(503, "Too much waits for the disk; nothing was changed");
    if (status == SLUICE_E_CONFLICT)
        throw Refused(409, "It has been changed meanwhile: read it and try again");
    if (status == SLUICE_E_INVALID) throw Refused(400, "The store does not take this: it is too long");
    if (status != SLUICE_OK) throw Refused(503, "The store cannot be written to; nothing was changed");
}

// Why the entry of that label was left out, or why there was no reload; empty if all is well.
std::string Entries::reload(const sluice::Request& request, const std::string& label) {
    sluice_str json{};
    const auto status = admin_->reload(request.raw(), &json);
    const Json told = parsed(sluice::view(json));
    std::string faults;
    const std::string mine = "left out: " + label + ": ";
    if (told.is_object() && told.contains("faults") && told["faults"].is_array()) {
        for (const auto& fault : told["faults"]) {
            const std::string text = fault.is_string() ? fault.get<std::string>() : "";
            const size_t at = text.find(mine);
            if (!label.empty() && at != std::string::npos) return text.substr(at + mine.size());
            faults += (faults.empty() ? "" : "; ") + text;
        }
    }
    if (status == SLUICE_OK) return {};
    return "The gateway could not reload: " + (faults.empty() ? "another reload is still running" : faults);
}

}  // namespace config_api

#include "accounts/extras.h"

#include <algorithm>

namespace accounts {
namespace {

using Json = nlohmann::json;

constexpr size_t kMetadataBytesMax = 4096;

// Read above, limits with a reader of their own, and callbacks with credentials.
constexpr const char* kNotShown[]{
    "tags",           "guardrails",        "enforced_params",         "allowed_cache_controls",
    "logging",        "callback_settings", "secret_manager_settings", "model_rpm_limit",
    "model_tpm_limit"};

class Reading {
public:
    Reading(const Json& document, std::string& fault) : document_(document), fault_(fault) {
        const auto found = document.find("metadata");
        if (found == document.end() || found->is_null()) return;
        if (found->is_object()) metadata_ = &*found;
        if (!found->is_object()) fault_ = "metadata: expected an object";
    }

    // In the document, or in its metadata.
    void texts(const char* name, std::vector<std::string>& to) {
        add(document_, name, to);
        if (metadata_) add(*metadata_, name, to);
        any_ |= !to.empty();
    }
    std::string object(const char* name) {
        const auto found = document_.find(name);
        if (found == document_.end() || found->is_null() || found->empty()) return {};
        if (!found->is_object()) {
            fault_ = std::string(name) + ": expected an object";
            return {};
        }
        any_ = true;
        return found->dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    std::string serviceAccount() {
        if (!metadata_) return {};
        const Json id = metadata_->value("service_account_id", Json());
        any_ |= id.is_string();
        return id.is_string() ? id.get<std::string>() : std::string();
    }
    std::string shownMetadata() {
        if (!metadata_) return {};
        Json shown = *metadata_;
        for (const char* name : kNotShown) shown.erase(name);
        if (shown.empty()) return {};
        auto text = shown.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (text.size() > kMetadataBytesMax) return {};
        any_ = true;
        return text;
    }
    bool any() const { return any_; }

private:
    void add(const Json& object, const char* name, std::vector<std::string>& to) {
        const auto found = object.find(name);
        if (found == object.end() || found->is_null()) return;
        if (!found->is_array()) {
            fault_ = std::string(name) + ": expected a list of texts";
            return;
        }
        for (const auto& one : *found) {
            if (one.is_string()) addEach({one.get<std::string>()}, to);
        }
    }

    const Json& document_;
    const Json* metadata_ = nullptr;
    std::string& fault_;
    bool any_ = false;
};

}  // namespace

std::shared_ptr<const Extras> readExtras(const Json& document, std::string& fault) {
    if (!document.is_object()) return nullptr;
    auto extras = std::make_shared<Extras>();
    Reading read(document, fault);
    read.texts("tags", extras->tags);
    read.texts("guardrails", extras->guardrails);
    read.texts("allowed_cache_controls", extras->cache_controls);
    read.texts("enforced_params", extras->enforced_params);
    extras->service_account = read.serviceAccount();
    extras->permissions = read.object("permissions");
    extras->metadata = read.shownMetadata();
    if (!read.any()) return nullptr;
    if (!extras->guardrails.empty()) extras->guardrails_json = jsonList(extras->guardrails);
    if (!extras->cache_controls.empty()) extras->cache_controls_json = jsonList(extras->cache_controls);
    return extras;
}

void addEach(const std::vector<std::string>& from, std::vector<std::string>& to) {
    for (const auto& text : from) {
        if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
    }
}

std::string jsonList(const std::vector<std::string>& texts) {
    return Json(texts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace accounts

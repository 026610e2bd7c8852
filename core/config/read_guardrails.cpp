// The section `guardrails`, as LiteLLM has it: docs/guardrails.md.
#include <array>

#include "config/read_plugins.h"
#include "http/fields.h"

namespace sluice::config {
namespace {

constexpr std::array<std::pair<std::string_view, uint32_t>, 4> kModes{{{"pre_call", kPreCall},
                                                                       {"during_call", kDuringCall},
                                                                       {"post_call", kPostCall},
                                                                       {"logging_only", kLoggingOnly}}};
constexpr const char* kAllowedModes =
    "pre_call, during_call, post_call or logging_only, a list of them, or {tags: {TAG: mode}, default: mode}";

class Reader {
public:
    Reader(const Tree& tree, Faults& faults) : tree_(tree), faults_(faults) {}

    PluginInstance read(const Json& value, const std::string& path) {
        Section entry(tree_, &value, path, faults_);
        PluginInstance instance;
        instance.path = path;
        auto guard = std::make_shared<Guard>();
        guard->name = entry.text("guardrail_name", "the name of the guardrail").value_or("");
        if (entry.present() && guard->name.empty())
            entry.fault("guardrail_name", "nothing", "the name of the guardrail");
        if (!http::isFieldValue(guard->name) || guard->name.find(',') != std::string::npos)
            entry.fault("guardrail_name", describe(guard->name),
                        "a text without control characters and commas: it stands in a header");
        instance.id = guard->name;
        if (const Json* info = entry.any("guardrail_info")) guard->info = *info;
        (void)entry.any("guardrail_id");
        readParams(entry.mapping("litellm_params"), childPath(path, "litellm_params"), *guard, instance);
        readPolicies(tree_, entry, instance, faults_);
        entry.warnUnknown();
        instance.guard = std::move(guard);
        return instance;
    }

private:
    void readParams(const Json* value, const std::string& path, Guard& guard, PluginInstance& instance) {
        if (!value) return fault(path, "nothing", "a mapping with at least `guardrail` and `mode`");
        Section params(tree_, value, path, faults_);
        guard.kind = params.text("guardrail", "the kind of guardrail").value_or("");
        if (guard.kind.empty())
            params.fault("guardrail", "nothing", "the kind of guardrail: a name that a plugin offers");
        readModes(params, path, guard);
        // LiteLLM's: what was replaced in the request is put back in the answer, whatever the mode says.
        if (params.boolean("output_parse_pii").value_or(false)) {
            const auto back = [](uint32_t& modes) { modes |= modes & kPreCall ? uint32_t{kPostCall} : 0u; };
            back(guard.modes);
            for (auto& [tag, modes] : guard.by_tag) back(modes);
        }
        guard.default_on = params.boolean("default_on").value_or(false);
        guard.mandatory = params.boolean("mandatory").value_or(false);
        guard.shadow = params.boolean("shadow").value_or(false);
        guard.refuses = params.choice("on_block", {"error", "refusal"}).value_or("error") == "refusal";
        guard.refusal_message = params.text("refusal_message").value_or("");
        guard.params = *value;
        instance.config = *value;
        for (const char* ours : {"mode", "default_on", "mandatory", "shadow", "on_block", "refusal_message"})
            instance.config.erase(ours);
    }

    void readModes(Section& params, const std::string& path, Guard& guard) {
        const Json* mode = params.any("mode");
        const std::string at = childPath(path, "mode");
        if (!mode) return fault(at, "nothing", kAllowedModes);
        if (!mode->is_object()) {
            guard.modes = modesOf(*mode, at);
            return;
        }
        Section by_tag(tree_, mode, at, faults_);
        if (const Json* tags = by_tag.mapping("tags")) {
            for (const auto& [tag, value] : tags->items())
                guard.by_tag.emplace_back(tag, modesOf(value, childPath(childPath(at, "tags"), tag)));
        }
        if (const Json* otherwise = by_tag.any("default"))
            guard.modes = modesOf(*otherwise, childPath(at, "default"));
        by_tag.warnUnknown();
        if (guard.anyModes() == 0) fault(at, "no mode at all", kAllowedModes);
    }

    uint32_t modesOf(const Json& value, const std::string& path) {
        if (value.is_array()) {
            uint32_t modes = 0;
            for (size_t i = 0; i < value.size(); ++i) modes |= modesOf(value[i], childPath(path, i));
            if (value.empty()) fault(path, "an empty list", kAllowedModes);
            return modes;
        }
        for (const auto& [name, mode] : kModes) {
            if (value == std::string(name)) return mode;
        }
        fault(path, describe(value), kAllowedModes);
        return 0;
    }

    void fault(const std::string& path, std::string found, std::string allowed) {
        faults_.error(tree_.place(path), path, std::move(found), std::move(allowed));
    }

    const Tree& tree_;
    Faults& faults_;
};

}  // namespace

uint32_t Guard::anyModes() const {
    uint32_t all = modes;
    for (const auto& [tag, mode] : by_tag) all |= mode;
    return all;
}

std::vector<std::string_view> modeNames(uint32_t modes) {
    std::vector<std::string_view> names;
    for (const auto& [name, mode] : kModes) {
        if (modes & mode) names.push_back(name);
    }
    return names;
}

PluginInstance readGuardrail(const Tree& tree, const Json& value, const std::string& path, Faults& faults) {
    return Reader(tree, faults).read(value, path);
}

void readGuardrails(const Tree& tree, Settings& settings, Section& root, Faults& faults) {
    const Json* list = root.list("guardrails");
    if (!list) return;
    for (size_t i = 0; i < list->size(); ++i) {
        auto one = readGuardrail(tree, (*list)[i], childPath("guardrails", i), faults);
        for (const auto* others : {&settings.plugins, &settings.guardrails}) {
            for (const auto& other : *others) {
                if (other.id != one.id || one.id.empty()) continue;
                const std::string path = childPath(one.path, "guardrail_name");
                faults.error(tree.place(path), path, "the name \"" + one.id + "\" is taken by " + other.path,
                             "a name for each guardrail");
            }
        }
        settings.guardrails.push_back(std::move(one));
    }
}

}  // namespace sluice::config

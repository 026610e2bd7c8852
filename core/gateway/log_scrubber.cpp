#include "gateway/log_scrubber.h"

#include <vector>

#include "base/log_filter.h"

namespace sluice::gateway {
namespace {

struct Span {
    size_t begin, end;
};

const host::Instance* scrubberOf(const Generation& generation) {
    const std::string& name = generation.settings().redact_logs;
    for (const auto& instance : generation.instances()) {
        if (!name.empty() && instance->id() == name) return instance.get();
    }
    return nullptr;
}

const sluice_scanner* scannerOf(const host::Instance* instance) {
    const auto* table =
        instance ? static_cast<const sluice_scanner*>(instance->table(SLUICE_SCANNER_ID)) : nullptr;
    return SLUICE_HAS(table, scan) ? table : nullptr;
}

void scrub(const host::Instance& instance, const sluice_scanner& scanner, std::string& message) {
    std::vector<Span> found;
    const auto add = [](void* to, const sluice_finding* one) -> int32_t {
        static_cast<std::vector<Span>*>(to)->push_back({one->begin, one->end});
        return 0;
    };
    (void)scanner.scan(instance.self(), host::str(message), add, &found);
    for (auto span = found.rbegin(); span != found.rend(); ++span) {
        if (span->begin <= span->end && span->end <= message.size())
            message.replace(span->begin, span->end - span->begin, "[REDACTED]");
    }
}

}  // namespace

void scrubLogs(const std::shared_ptr<const Generation>& generation) {
    const host::Instance* instance = scrubberOf(*generation);
    const sluice_scanner* scanner = scannerOf(instance);
    if (!scanner) return base::log::setFilter(nullptr);
    base::log::setFilter(std::make_shared<const base::log::Filter>(
        [alive = std::weak_ptr<const Generation>(generation), instance, scanner](std::string& message) {
            if (const auto held = alive.lock()) scrub(*instance, *scanner, message);
        }));
}

void checkLogScrubber(const Generation& generation, config::Faults& faults) {
    const auto& settings = generation.settings();
    if (settings.redact_logs.empty() || scannerOf(scrubberOf(generation))) return;
    const char* path = "general_settings.redact_logs";
    faults.error(settings.tree.place(path), path, "the text \"" + settings.redact_logs + "\"",
                 "the name of a guardrail that can look at texts outside of requests",
                 "guard_secrets and guard_pii can");
}

}  // namespace sluice::gateway

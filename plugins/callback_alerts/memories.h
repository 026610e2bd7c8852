// What was told, as long as the process lives (sluice.host.kv/1, which generations of a reload share), and
// beyond that (the store).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include <sluice/kv.hpp>

#include "claims.h"
#include "exporters/sink.h"
#include "gate.h"

namespace alerts {

class Memories final : public Memory {
public:
    /// Without the capability "kv" each generation remembers for itself.
    explicit Memories(const sluice::Host& host) {
        if (host.find<sluice_host_kv>(SLUICE_HOST_KV_ID)) kv_.emplace(host);
    }
    /// Null: there is no store. [control]
    void use(Claims* claims) { claims_ = claims; }

    bool claim(const Alert& alert, int64_t now_ms, int64_t* until_ms) override {
        if (alert.lasting && claims_) return claims_->claim(alert.key(), now_ms, alert.window_ms, until_ms);
        if (!kv_) return true;
        const auto window = static_cast<uint64_t>(std::max<int64_t>(alert.window_ms, 1'000));
        return kv_->add(nameOf(alert), 1, window).value_or(1) == 1;
    }
    void release(const Alert& alert) override {
        if (kv_) (void)kv_->remove(nameOf(alert));
    }

private:
    // Keys have texts in them that clients choose, of any length.
    static std::string nameOf(const Alert& alert) { return exporters::destinationId("told", alert.key()); }

    std::optional<sluice::Kv> kv_;
    Claims* claims_ = nullptr;
};

}  // namespace alerts

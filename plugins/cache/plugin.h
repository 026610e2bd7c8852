// Answers that were given before: found by what was asked, kept for who asked, and given again.
#pragma once

#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "controls.h"
#include "entry.h"
#include "flights.h"
#include "items.h"
#include "layers.h"
#include "live.h"
#include "semantic/semantic.h"

namespace cache {

class Plugin {
public:
    // One request's use of the cache. Its end is the end of the flight that it leads.
    struct PerRequest {
        Controls controls;
        std::string key;  // empty: the cache is not used
        bool hit = false, checked = false;
        int64_t age_ms = 0;
        uint32_t status = 0;  // of the answer, once it is known
        Flights* flights = nullptr;
        std::shared_ptr<Flight> leads;
        std::unique_ptr<Semantic::Asking> asking;  // if nearly the same will do
        std::vector<Item> items;                   // of a request for embeddings

        PerRequest() = default;
        PerRequest(const PerRequest&) = delete;
        PerRequest& operator=(const PerRequest&) = delete;
        ~PerRequest();
    };

    Plugin(std::string_view config_json, sluice::Host host);
    void start();

    bool wants(std::string_view hook) const;
    sluice::Verdict pre_call(sluice::Request request);
    sluice::Verdict cache_lookup(sluice::Request request);
    sluice::Verdict on_response(sluice::Response response);
    void on_answer(PerRequest& use, const sluice_answer& answer);
    void on_settled(PerRequest& use, const sluice_settlement& sums);
    void on_complete(const sluice_record& record);

    // routes.cpp
    const std::vector<sluice::Route>& routes() const;
    sluice::Verdict handle(sluice::Request request, uint32_t route);

private:
    bool serves(std::string_view route) const;
    void findKeys(const sluice::Request& request, PerRequest& use, const Asked& asked) const;
    bool answerExactly(const sluice::Request& request, PerRequest& use);
    bool answerItems(const sluice::Request& request, PerRequest& use, const std::vector<Bytes>& found);
    void keepItems(const PerRequest& use, const sluice_answer& answer, int64_t ttl_ms);
    void keepAnswer(const sluice::Request& request, const PerRequest& use) const;
    void compare(const sluice::Request& request, PerRequest& use, const Asked& asked);
    bool answerNearly(const sluice::Request& request, PerRequest& use);
    std::string ownerOf(const sluice::Request& request) const;
    bool answer(const sluice::Request& request, PerRequest& use, std::string_view bytes);
    sluice::Verdict askOrWait(const sluice::Request& request, PerRequest& use);
    sluice::Verdict lead(const sluice::Request& request, PerRequest& use, std::shared_ptr<Flight> flight);

    // routes.cpp
    nlohmann::json settings() const;
    sluice::Verdict tellSettings(const sluice::Request& request);
    sluice::Verdict changeSettings(const sluice::Request& request, bool only_try);

    const sluice::Host host_;
    Live live_;
    Layers layers_;
    Flights flights_;
    std::unique_ptr<Semantic> semantic_;  // null: only what is the same
    const sluice_host_offload* offload_;
    const sluice::Metric lookups_, stored_, flown_;
};

}  // namespace cache

// A share of a group's requests goes to another group, too, as exchanges of their own that nobody waits for.
#include "base/random.h"
#include "gateway/exchange.h"
#include "gateway/mirror.h"

namespace sluice::gateway {
namespace {

// A mirror that is slower than the traffic must not fill the memory: beyond this, requests are not copied.
constexpr uint32_t kMirrorsMax = 200;

struct Running {
    explicit Running(Gateway& gateway) : in_flight(gateway), gateway(gateway) {}
    ~Running() { gateway.mirrors().fetch_sub(1, std::memory_order_relaxed); }
    const Gateway::InFlight in_flight;
    Gateway& gateway;
};

}  // namespace

void Exchange::startMirror() {
    const auto& mirrors = generation_->settings().routing.mirrors;
    const auto mirror = mirrors.find(group_);
    if (mirror == mirrors.end() || base::randomUnit() >= mirror->second.share || gateway_.draining()) return;
    if (!generation_->chains().guards().covers(request_, mirror->second.to)) return;
    if (gateway_.mirrors().fetch_add(1, std::memory_order_relaxed) >= kMirrorsMax) {
        gateway_.mirrors().fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    auto running = std::make_shared<Running>(gateway_);
    auto copy = std::make_shared<Mirrored>(Mirrored{match_.operation, request_.body, mirroredHead(head_),
                                                    mirror->second.to, request_.stream,
                                                    request_.identity.tenant, request_.call_id});
    worker_.loop.spawn([&gateway = gateway_, &worker = worker_, running = std::move(running),
                        copy = std::move(copy), limits = generation_] {
        MirrorClient client(std::move(copy->head), limits->limits());
        http::RequestHead head;
        if (client.http().readHead(head, base::Clock::now()) != http::ServerConnection::Next::Request) return;
        Exchange(gateway, worker, client, head).runMirror(std::move(*copy));
    });
}

void Exchange::runMirror(Mirrored&& of) {
    mirror_ = true;
    match_.operation = of.operation;
    operation_ = &llm::info(of.operation);
    request_.operation = of.operation;
    request_.route = operation_->name;
    request_.identity.tenant = std::move(of.tenant);  // whose chain applies; nobody's key is charged
    request_.attributes["sluice.mirror_of"] = std::move(of.call_id);
    request_.body = std::move(of.body);
    lease_.record.request_bytes = request_.body.size();
    request_.model = std::move(of.group);
    request_.stream = of.stream;
    wishes_.num_retries = 0;
    wishes_.no_fallbacks = true;
    runner_.setChain(generation_->chains().get(request_.identity.tenant, of.operation));
    record_chain_ = &runner_.chain();
    if (resolveModel() && choose()) callUpstream();
    fillRecord();
}

}  // namespace sluice::gateway

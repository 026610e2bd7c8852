#include "gateway/gateway.h"

#include "base/log_filter.h"
#include "gateway/exchange.h"
#include "gateway/log_scrubber.h"
#include "http/writer.h"

namespace sluice::gateway {
namespace {

void answerAlone(Client& client, const llm::ApiError& error) {
    std::string head;
    http::appendStatusLine(head, error.status);
    http::appendField(head, "content-type", "application/json");
    client.http().closeAfterThis();
    (void)client.http().respond(std::move(head), llm::errorBody(error, llm::Dialect::OpenAI));
}

}  // namespace

Gateway::Gateway(std::shared_ptr<const Generation> generation, account::RecordQueue& records)
    : generation_(std::move(generation)), records_(records) {
    scrubLogs(generation_);
}

Gateway::~Gateway() { base::log::setFilter(nullptr); }

std::shared_ptr<const Generation> Gateway::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

void Gateway::serve(std::shared_ptr<const Generation> generation) {
    scrubLogs(generation);
    const std::lock_guard lock(mutex_);
    generation_.swap(generation);
}  // the old one is let go outside of the lock

void Gateway::handle(Worker& worker, Client& client, http::RequestHead& head) {
    const InFlight counted(*this);
    if (draining()) client.http().closeAfterThis();
    Exchange(*this, worker, client, head).run();
}

void Gateway::refuse(Client& client, const http::HeadFault& fault) {
    llm::ApiError error;
    error.status = fault.status;
    error.message = fault.reason;
    answerAlone(client, error);
}

void Gateway::refuseForLoad(Client& client, std::string_view why) {
    llm::ApiError error;
    error.status = 503;
    error.message = why;
    answerAlone(client, error);
}

}  // namespace sluice::gateway

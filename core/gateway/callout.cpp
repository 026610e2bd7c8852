#include "gateway/callout.h"

#include <future>

#include "base/random.h"
#include "gateway/upstream_answer.h"
#include "http/writer.h"

namespace sluice::gateway {

using base::Code;
using base::Status;
using http::End;

namespace {

constexpr uint64_t kAnswerMax = 16 * 1024 * 1024;

std::string requestHead(const host::HttpCall& call, const upstream::Url& url) {
    std::string head;
    head.append(call.method).append(" ").append(url.target).append(" HTTP/1.1\r\n");
    http::appendField(head, "host", url.endpoint.host_field);
    for (const auto& field : call.fields) http::appendField(head, field.name, field.value);
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT")
        http::appendField(head, "content-length", call.body.size());
    head += "\r\n";
    return head;
}

Status readBody(HttpAnswer& from, base::TimePoint deadline, std::string& body) {
    for (;;) {
        auto piece = from.readPiece(deadline);
        if (!piece) return piece.error();
        if (body.size() + piece->data.size() > kAnswerMax)
            return base::upstreamError(Code::TooLarge, "the answer is too large");
        body.append(piece->data);
        if (piece->end == End::Ok) return {};
        if (piece->end != End::NotYet)
            return base::upstreamError(Code::Unavailable, "the answer is incomplete");
    }
}

}  // namespace

void Callout::setWorkers(std::vector<Worker*> workers) {
    const std::lock_guard lock(mutex_);
    workers_ = std::move(workers);
}

Status Callout::call(const host::HttpCall& call, base::TimePoint deadline, host::HttpAnswer& answer) {
    Worker* worker = Worker::current();
    return worker ? callHere(*worker, call, deadline, answer) : callElsewhere(call, deadline, answer);
}

Status Callout::callHere(Worker& worker, const host::HttpCall& call, base::TimePoint deadline,
                         host::HttpAnswer& answer) {
    auto url = upstream::Url::parse(call.url);
    if (!url) return base::pluginError(Code::InvalidArgument, url.error().message);
    auto connection = worker.pool.acquire(url->endpoint, deadline);
    if (!connection) return connection.error();
    HttpAnswer from(worker, url->endpoint, std::move(*connection), std::string(call.method));
    const std::string head = requestHead(call, *url);
    std::vector<iovec> parts{http::part(head)};
    if (!call.body.empty()) parts.push_back(http::part(call.body));
    if (auto sent = from.send(parts, deadline); !sent) return sent;
    http::ResponseHead got;
    if (auto read = from.readHead(got, deadline); !read) return read;
    answer.status = got.status;
    for (const auto& field : got.fields) (void)answer.fields.add(field.name, field.value);
    return readBody(from, deadline, answer.body);
}

// From an accounting worker or a timer: a fiber on some loop makes the call, this thread waits for it.
Status Callout::callElsewhere(const host::HttpCall& call, base::TimePoint deadline,
                              host::HttpAnswer& answer) {
    std::promise<Status> done;
    auto result = done.get_future();
    {
        // Posted under the lock: what was posted before close() runs before the loops are told to stop.
        const std::lock_guard lock(mutex_);
        if (workers_.empty()) return base::gatewayError(Code::Unavailable, "no event loop is running");
        Worker& worker = *workers_[base::randomBelow(workers_.size())];
        worker.loop.post(
            [&] { worker.loop.spawn([&] { done.set_value(callHere(worker, call, deadline, answer)); }); });
    }
    return result.get();
}

}  // namespace sluice::gateway

#include "gateway/upstream_answer.h"

namespace sluice::gateway {

using base::Code;
using base::Fiber;
using base::Wake;

namespace {

constexpr size_t kPipeBytes = 64 * 1024;
constexpr size_t kPieceBytes = 16 * 1024;

base::Error waitError(Wake wake) {
    if (wake == Wake::Timeout)
        return base::upstreamError(Code::DeadlineExceeded, "the provider did not answer in time");
    return base::upstreamError(Code::Cancelled, "the request was cancelled");
}

}  // namespace

HttpAnswer::HttpAnswer(Worker& worker, const upstream::Endpoint& endpoint,
                       std::unique_ptr<upstream::Connection> connection, std::string method)
    : worker_(worker), endpoint_(endpoint), connection_(std::move(connection)), method_(std::move(method)) {}

HttpAnswer::~HttpAnswer() { worker_.pool.release(endpoint_, std::move(connection_)); }

ServedAnswer::ServedAnswer(host::RequestState& request, host::Runner& runner,
                           const DeploymentRuntime& deployment)
    : request_(request),
      ctx_(runner.context(*deployment.provider, host::Phase::OnUpstreamRequest)),
      deployment_(deployment),
      pipe_(kPipeBytes) {
    request_.serve_begin = [this](int status, std::string_view content_type) -> sluice_status {
        if (status_ != 0) return SLUICE_E_UNSUPPORTED;
        status_ = status;
        content_type_ = content_type;
        if (waiting_) waiting_->wake();
        return SLUICE_OK;
    };
    request_.serve_write = [this](std::string_view bytes) -> sluice_status {
        if (status_ == 0) return SLUICE_E_UNSUPPORTED;
        const Wake wake = pipe_.write(bytes, request_.deadline);
        if (wake == Wake::Ready) return SLUICE_OK;
        return wake == Wake::Timeout ? SLUICE_E_DEADLINE : SLUICE_E_CANCELLED;
    };
    server_ = &Fiber::current()->loop().spawn([this] { serve(); });
}

void ServedAnswer::serve() {
    ctx_.phase = host::Phase::OnUpstreamRequest;
    result_ = deployment_.provider->serve(deployment_.handle, ctx_);
    pipe_.finish();
    done_ = true;
    if (waiting_) waiting_->wake();
}

ServedAnswer::~ServedAnswer() {
    pipe_.close();
    if (!done_) server_->interrupt();
    waiting_ = Fiber::current();
    while (!done_) (void)Fiber::park(base::kNever, false);
    waiting_ = nullptr;
    request_.serve_begin = nullptr;
    request_.serve_write = nullptr;
}

base::Status ServedAnswer::readHead(http::ResponseHead& head, base::TimePoint deadline) {
    while (status_ == 0) {
        if (done_) return base::upstreamError(Code::Unavailable, "the provider gave no answer");
        waiting_ = Fiber::current();
        const Wake wake = Fiber::park(deadline);
        waiting_ = nullptr;
        if (wake != Wake::Ready) return waitError(wake);
    }
    head.status = status_;
    head.fields.clear();
    (void)head.fields.add("content-type", content_type_);
    head.framing = http::Framing::UntilClose;
    return {};
}

Piece ServedAnswer::endPiece() const {
    Piece piece;
    piece.end = result_ == SLUICE_OK ? http::End::Ok : http::End::Truncated;
    return piece;
}

base::Result<Piece> ServedAnswer::readPiece(base::TimePoint deadline) {
    piece_.clear();
    const Wake wake = pipe_.read(piece_, kPieceBytes, deadline);
    if (wake != Wake::Ready) return waitError(wake);
    if (piece_.empty()) {
        // The pipe has ended; serve() may still be on its way out.
        waiting_ = Fiber::current();
        while (!done_) (void)Fiber::park(base::kNever, false);
        waiting_ = nullptr;
        return endPiece();
    }
    Piece piece;
    piece.data = piece_;
    return piece;
}

base::Result<Piece> ServedAnswer::pollPiece() {
    Piece piece;
    if (!pipe_.readable()) return piece;
    return readPiece(base::kNever);
}

}  // namespace sluice::gateway

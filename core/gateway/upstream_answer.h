// The answer of one attempt, whoever gives it: an upstream over HTTP, or a provider that serves by itself.
#pragma once

#include <memory>
#include <string>

#include "base/pipe.h"
#include "base/status.h"
#include "gateway/generation.h"
#include "gateway/worker.h"
#include "http/client_connection.h"
#include "plugin_host/runner.h"

namespace sluice::gateway {

using Piece = http::ClientConnection::Piece;

class UpstreamAnswer {
public:
    virtual ~UpstreamAnswer() = default;

    /// Waits for the head. DeadlineExceeded and Cancelled leave the answer as it is: the call may be made
    /// again. [loop]
    virtual base::Status readHead(http::ResponseHead& head, base::TimePoint deadline) = 0;
    /// The next piece of the body; like readHead, it may be called again after DeadlineExceeded and
    /// Cancelled. [loop]
    virtual base::Result<Piece> readPiece(base::TimePoint deadline) = 0;
    /// What has arrived already.
    virtual base::Result<Piece> pollPiece() = 0;
};

/// Over HTTP. The destructor gives the connection back to the pool, or closes it if the answer was not read
/// to its end.
class HttpAnswer final : public UpstreamAnswer {
public:
    HttpAnswer(Worker& worker, const upstream::Endpoint& endpoint,
               std::unique_ptr<upstream::Connection> connection, std::string method);
    ~HttpAnswer() override;

    base::Status send(std::vector<iovec>& parts, base::TimePoint deadline) {
        return connection_->http.send(parts, deadline);
    }
    base::Status readHead(http::ResponseHead& head, base::TimePoint deadline) override {
        return connection_->http.readHead(head, method_, deadline);
    }
    base::Result<Piece> readPiece(base::TimePoint deadline) override {
        return connection_->http.readPiece(deadline);
    }
    base::Result<Piece> pollPiece() override { return connection_->http.pollPiece(); }

private:
    Worker& worker_;
    const upstream::Endpoint& endpoint_;
    std::unique_ptr<upstream::Connection> connection_;
    std::string method_;
};

/// From a provider's serve(), which runs on a fiber of its own and is slowed down by a bounded pipe. The
/// destructor cancels it and waits until it has returned.
class ServedAnswer final : public UpstreamAnswer {
public:
    ServedAnswer(host::RequestState& request, host::Runner& runner, const DeploymentRuntime& deployment);
    ~ServedAnswer() override;

    base::Status readHead(http::ResponseHead& head, base::TimePoint deadline) override;
    base::Result<Piece> readPiece(base::TimePoint deadline) override;
    base::Result<Piece> pollPiece() override;

private:
    void serve();
    Piece endPiece() const;

    host::RequestState& request_;
    sluice_ctx& ctx_;
    const DeploymentRuntime& deployment_;
    base::Pipe pipe_;
    base::Fiber* server_ = nullptr;
    base::Fiber* waiting_ = nullptr;  // for the head, or for the end
    std::string piece_;
    std::string content_type_;
    int status_ = 0;
    bool done_ = false;
    sluice_status result_ = SLUICE_OK;
};

}  // namespace sluice::gateway

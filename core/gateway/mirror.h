// A copy of a request that goes to another model group, beside the request itself: its answer is read and
// thrown away, its record is kept. Router setting `mirrors`.
#pragma once

#include <string>

#include "gateway/client.h"
#include "http/transport.h"
#include "llm/body.h"
#include "llm/operation.h"

namespace sluice::gateway {

/// What a copy needs to know of its request, which may be over before the copy is.
struct Mirrored {
    llm::Operation operation;
    llm::Body body;
    std::string head;  // the request's, without credentials
    std::string group;
    bool stream;
    std::string tenant;
    std::string call_id;
};

/// The text of a request head that a copy may show to plugins: no credentials, no body.
std::string mirroredHead(const http::RequestHead& head);

/// Asked once for a head, which it has; whatever it is told it forgets; it never leaves.
class MirrorClient final : public Client {
public:
    MirrorClient(std::string head, const base::Limits& limits)
        : source_(std::move(head)), http_(source_, limits) {}

    http::ServerConnection& http() override { return http_; }
    const std::string& address() const override { return address_; }
    bool gone() const override { return false; }
    bool finished() const override { return false; }
    void interruptOnFinish(bool) override {}

private:
    class Source final : public http::Transport {
    public:
        explicit Source(std::string text) : text_(std::move(text)) {}
        http::IoResult read(char* out, size_t max, base::TimePoint) override;
        http::IoResult write(std::span<const iovec> parts, base::TimePoint) override;
        void shutdownWrite() override {}

    private:
        std::string text_;
        size_t read_ = 0;
    };

    Source source_;
    http::ServerConnection http_;
    std::string address_;
};

}  // namespace sluice::gateway

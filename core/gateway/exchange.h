// One request from its head to its record. exchange.cpp tells the story; the chapters stand in
// exchange_*.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "account/lease.h"
#include "gateway/answer_keeper.h"
#include "gateway/candidates.h"
#include "gateway/client.h"
#include "gateway/during_call.h"
#include "gateway/gateway.h"
#include "gateway/patience.h"
#include "gateway/seat.h"
#include "gateway/stream_memory.h"
#include "gateway/upstream_answer.h"
#include "llm/error_body.h"
#include "llm/operation.h"
#include "llm/stream_reader.h"
#include "plugin_host/runner.h"
#include "route/attempt_plan.h"

namespace sluice::gateway {

class StreamRelay;
struct Mirrored;

class Exchange {
public:
    Exchange(Gateway& gateway, Worker& worker, Client& client, http::RequestHead& head);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void run();
    /// As a copy of a request that was let in already: a model group, attempts, a record.
    void runMirror(Mirrored&& of);

private:
    void story();
    // Each chapter returns false once the request has been answered.
    bool findRoute();
    bool onRequest();
    bool authenticate();
    bool authorize();
    bool isOpen() const;
    void answerLocally();
    void answerEndpoint();
    bool readBody();
    bool preCall();
    bool guardedFallbacks();
    bool lookUpCache();
    bool resolveModel();
    bool choose();
    void startDuringCall();
    void callUpstream();

    // --- from attempt to attempt (exchange_route.cpp); a failure is what no answer came of ---
    using Failure = route::Failure;
    void readWishes();
    bool enterGateway();
    void startMirror();
    bool openGroup(const std::string& model);
    bool runFilters();
    Failure tooLong();
    std::optional<Failure> attempt();
    std::optional<Failure> findDeployment();
    bool waitForRoom(const std::string& group, base::TimePoint arrived);
    Failure noDeployment(const Candidates::Choice& choice) const;
    bool next(Failure failure);
    bool pause(base::milliseconds time);
    [[gnu::cold]] void giveUp(const Failure& last);

    // --- one attempt (exchange_attempt.cpp) ---
    void beginAttempt();
    std::optional<Failure> sendAndRelay();
    base::Result<std::unique_ptr<UpstreamAnswer>> send(const DeploymentRuntime& deployment);
    base::Status prepare(const DeploymentRuntime& deployment);
    base::Result<std::unique_ptr<UpstreamAnswer>> call(const DeploymentRuntime& deployment);
    base::Result<std::unique_ptr<upstream::Connection>> connect(const upstream::Endpoint& endpoint,
                                                                base::TimePoint deadline);
    base::Result<std::unique_ptr<UpstreamAnswer>> sendOverHttp(const DeploymentRuntime& deployment);
    base::Status awaitHead(UpstreamAnswer& upstream);
    void endAttempt(const std::optional<Failure>& failure);
    void noteUsage();
    void noteFigures(const Failure* failure, base::Duration took);
    void noteHealth(const Failure* failure);
    Failure failureOf(const base::Error& error) const;
    base::TimePoint answerDeadline() const;

    // --- the answer's way back (exchange_relay.cpp, exchange_stream.cpp) ---
    std::optional<Failure> relay(UpstreamAnswer& upstream);
    std::optional<Failure> readFailure(UpstreamAnswer& upstream);
    std::optional<Failure> relayBody(UpstreamAnswer& upstream);
    std::optional<Failure> relayWhole(UpstreamAnswer& upstream);
    std::optional<Failure> relayStream(UpstreamAnswer& upstream);
    [[gnu::cold]] std::optional<Failure> badStart(StreamRelay& relay, const base::Error& error);
    [[gnu::cold]] std::optional<Failure> badStart(StreamRelay& relay);
    base::Status readWhole(UpstreamAnswer& upstream, std::string& body, uint64_t max);
    base::Result<bool> takePieces(UpstreamAnswer& upstream, StreamRelay& relay, std::string& out,
                                  base::TimePoint look_again);
    bool replaceable(const base::Error& error) const;
    StreamMemory* streamMemory();
    bool recovers(const base::Error& error) const;
    [[gnu::cold]] std::optional<Failure> breakOff(StreamRelay& relay, const base::Error& error);
    void endStream(StreamRelay& relay);
    void endStream(StreamRelay& relay, const base::Error& error);
    [[gnu::cold]] void endBlocked(StreamRelay& relay);
    void noteStream(StreamRelay& relay, http::End end);
    base::TimePoint gapDeadline(bool spoken) const;
    bool looksWhole(std::string_view body) const;
    bool passGate(config::Gate point);
    [[gnu::cold]] std::optional<Failure> breakOff(const base::Error& error);

    // --- answering (exchange_answer.cpp) ---
    [[gnu::cold]] void answerNoRoute();
    [[gnu::cold]] void answerGone();
    void noteLeft();
    [[gnu::cold]] void answerBlock();
    bool answerRefusal(std::string_view message);
    void answerReply();
    void answerFromCache();
    void replayStream();
    void noteCacheHit();
    void tellKeepers();
    [[gnu::cold]] void answerError(const base::Error& error);
    [[gnu::cold]] void answerError(const llm::ApiError& error,
                                   account::Outcome outcome = account::Outcome::Failure);
    void answer(int status, std::string_view content_type, std::string_view body);
    void respond(std::string_view body);
    void closeBooks();
    std::string responseHead();
    base::Status settleBody();
    [[gnu::cold]] void noteFailure(const base::Error& error);
    base::Status signOfLife(bool probe);

    // --- its record (exchange_record.cpp) ---
    void fillRecord();
    void recordGuardrails();
    void recordSaid();

    void settle();
    double overheadMs() const;
    bool wantsUsage() const {
        return wantsRecord() || runner_.chain().settles || !runner_.chain().on_attempt_end.empty() ||
               deployment_->config->tpm >= 0;
    }
    bool wantsContent() const {
        return record_chain_ && record_chain_->content && generation_->settings().record_content;
    }
    bool wantsRecord() const { return record_chain_ && !record_chain_->on_complete.empty(); }

    Gateway& gateway_;
    Worker& worker_;
    Client& client_;
    http::RequestHead& head_;
    std::shared_ptr<const Generation> generation_;
    const base::TimePoint start_;
    const int64_t start_ms_;
    const host::Chain* record_chain_ = nullptr;  // whose on_complete hooks get the record
    account::Lease lease_;                       // settled after everything below has gone
    base::ByteBudget::Share body_share_;         // of the body in request_
    base::ByteBudget::Share answer_share_;       // of an answer that is held whole
    host::RequestState request_;
    host::Runner runner_;
    const llm::OperationInfo* operation_ = nullptr;
    llm::RouteMatch match_;
    const EndpointRoute* endpoint_ = nullptr;  // a route of a plugin
    std::string group_;
    std::optional<Candidates> candidates_;
    std::optional<route::AttemptPlan> plan_;
    route::Wishes wishes_;
    base::milliseconds stream_timeout_{0};                   // the client's wish; 0: it has none
    std::optional<config::StreamRecovery> stream_recovery_;  // the client's wish
    int64_t priority_ = 0;
    const route::Target* target_ = nullptr;  // of the fallback that runs
    std::optional<StreamMemory> memory_;     // of what has gone out, if it may go on elsewhere
    std::optional<Failure> first_failure_;   // of the group that was asked for, once there are fallbacks
    std::optional<Admission> admission_;     // while it is forwarded
    // --- of the attempt ---
    std::optional<Seat> seat_;
    const DeploymentRuntime* deployment_ = nullptr;
    base::TimePoint attempt_start_{};
    base::TimePoint first_byte_{};  // of its answer; not yet: the epoch
    bool attempt_open_ = false;     // begun, and nobody has been told how it ended
    uint32_t attempts_ = 0;
    llm::Usage attempt_usage_;
    AnswerKeeper keeper_;
    std::optional<Failure> spoiled_;  // it failed when part of the answer had gone to the client
    host::Outcome hint_ = host::Outcome::Continue;  // of plugins: Retry, Fallback
    std::vector<std::string> captures_;
    std::optional<DuringCall> during_;
    Patience patience_;
    http::ResponseHead upstream_head_;
    http::Fields upstream_fields_;  // what the answer's fields borrow from
    base::Duration upstream_time_{};
    int64_t first_token_ms_ = 0;
    bool half_closed_ = false;    // the client's FIN had come before the body of the answer began
    bool given_call_id_ = false;  // by the client
    bool mirror_ = false;         // a copy: nobody waits for its answer
    bool event_stream_ = false;   // what goes to the client is text/event-stream
};

}  // namespace sluice::gateway

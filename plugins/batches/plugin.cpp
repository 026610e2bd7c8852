#include "plugin.h"

#include <array>

namespace batches {

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : options_(Options::read(config_json)), voice_(host), engine_(engineFor(options_)) {}

Plugin::~Plugin() {
    if (attached_) engine_->detach(voice_);
}

void Plugin::start() {
    engine_->attach(voice_, options_);
    attached_ = true;
}

const std::vector<sluice::Route>& Plugin::routes() const {
    static const std::vector<sluice::Route> routes{{"POST", "/v1/files"},
                                                   {"POST", "/files"},
                                                   {"GET", "/v1/files"},
                                                   {"GET", "/files"},
                                                   {"GET", "/v1/files/*"},
                                                   {"GET", "/files/*"},
                                                   {"DELETE", "/v1/files/*"},
                                                   {"DELETE", "/files/*"},
                                                   {"POST", "/v1/batches"},
                                                   {"POST", "/batches"},
                                                   {"GET", "/v1/batches"},
                                                   {"GET", "/batches"},
                                                   {"GET", "/v1/batches/*"},
                                                   {"GET", "/batches/*"},
                                                   {"POST", "/v1/batches/*"},
                                                   {"POST", "/batches/*"},
                                                   {"POST", "/v1/messages/batches"},
                                                   {"POST", "/messages/batches"},
                                                   {"GET", "/v1/messages/batches"},
                                                   {"GET", "/messages/batches"},
                                                   {"GET", "/v1/messages/batches/*"},
                                                   {"GET", "/messages/batches/*"},
                                                   {"POST", "/v1/messages/batches/*"},
                                                   {"POST", "/messages/batches/*"},
                                                   {"DELETE", "/v1/messages/batches/*"},
                                                   {"DELETE", "/messages/batches/*"},
                                                   {"GET", "/batches/front_door/*", SLUICE_ROUTE_PUBLIC}};
    return routes;
}

sluice::Verdict Plugin::handle(sluice::Request request, uint32_t route) {
    using Handler = sluice::Verdict (Plugin::*)(const sluice::Request&);
    // Each stands in routes() twice, with /v1 and without.
    static constexpr std::array<Handler, 13> kHandlers{
        &Plugin::upload,         &Plugin::listFiles,    &Plugin::getFile,     &Plugin::deleteFile,
        &Plugin::createBatch,    &Plugin::listBatches,  &Plugin::getBatch,    &Plugin::cancelBatch,
        &Plugin::createMessages, &Plugin::listMessages, &Plugin::getMessages, &Plugin::cancelMessages,
        &Plugin::deleteMessages};
    const size_t which = route / 2;
    if (which >= kHandlers.size()) return proveFrontDoor(request);
    const Kind kind = which >= 8 ? Kind::Anthropic : Kind::OpenAI;
    try {
        return (this->*kHandlers[which])(request);
    } catch (const Refused& refused) {
        return answerError(request, kind, refused);
    } catch (const DiskError& error) {
        voice_.host.error(error.what());
        return answerError(
            request, kind,
            Refused(503, "storage_unavailable", "Files and batches are not available at the moment"));
    } catch (const Json::exception&) {
        return answerError(
            request, kind,
            Refused(400, "invalid_member", "A member of the body is not of the type that it must be"));
    }
}

sluice::Verdict Plugin::proveFrontDoor(const sluice::Request& request) {
    const auto path = request.path();
    const auto answer = engine_->door().answerTo(std::string(path.substr(path.rfind('/') + 1)));
    if (!answer) return answerError(request, Kind::OpenAI, Refused(404, "not_found", "Not found"));
    return request.respond(200, "text/plain", *answer);
}

Batch Plugin::batchOf(const sluice::Request& request, Kind kind, const std::string& id) {
    auto batch = engine_->store().batch(ownerOf(request), id);
    if (!batch || batch->kind != kind)
        throw Refused(404, "not_found", "No batch has the id '" + id + "'", "batch_id");
    return std::move(*batch);
}

Batch Plugin::cancel(const Batch& batch) {
    const auto now = engine_->store().update(batch.id, [&](Batch& it) {
        if (!isOver(it.status) && it.status != Status::Cancelling)
            it.enter(Status::Cancelling, engine_->store().now());
    });
    engine_->cancel(batch.id);
    return now.value_or(batch);
}

}  // namespace batches

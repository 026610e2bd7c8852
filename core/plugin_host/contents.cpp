#include "plugin_host/contents.h"

#include "plugin_host/request_state.h"

namespace sluice::host {

llm::Content& Contents::ofRequest(RequestState& request) {
    if (!request_) request_ = std::make_unique<llm::Content>(llm::Content::ofRequest(request.body));
    return *request_;
}

llm::Content& Contents::ofAnswer(RequestState& request) {
    if (!answer_) {
        const ResponseState& r = request.response;
        answer_ = std::make_unique<llm::Content>(r.streamed ? llm::Content::ofLanes(r.lanes)
                                                            : llm::Content::ofAnswer(r.body));
    }
    return *answer_;
}

void Contents::settle(RequestState& request) {
    if (request_ && request_->pending()) request_->put(request.body);
    if (answer_ && answer_->pending()) answer_->put(request.response.body);
}

}  // namespace sluice::host

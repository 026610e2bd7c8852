// The texts of a request and of its answer, as the guards of a chain share them: walked once, when the first
// of them asks.
#pragma once

#include <memory>
#include <vector>

#include "llm/content.h"

namespace sluice::host {

struct RequestState;

class Contents {
public:
    /// Made when first asked for. Borrowed until the side is forgotten.
    llm::Content& ofRequest(RequestState& request);
    llm::Content& ofAnswer(RequestState& request);

    /// Weaves what was replaced into the bodies: before somebody looks at them, and after each hook.
    void settle(RequestState& request);
    /// The body was changed by other means: its texts are others now. What was lent stays until the hook
    /// ends.
    void forgetRequest() { retire(request_); }
    void forgetAnswer() { retire(answer_); }
    /// The hook has ended: nobody looks at what was lent any more.
    void release() { retired_.clear(); }

private:
    void retire(std::unique_ptr<llm::Content>& content) {
        if (content) retired_.push_back(std::move(content));
    }

    std::unique_ptr<llm::Content> request_, answer_;
    std::vector<std::unique_ptr<llm::Content>> retired_;
};

}  // namespace sluice::host

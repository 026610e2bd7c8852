#include "front_door.h"

#include "store.h"

namespace batches {

std::string FrontDoor::ask() {
    std::string question = randomId("");
    std::string answer = randomId("");
    const std::lock_guard lock(mutex_);
    question_ = std::move(question);
    answer_ = std::move(answer);
    return question_;
}

std::optional<std::string> FrontDoor::answerTo(const std::string& question) const {
    const std::lock_guard lock(mutex_);
    if (question_.empty() || question != question_) return std::nullopt;
    return answer_;
}

bool FrontDoor::check(const std::string& body) {
    const std::lock_guard lock(mutex_);
    proven_ = !answer_.empty() && body == answer_;
    question_.clear();
    return proven_;
}

bool FrontDoor::proven() const {
    const std::lock_guard lock(mutex_);
    return proven_;
}

void FrontDoor::doubt() {
    const std::lock_guard lock(mutex_);
    proven_ = false;
}

}  // namespace batches

// /audit: who changed what. The store only tells of all documents of a kind, so each question goes through
// all of them once, from the disk, and keeps no more of them than its page.
#pragma once

#include <mutex>

#include "api.h"

namespace admin_api {

class Audit {
public:
    explicit Audit(Documents& documents) : documents_(documents) {}
    Routes routes();

private:
    Answer list(const Asked& asked);
    Answer one(const Asked& asked);
    Documents& documents_;
    std::mutex mutex_;  // one at a time: each is a pass over everything there is
};

}  // namespace admin_api

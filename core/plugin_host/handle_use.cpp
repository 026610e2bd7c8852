#include "plugin_host/handle_use.h"

#include <deque>
#include <map>
#include <mutex>

#include "base/log.h"
#include "base/prefetch.h"
#include "plugin_host/request_state.h"

namespace sluice::host {
namespace {

constexpr size_t kKept = 256;  // handles that have ended, for each thread

void count(sluice_ctx* ctx, const char* what) {
    HandleUse& use = *ctx->use.load(std::memory_order_relaxed);
    use.unpunished = true;
    const uint64_t times = use.misuses.fetch_add(1, std::memory_order_relaxed) + 1;
    if ((times & (times - 1)) == 0)  // 1, 2, 4, 8 …
        base::log::error("plugin {}: it used the handle of a request {} ({} times so far)", use.instance,
                         what, times);
}

std::deque<std::unique_ptr<sluice_ctx>>& ended() {
    thread_local std::deque<std::unique_ptr<sluice_ctx>> handles;
    return handles;
}

}  // namespace

HandleUse& handleUseOf(const std::string& instance) {
    static std::mutex mutex;
    static std::map<std::string, HandleUse> all;
    const std::lock_guard lock(mutex);
    return all.try_emplace(instance, instance).first->second;
}

void noteMisuse(sluice_ctx* ctx) {
    if (!ctx) return base::log::error("a plugin called the host about a request, and gave no handle");
    const bool elsewhere = ctx->thread.load(std::memory_order_relaxed) != thisThread();
    count(ctx,
          elsewhere ? "on another thread than its hook's" : "outside its hooks, or after the request's end");
}

std::unique_ptr<sluice_ctx> newHandle() {
    auto& old = ended();
    if (old.size() <= kKept) return std::make_unique<sluice_ctx>();
    auto handle = std::move(old.front());
    old.pop_front();
    // Its next user is this request's next plugin, and 256 others have been in the caches since its last.
    base::prefetchToChange(old.front().get(), sizeof(sluice_ctx));
    return handle;
}

void retireHandle(std::unique_ptr<sluice_ctx> handle) {
    handle->request = nullptr;
    handle->instance = nullptr;
    handle->phase = Phase::None;
    handle->state = nullptr;
    handle->begun = handle->offloaded = false;
    // A provider's calls are no hooks: what was lent to them ends here.
    handle->lent.reset();
    ended().push_back(std::move(handle));
}

}  // namespace sluice::host

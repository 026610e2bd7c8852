#include "engines.h"

#include <filesystem>
#include <map>
#include <mutex>

namespace batches {

std::shared_ptr<Engine> engineFor(const Options& options) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Engine>> engines;
    std::error_code ignored;
    const auto path =
        std::filesystem::weakly_canonical(std::filesystem::absolute(options.directory, ignored), ignored);
    const std::lock_guard lock(mutex);
    auto& known = engines[path.string()];
    if (auto engine = known.lock(); engine && !engine->stopped()) return engine;
    auto engine = std::make_shared<Engine>(options);
    known = engine;
    return engine;
}

}  // namespace batches

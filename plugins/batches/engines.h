// The engines of this process, by directory: a reload finds the one that runs.
#pragma once

#include <memory>

#include "engine.h"

namespace batches {

/// [control]
std::shared_ptr<Engine> engineFor(const Options& options);

}  // namespace batches

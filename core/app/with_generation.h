// A generation for a command that only looks: everything that a serving process would make of a
// configuration, but for the sockets.
#pragma once

#include <functional>

#include "app/load.h"
#include "gateway/generation.h"

namespace sluice::app {

/// Builds it, calls `look`, ends it. With faults, which are added to `loaded.faults`, nobody looks.
void withGeneration(Loaded& loaded, const std::function<void(const gateway::Generation&)>& look);

}  // namespace sluice::app

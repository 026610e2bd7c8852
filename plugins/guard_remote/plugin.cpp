#include <sluice/plugin.hpp>

#include "guard.h"
#include "guard_remote_manifest.hpp"

SLUICE_PLUGIN(guard_remote::Guard, SLUICE_MANIFEST)

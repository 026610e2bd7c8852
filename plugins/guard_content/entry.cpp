// What the library exports.
#include "guard_content_manifest.hpp"
#include "plugin.h"

SLUICE_PLUGIN(guard_content::Plugin, SLUICE_MANIFEST)

// The guardrail "pii": finds personal data by rules and names, and masks, blocks, hashes or replaces it.
// README.md.
#include <sluice/plugin.hpp>

#include "guard_pii_manifest.hpp"
#include "guardrail.h"

SLUICE_PLUGIN(pii::GuardPii, SLUICE_MANIFEST)

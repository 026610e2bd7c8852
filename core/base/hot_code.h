// The code that a request runs, side by side in memory, so that it can be asked for before it is needed.
#pragma once

namespace sluice::base {

/// Asks for that code (about 280 KB; cmake/SluiceHotCode.cmake says which it is and why) to come into this core's
/// second cache, all at once: worth it where a request begins after this core has done other things for a while, such
/// as to pass on tokens. Costs a few us, most of which overlap with what comes next. Does nothing in builds that have
/// no such place, which are those of tests, of sanitizers and of linkers other than GNU's. [any thread]
void fetchHotCode();

}  // namespace sluice::base

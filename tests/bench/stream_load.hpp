// Streams: opens many streaming requests at a steady rate or at random, one connection each, keeps them open
// and checks every one to its last byte. What it measures is fidelity, time to first token, the gaps between
// tokens, and, read from outside, the server's memory for each stream.
#pragma once

#include "histogram.hpp"
#include "load.hpp"

namespace sluice::bench {

struct StreamLoadSettings {
    std::uint64_t streams = 1;
    double ramp_per_second = 1000;
    // At random moments, as clients come that know nothing of each other (a Poisson process, the same one in
    // each run), instead of evenly: an even ramp may be in step with the tokens of the streams before.
    bool ramp_at_random = false;
    double hold_seconds =
        10;  // after the last one was opened; what is still open then is cut, which is no error
    std::uint64_t chunks =
        0;  // numbered chunks in a whole stream; 0: not known, so a short stream is not noticed
    double timeout_seconds = 10;  // from opening to the first token
};

struct StreamLoadReport {
    std::uint64_t opened = 0;
    std::uint64_t open_max =
        0;  // streams that had brought a token and were not at their end, most at any one time
    std::uint64_t complete = 0;  // every chunk in order, finish_reason, [DONE], end of the HTTP body
    std::uint64_t cut = 0;       // in order as far as they were read
    std::uint64_t chunks = 0;
    double seconds = 0;
    Faults faults;
    Histogram first_token;  // from the first byte of the request sent to the first numbered chunk read
    Histogram gap;          // between two numbered chunks of a stream, as read
};

StreamLoadReport runStreamLoad(const Target& target, const StreamLoadSettings& settings);

}  // namespace sluice::bench

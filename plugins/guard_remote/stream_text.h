// One text of a stream on its way past a service: when the next step is worth a call, what is shown, and how
// much may go once the judgement is there. Nothing goes that has not been judged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/json.hpp>
#include <sluice/scan_view.hpp>

#include "adapter.h"
#include "settings.h"

namespace guard_remote {

class StreamText {
public:
    StreamText(uint32_t lane, uint32_t choice, bool json) : lane_(lane), choice_(choice), json_(json) {}

    bool is(uint32_t lane, uint32_t choice) const { return lane == lane_ && choice == choice_; }

    /// Is there enough that is new, has it waited long enough, or is it the end?
    bool due(std::string_view window, bool ended, int64_t now_ms, Yields yields, const Settings& settings);

    struct Step {
        sluice::ScanView shown;  // of the window, behind what has gone already
        size_t size;             // bytes of shown.text() that are judged
    };
    Step step(std::string_view window, bool ended, Yields yields, const Settings& settings) const;

    /// Bytes [begin, end) of the window become `by`.
    struct Change {
        size_t begin, end;
        std::string by;
    };
    struct Outcome {
        bool possible = true;  // false: what was found cannot be replaced
        size_t release = 0;    // bytes of the window
        std::vector<Change> changes;
    };
    /// What the judgement of a step means for the window; the rest waits for the next step.
    Outcome settle(const Step& step, const Judgement& judgement, std::string_view window, bool ended,
                   Yields yields, const Settings& settings);

    /// Less of it goes than that; what is kept back is judged with the next step.
    void keep(Outcome& outcome, size_t release);
    bool json() const { return json_; }

private:
    void change(const Step& step, const Judgement& judgement, size_t& sure, Outcome& outcome) const;
    void remember(const sluice::ScanView& shown, size_t sure, const Settings& settings);

    uint32_t lane_, choice_;
    bool json_;
    std::string context_;  // the end of what has gone, as it was judged
    bool in_string_ = false;
    size_t held_ = 0;        // bytes of the window that have been judged and wait for what follows
    int64_t since_ms_ = -1;  // when the oldest text that has not been judged came; -1: there is none
};

}  // namespace guard_remote

// The content visitor of streams: every text that one event of a stream carries, in which lane, and where it
// stands.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <simdjson.h>

#include "llm/json_path.h"
#include "llm/operation.h"

namespace sluice::llm {

enum Lane : uint32_t {  // the same bits as SLUICE_LANE_*
    kLaneText = 1,
    kLaneReasoning = 2,
    kLaneToolArgs = 4,
    kLaneRefusal = 8,
    kLaneMeta = 16,
};

struct EventText {
    enum class Kind {
        Delta,   // more of a text
        Echo,    // the delta before it once more, under another name
        Repeat,  // the whole text once more, at its end: what deltas said before
        End,     // no more deltas for texts whose low 16 bits of `part` are these, in any lane
        Scrub,   // a value that repeats content in another form; `text` is the JSON to put there once the
                 // event's text has been changed
        Whole,   // a text that is no part of a lane's: it stands at `begin` and is complete as it is
        Opaque,  // no text, although it is a string
    };
    Kind kind = Kind::Delta;
    uint32_t lane = 0;
    uint32_t part = 0;  // low 16 bits: choice, content block or output item; high ones: call or part in it
    std::string text = {};
    size_t begin = 0;   // where its JSON stands in the event's data; 0 with end: nowhere, or not known yet
    size_t end = 0;     // behind it
    bool json = false;  // of Whole: `text` is JSON, and what takes its place has to be
    JsonPath where = {};  // the way there; empty for Whole and for what stands nowhere
};

/// Appends the texts of an event in the order in which they stand. `root` must be an object.
void collectTexts(const simdjson::dom::element& root, Dialect dialect, std::vector<EventText>& out);
/// The same for an event of Dialect::OpenAI whose `choices` have been found already.
void collectChoices(const simdjson::dom::array& choices, std::vector<EventText>& out);
/// Goes the ways of these texts: fills in `begin` and `end`. `data` is the event's, checked.
void locateTexts(std::string_view data, std::span<EventText> texts);
/// Is `json`, a string literal, another way to write `text`?
bool isLiteralOf(std::string_view json, std::string_view text);
/// Appends, as Whole, every other text that the event carries: results of tools that the provider runs
/// itself, annotations, and whatever is new. `data` is the event's, checked; `texts` what the functions
/// beside this one have found in it, and where.
void collectRest(std::string_view data, std::vector<EventText>& texts);

}  // namespace sluice::llm

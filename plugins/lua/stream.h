// A stream on its way through the policies of a request. Each policy is a stage that gathers text until a
// piece is complete (a word, a line, a sentence, a window, all of it), shows the piece to the script and
// passes on what it let go. Pieces depend on the text alone, never on how the upstream cut it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "policy.h"

namespace lua_policy {

/// Text that goes from stage to stage, and the bytes of the upstream's text that it stands for. Text that
/// nobody has changed stands for itself.
struct Run {
    size_t size = 0, original = 0;
    bool changed = false;
};

class Flow {
public:
    void append(std::string_view text) { append(text, {text.size(), text.size(), false}); }
    void append(Flow&& other);
    /// Its first bytes, in a flow of their own.
    Flow take(size_t bytes);
    /// Other text for its first bytes; what is equal at both ends stays as it was.
    void replace(size_t bytes, std::string_view with);

    const std::string& text() const { return text_; }
    const std::vector<Run>& runs() const { return runs_; }
    size_t original() const;
    bool empty() const { return runs_.empty(); }
    void clear();

private:
    void append(std::string_view text, Run run);

    std::string text_;
    std::vector<Run> runs_;
};

/// Bytes of the next piece of `text` after `from`, counted from 0, or 0 if none is complete.
size_t pieceEnd(std::string_view text, size_t from, const StreamPlan& plan, bool ended);

/// One policy and one text of a stream.
class Stage {
public:
    explicit Stage(Policy& policy) : policy_(&policy) {}

    /// Runs the script on a piece; false stops the stream.
    using Show = std::function<bool(Policy&, Chunk&)>;
    /// What goes on, appended to `out`. False: the stream is to be stopped.
    bool feed(Flow in, bool ended, const Show& show, Flow& out);
    Policy& policy() const { return *policy_; }
    /// From now on everything goes through: the policy failed, and its on_error says allow.
    void bypass() { bypassed_ = true; }
    bool bypassed() const { return bypassed_; }
    void edited() { ++edits_; }
    uint32_t edits() const { return edits_; }

private:
    bool showPiece(size_t bytes, bool last, const Show& show, Flow& out);

    Policy* policy_;
    Flow flow_;
    size_t seen_ = 0;  // bytes at the beginning that the script has seen and held
    bool bypassed_ = false;
    uint32_t edits_ = 0;
};

/// One text of a stream (a lane and a choice) through all policies.
struct Row {
    uint32_t lane = 0, choice = 0;
    std::vector<Stage> stages;
    std::string carry;  // goes out with the next text that has a place in the upstream's
    size_t held = 0;    // bytes of the host's window that are in the stages
};

}  // namespace lua_policy

// Working on text that arrives in pieces: finding spans in a window that grows, and putting something in
// their place.
#pragma once

#include <sluice/request.hpp>

#include <algorithm>
#include <functional>
#include <vector>

namespace sluice {

/// Bytes [begin, end) of a text.
struct Span {
    size_t begin = 0;
    size_t end = 0;
};

/// Finds spans in a whole text or in the windows of a stream. What it finds does not depend on how the text
/// was cut, as long as no span is longer than `longest`: the tail in which one could still grow is held back.
class WindowScanner {
public:
    /// `find` returns the spans of a text, ascending, without overlap. `longest`: bytes of the longest one; 0
    /// if there is no such bound: then nothing goes before the text ends, or before the subscription's own
    /// bounds (Hold) are reached.
    WindowScanner(std::function<std::vector<Span>(std::string_view)> find, size_t longest)
        : find_(std::move(find)), longest_(longest) {}

    std::vector<Span> find(std::string_view text) const { return find_(text); }

    /// The spans of the window that are certain, and how much of it may go: in front of every span that could
    /// begin or grow in text that is still to come. At the end everything is certain.
    std::vector<Span> find(std::string_view window, bool ended, size_t& release) const {
        std::vector<Span> spans = find_(window);
        release = window.size();
        if (ended) return spans;
        const size_t sure = longest_ > 0 && window.size() > longest_ ? window.size() - longest_ : 0;
        release = sure;
        // A span that touches the end may grow; one that begins in the tail may turn out to be another.
        // Neither is cut, not even one that is longer than it should be.
        while (!spans.empty() && (spans.back().end == window.size() || spans.back().begin >= sure)) {
            release = std::min(release, spans.back().begin);
            spans.pop_back();
        }
        if (!spans.empty()) release = std::max(release, spans.back().end);
        while (release > 0 && release < window.size() &&
               (static_cast<unsigned char>(window[release]) & 0xC0) == 0x80)
            --release;
        return spans;
    }

private:
    std::function<std::vector<Span>(std::string_view)> find_;
    size_t longest_;
};

/// Replaces what a scanner finds.
class Redactor {
public:
    /// `replacement` gets the span's text.
    Redactor(WindowScanner scanner, std::function<std::string(std::string_view)> replacement)
        : scanner_(std::move(scanner)), replacement_(std::move(replacement)) {}

    /// A whole text. Returns the number of replacements.
    size_t redact(std::string& text) const {
        const auto spans = scanner_.find(text);
        for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
            const std::string_view found(text.data() + span->begin, span->end - span->begin);
            const std::string by = replacement_(found);
            text.replace(span->begin, span->end - span->begin, by);
        }
        return spans.size();
    }

    /// One call of on_stream, for a subscription with rewrite().
    Verdict redact(const Stream& stream) const {
        size_t release = 0;
        const auto window = stream.window();
        for (const auto& span : scanner_.find(window, stream.ended(), release)) {
            const auto found = window.substr(span.begin, span.end - span.begin);
            if (!stream.replace(span.begin, found.size(), replacement_(found))) return Verdict::Failed;
        }
        return stream.release(release);
    }

private:
    WindowScanner scanner_;
    std::function<std::string(std::string_view)> replacement_;
};

}  // namespace sluice

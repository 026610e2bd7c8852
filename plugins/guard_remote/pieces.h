// How texts are cut and packed into calls that a service takes.
#pragma once

#include "adapter.h"

namespace guard_remote {

/// Bytes [begin, end) of text `text`.
struct Part {
    size_t text;
    size_t begin, end;
};
using Parcel = std::vector<Part>;  // what one call is asked about

/// Every text whole, or in parts that the service takes. Parts are cut behind a paragraph, a sentence or a
/// word where there is one in the last fifth, and share `overlap` characters, so that what stands across a
/// cut is seen whole by one of them; with Yields::Edits they share none.
std::vector<Parcel> packed(const std::vector<Piece>& texts, const Bounds& bounds, size_t overlap);

/// A good place to cut, at most `at` and behind `from`: behind a paragraph, a sentence, a word, else a
/// character.
size_t cutBefore(std::string_view text, size_t from, size_t at);

/// Adds what a part of a text came to to what the whole of it does.
void merge(Judgement& whole, std::string_view text, const Part& part, Judgement&& judged);

}  // namespace guard_remote

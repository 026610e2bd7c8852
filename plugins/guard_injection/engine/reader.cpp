#include "reader.h"

#include <algorithm>
#include <string>

#include "chars.h"
#include "decode.h"
#include "segment.h"

namespace injection {
namespace {

constexpr int kDepthMax = 3;          // encodings within encodings
constexpr size_t kChunk = 32 * 1024;  // bytes of an encoding that are decoded at a time; a multiple of 4
constexpr size_t kSignedMax = 48;     // bytes of a word with signs in it: "p@ssw0rd"
constexpr size_t kRunTogether = 14;   // letters: more may be several words
constexpr uint32_t kStem = 5;

constexpr uint32_t mark(char c) { return 0xFFFF0000U | static_cast<uint8_t>(c); }

// One text, or what an encoding in it says.
class Reader {
public:
    Reader(std::string_view text, const Lexicon& lexicon, WordSink& sink, Marks& marks, int depth)
        : text_(text),
          lexicon_(lexicon),
          singles_(lexicon, sink),
          sink_(sink),
          marks_(marks),
          depth_(depth) {}

    // Words of an encoding stand where all of it stands.
    void placeAt(size_t begin, size_t end) { whole_begin_ = begin, whole_end_ = end, inside_ = true; }

    void run() {
        size_t at = 0;
        while (at < text_.size()) {
            const auto byte = static_cast<uint8_t>(text_[at]);
            at = kPlain[byte] != 0 ? word(at) : kEnds[byte] ? punctuation(at) : other(at);
        }
        singles_.flush();
    }

private:
    size_t word(size_t begin);
    size_t slowWord(size_t begin);
    size_t punctuation(size_t at);
    size_t other(size_t at);
    size_t ideograph(size_t at);
    bool encoding(size_t begin, size_t& end);
    void emit(Word word);
    void emitMark(uint32_t hash, size_t at, size_t bytes);
    bool letterAt(size_t at) const { return at < text_.size() && charAt(text_, at).kind == Kind::Letter; }
    bool follows(size_t at, std::string_view what) const { return text_.compare(at, what.size(), what) == 0; }

    const std::string_view text_;
    const Lexicon& lexicon_;
    Singles singles_;
    WordSink& sink_;
    Marks& marks_;
    const int depth_;
    size_t tried_ = 0;     // up to here no encoding begins
    size_t no_signs_ = 0;  // up to here signs are no letters
    size_t whole_begin_ = 0, whole_end_ = 0;
    bool inside_ = false;
};

void Reader::emit(Word word) {
    word.decoded = inside_;
    if (inside_) word.begin = whole_begin_, word.end = whole_end_;
    if (word.length == 1 && word.letter != 0 && !inside_ && singles_.take(word)) return;
    singles_.flush();
    if (word.meaning != nullptr) word.hash = word.meaning->hash;
    sink_.word(word);
}

void Reader::emitMark(uint32_t hash, size_t at, size_t bytes) {
    Word word;
    word.hash = word.stem = hash;
    word.begin = at;
    word.end = at + bytes;
    word.meaning = lexicon_.find(hash);
    word.mark = true;
    emit(word);
}

// The usual case: ASCII letters and digits up to a blank.
size_t Reader::word(size_t begin) {
    uint32_t hash = kHashSeed;
    uint32_t stem = 0;
    uint32_t capitals = 0;
    uint32_t digits = 0;
    size_t at = begin;
    for (; at < text_.size(); ++at) {
        const auto byte = static_cast<uint8_t>(text_[at]);
        const uint8_t low = kPlain[byte];
        if (low == 0) break;
        hash = hashed(hash, low);
        if (at - begin < kStem) stem = hash;
        capitals += low != byte ? 1 : 0;
        digits += low <= '9' ? 1 : 0;
    }
    const auto length = static_cast<uint32_t>(at - begin);
    const bool ends = at == text_.size() || kEnds[static_cast<uint8_t>(text_[at])];
    if (length >= 4 && begin >= tried_ &&
        (length >= kEncodedMin || (at < text_.size() && (text_[at] == '+' || text_[at] == '/')))) {
        size_t end = at;
        if (encoding(begin, end)) return end;
    }
    if (!ends || (digits > 0 && digits < length) || length > kRunTogether) return slowWord(begin);
    Word word;
    word.hash = digits == length ? mark('0') : hash;
    word.stem = stem;
    word.begin = begin;
    word.end = at;
    word.length = length;
    word.meaning = lexicon_.find(hash);
    word.letter =
        length == 1 && digits == 0 ? static_cast<char>(kPlain[static_cast<uint8_t>(text_[begin])]) : '\0';
    word.capital = kPlain[static_cast<uint8_t>(text_[begin])] != static_cast<uint8_t>(text_[begin]);
    word.shouted = length > 1 && capitals == length;
    emit(word);
    return at;
}

// Everything else that words are made of. Two hashes: as it stands, and of what its letters look like.
size_t Reader::slowWord(size_t begin) {
    Spelling spelling;
    size_t at = begin;
    size_t sign_at = std::string_view::npos;  // where the word ends if its signs are no letters
    while (at < text_.size()) {
        const Char c = charAt(text_, at);
        const size_t next = at + c.bytes;
        if (c.kind == Kind::Letter) {
            spelling.letter(c);
        } else if (c.kind == Kind::Invisible || c.kind == Kind::Mark) {
            marks_.invisible += c.kind == Kind::Invisible ? 1 : 0;
        } else if (c.kind == Kind::Tag && kPlain[static_cast<uint8_t>(c.ascii)] != 0) {
            ++marks_.tags;
            spelling.tag(c.ascii);
        } else if (c.kind == Kind::Joiner) {
            if (!letterAt(next)) break;
        } else if (c.bytes == 1 && leet(c.raw) != 0 && at >= no_signs_ && at - begin < kSignedMax &&
                   letterAt(next)) {
            if (sign_at == std::string_view::npos) sign_at = at, spelling.keep();
            spelling.sign(leet(c.raw));
        } else {
            break;
        }
        at = next;
    }
    Word word;
    word.begin = begin;
    word.end = at;
    if (sign_at != std::string_view::npos && lexicon_.find(spelling.looks()) == nullptr) {
        spelling.restore();
        no_signs_ = at;  // or every sign would be tried again
        word.end = at = sign_at;
        if (at == begin) return at + 1;
    }
    if (spelling.length() > kRunTogether && spelling.apart(lexicon_, sink_, singles_, word)) return at;
    spelling.into(word, lexicon_);
    emit(word);
    return at;
}

// A run of base64 or hex that says something: its words, in its place.
bool Reader::encoding(size_t begin, size_t& end) {
    if (depth_ >= kDepthMax) return false;
    end = encodedEnd(text_, begin);
    tried_ = end;
    if (end - begin < kEncodedMin) return false;
    bool any = false;
    for (size_t at = begin; at < end; at += kChunk) {
        const auto inner = decoded(text_.substr(at, std::min(kChunk, end - at)));
        if (inner.empty()) break;
        any = true;
        singles_.flush();
        marks_.decoded += static_cast<uint32_t>(inner.size());
        Reader reader(inner, lexicon_, sink_, marks_, depth_ + 1);
        if (inside_)
            reader.placeAt(whole_begin_, whole_end_);
        else
            reader.placeAt(begin, end);
        reader.run();
    }
    while (any && end < text_.size() && text_[end] == '=') ++end;
    return any;
}

size_t Reader::punctuation(size_t at) {
    switch (text_[at]) {
        case '\n':
            ++marks_.lines;
            if (at + 1 < text_.size() && (text_[at + 1] == '-' || text_[at + 1] == '*')) ++marks_.bullets;
            break;
        case '.':
            ++marks_.sentences;
            break;
        case '?':
            ++marks_.questions;
            break;
        case '"':
            ++marks_.quotes;
            break;
        case ':':
            ++marks_.colons;
            break;
        case ';':
        case '}':
        case '=':
            ++marks_.code;
            break;
        case '[':
        case '{':
            emitMark(mark(text_[at]), at, 1);
            break;
        case '<':
            if (follows(at, "<|")) return emitMark(kMarkBar, at, 2), at + 2;
            if (follows(at, "<<")) return emitMark(markOrWord("<<"), at, 2), at + 2;
            if (follows(at, "<!--")) return emitMark(markOrWord("<!--"), at, 4), at + 4;
            if (follows(at, "</")) return emitMark(markOrWord("</"), at, 2), at + 2;
            emitMark(mark('<'), at, 1);
            break;
        case '#':
            if (follows(at, "###")) return emitMark(markOrWord("###"), at, 3), at + 3;
            break;
        case '`':
            if (follows(at, "```")) return emitMark(markOrWord("```"), at, 3), at + 3;
            break;
        default:
            break;
    }
    return at + 1;
}

size_t Reader::other(size_t at) {
    const Char c = charAt(text_, at);
    switch (c.kind) {
        case Kind::Letter:
            return slowWord(at);
        case Kind::Tag:
            return kPlain[static_cast<uint8_t>(c.ascii)] != 0 ? slowWord(at) : at + c.bytes;
        case Kind::Ideograph:
            return ideograph(at);
        case Kind::Invisible:
            ++marks_.invisible;
            break;
        case Kind::Joiner:
        case Kind::Mark:
            break;
        case Kind::Separator:
            if (c.raw >= 0x1F000) {
                ++marks_.pictures;
                emitMark(c.raw, at, c.bytes);
            }
            if (c.bytes == 1 && leet(c.raw) != 0 && at >= no_signs_ && letterAt(at + 1)) return slowWord(at);
            if (text_[at] == '!') {
                if (follows(at, "![")) return emitMark(markOrWord("!["), at, 2), at + 2;
                ++marks_.shouts;
            }
            break;
    }
    return at + c.bytes;
}

// The longest word of the lexicon that begins here, or one ideograph.
size_t Reader::ideograph(size_t at) {
    uint32_t hash = kHashSeed;
    Word word;
    word.begin = at;
    uint32_t count = 0;
    for (size_t end = at; end < text_.size() && count < 6;) {
        const Char c = charAt(text_, end);
        if (c.kind != Kind::Ideograph) break;
        hash = hashed(hash, c.raw);
        end += c.bytes;
        const Meaning* meaning = lexicon_.find(hash);
        if (++count == 1 || meaning != nullptr) {
            word.hash = word.stem = hash;
            word.end = end;
            word.length = count + 1;  // never a single letter
            word.meaning = meaning;
        }
        if (!lexicon_.mayBegin(hash)) break;
    }
    emit(word);
    return word.end;
}

}  // namespace

void read(std::string_view text, const Lexicon& lexicon, WordSink& sink, Marks& marks) {
    Reader(text, lexicon, sink, marks, 0).run();
}

uint32_t hashOf(std::string_view word) {
    uint32_t hash = kHashSeed;
    for (size_t at = 0; at < word.size();) {
        const Char c = charAt(word, at);
        if (c.kind == Kind::Letter || c.kind == Kind::Ideograph) hash = hashed(hash, c.raw);
        at += c.bytes;
    }
    return hash;
}

uint32_t markOrWord(std::string_view text) {
    const auto first = static_cast<uint8_t>(text.empty() ? 0 : text.front());
    if (first >= 0x80 || kPlain[first] != 0) return hashOf(text);
    if (text.size() == 1) return mark(text.front());
    uint32_t sum = 0;
    for (const char c : text) sum = sum * 31 + static_cast<uint8_t>(c);
    return 0xFFFE0000U | (sum & 0xFFFF);
}

}  // namespace injection

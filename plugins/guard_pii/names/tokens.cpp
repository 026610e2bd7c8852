#include "tokens.h"

#include <array>

#include "letters.h"

namespace pii::names {
namespace {

// Signs between words, a bit each; the class of a gap is that of the highest bit, but for the cases in
// gapOf().
enum Sign : uint16_t {
    kBlank = 1 << 0,
    kComma = 1 << 1,
    kStop = 1 << 2,
    kColon = 1 << 3,
    kQuote = 1 << 4,
    kDash = 1 << 5,
    kSlash = 1 << 6,
    kAmpersand = 1 << 7,
    kOwn = 1 << 8,
    kLine = 1 << 9,
    kParagraph = 1 << 10,
    kSymbol = 1 << 11,
};

// '_' is a letter for which kDash is set, too.
enum Class : uint16_t { kUpper = 1 << 12, kLower = 1 << 13, kDigit = 1 << 14, kWide = 1 << 15 };
constexpr uint16_t kWordClass = kUpper | kLower | kDigit;

constexpr std::array<uint16_t, 256> kClasses = [] {
    std::array<uint16_t, 256> classes{};
    for (int c = 0; c < 256; ++c) classes[c] = c >= 0x80 ? uint16_t{kWide} : uint16_t{kSymbol};
    for (int c = 'a'; c <= 'z'; ++c) classes[c] = kLower;
    for (int c = 'A'; c <= 'Z'; ++c) classes[c] = kUpper;
    for (int c = '0'; c <= '9'; ++c) classes[c] = kDigit;
    classes['_'] = uint16_t{kLower} | uint16_t{kDash};
    for (char c : {' ', '\t', '\r'}) classes[static_cast<size_t>(c)] = kBlank;
    for (char c : {'.', '!', '?'}) classes[static_cast<size_t>(c)] = kStop;
    for (char c : {':', ';'}) classes[static_cast<size_t>(c)] = kColon;
    for (char c : {'"', '\'', '(', ')', '[', ']', '`'}) classes[static_cast<size_t>(c)] = kQuote;
    classes[','] = kComma;
    classes['-'] = kDash;
    classes['/'] = kSlash;
    classes['&'] = kAmpersand;
    classes['\n'] = kLine;
    return classes;
}();

Gap gapOf(uint16_t signs) {
    if (signs & kSymbol) return Gap::Symbol;
    if (signs & kParagraph) return Gap::Paragraph;
    if (signs & kLine) return signs & kComma ? Gap::CommaLine : Gap::Line;
    if (signs & kAmpersand) return Gap::Ampersand;
    if (signs & kSlash) return Gap::Slash;
    if (signs & kColon) return Gap::Colon;
    if (signs & kStop) return signs & (kBlank | kQuote) ? Gap::Stop : Gap::Dot;
    if (signs & kComma) return Gap::Comma;
    if (signs & kQuote) return Gap::Quote;
    if (signs & kDash) return Gap::Dash;
    return signs & kOwn ? Gap::Own : Gap::Blank;
}

uint16_t signOf(uint32_t point) {
    if (point == 0xA0 || (point >= 0x2000 && point <= 0x200F) || point == 0x202F || point == 0x3000)
        return kBlank;
    if (point >= 0x2010 && point <= 0x2015) return kDash;
    if ((point >= 0x2018 && point <= 0x201F) || point == 0xAB || point == 0xBB) return kQuote;
    if (point == 0x2026 || point == 0x3002) return kStop;
    if (point == 0x3001) return kComma;
    return kQuote;
}

class Reader {
public:
    Reader(std::string_view text, const Lexicon& lexicon, std::vector<Token>& tokens)
        : text_(text), lexicon_(lexicon), tokens_(tokens) {}

    void run() {
        size_t at = 0;
        while (at < text_.size()) {
            uint16_t cls = classAt(at);
            if (cls & kWordClass) {
                at = word(at);
            } else if (cls & kWide) {
                Letter letter = letterAt(text_, at);
                if (letter.kind != Kind::Gap) {
                    at = word(at);
                    continue;
                }
                signs_ |= signOf(letter.folded);
                at += letter.bytes;
            } else {
                if (cls & signs_ & kLine) signs_ |= kParagraph;
                signs_ |= cls;
                ++at;
            }
        }
    }

private:
    struct Form {
        uint16_t seen = 0;         // classes of the letters
        uint16_t first = 0;        // class of the first
        bool inner_upper = false;  // a capital that does not begin a part of the word
        bool uncased = false;
        bool wide = false;
        bool joined = false;
        bool under = false;
    };

    uint16_t classAt(size_t at) const { return kClasses[static_cast<uint8_t>(text_[at])]; }
    bool isWordAt(size_t at) const {
        if (at >= text_.size()) return false;
        uint16_t cls = classAt(at);
        return (cls & kWordClass) || ((cls & kWide) && letterAt(text_, at).kind != Kind::Gap);
    }

    // Bytes of an apostrophe or hyphen at `at` that goes on with the word; 0 if the word ends.
    size_t joint(size_t at) const {
        char c = text_[at];
        size_t bytes = 1;
        if (c != '\'' && c != '-') {
            if (text_.substr(at, 3) != "\u2019") return 0;
            bytes = 3;
        }
        if (!isWordAt(at + bytes)) return 0;
        bool own = c != '-' && (text_[at + bytes] | 0x20) == 's' && !isWordAt(at + bytes + 1);
        return own ? 0 : bytes;
    }

    // Most words are ASCII without apostrophe or hyphen: letters and digits up to a gap.
    size_t word(size_t begin) {
        uint16_t first = classAt(begin);
        if (first & kWide) return mixedWord(begin);
        uint16_t rest = 0;
        size_t at = begin + 1;
        for (uint16_t cls; at < text_.size() && ((cls = classAt(at)) & kWordClass); ++at) rest |= cls;
        if (at < text_.size() && (text_[at] == '-' || text_[at] == '\'' || (classAt(at) & kWide)))
            return mixedWord(begin);
        Form form;
        form.first = first & kWordClass;
        form.seen = (first | rest) & kWordClass;
        form.under = ((first | rest) & kDash) != 0;
        form.inner_upper = (rest & kUpper) != 0;
        add(begin, at, form);
        return at;
    }

    size_t mixedWord(size_t begin) {
        Form form;
        size_t at = begin;
        bool part_begins = true;
        while (at < text_.size()) {
            uint16_t cls = classAt(at);
            size_t bytes = 1;
            if (cls & kWide) {
                Letter letter = letterAt(text_, at);
                if (letter.kind == Kind::Gap) {
                    bytes = joint(at);
                    if (!bytes) break;
                    form.wide = form.joined = part_begins = true;
                    at += bytes;
                    continue;
                }
                form.wide = true;
                form.uncased |= letter.kind == Kind::Uncased;
                cls = letter.kind == Kind::Upper ? kUpper : kLower;
                bytes = letter.bytes;
            } else if (!(cls & kWordClass)) {
                bytes = joint(at);
                if (!bytes) break;
                form.joined = part_begins = true;
                at += bytes;
                continue;
            }
            if (!form.first) form.first = cls & kWordClass;
            form.inner_upper |= (cls & kUpper) && !part_begins;
            form.under |= text_[at] == '_';
            form.seen |= cls & kWordClass;
            part_begins = false;
            at += bytes;
        }
        add(begin, at, form);
        return skipOwn(at);
    }

    size_t skipOwn(size_t at) {
        size_t bytes = 0;
        if (at < text_.size() && text_[at] == '\'') bytes = 1;
        if (text_.substr(at, 3) == "\u2019") bytes = 3;
        bool own = bytes && at + bytes < text_.size() && (text_[at + bytes] | 0x20) == 's' &&
                   !isWordAt(at + bytes + 1);
        if (!own) return at;
        signs_ |= kOwn;
        return at + bytes + 1;
    }

    void add(size_t begin, size_t end, const Form& form) {
        std::string_view word = text_.substr(begin, end - begin);
        Token token{};
        token.begin = static_cast<uint32_t>(begin);
        token.end = static_cast<uint32_t>(end);
        token.before = tokens_.empty() ? Gap::Far : gapOf(signs_);
        signs_ = 0;
        token.shape = Shape::Odd;
        if (word.size() <= kWordBytesMax) {
            token.shape = shapeOf(word, form);
            token.hash = form.wide ? hashWord(word) : hashAscii(word, text_.size() - begin);
            if (!(form.seen & kDigit)) token.known = lexicon_.find(token.hash);
            if (!token.known && form.joined) token.known = knownOfParts(word);
        }
        tokens_.push_back(token);
    }

    // "Smith-Jones" is known by what is known of "Smith" and of "Jones".
    uint16_t knownOfParts(std::string_view word) const {
        size_t cut = word.find('-');
        if (cut == std::string_view::npos) return 0;
        size_t last = word.rfind('-') + 1;
        uint16_t known =
            lexicon_.find(hashWord(word.substr(0, cut))) | lexicon_.find(hashWord(word.substr(last)));
        return known & ~(kCommon | kParticle);
    }

    static Shape shapeOf(std::string_view word, const Form& form) {
        if (form.under) return Shape::Odd;
        if (form.seen == kDigit && !form.joined) return shapeOfNumber(word);
        if (form.seen == kDigit && word.size() > 7) return Shape::Odd;  // dates and numbers of telephones
        if (form.seen & kDigit) return form.first == kDigit ? Shape::Ordinal : Shape::Numbered;
        if (form.uncased) return Shape::Uncased;
        if (form.seen == kLower) return Shape::Lower;
        if (form.seen == kUpper) {
            bool single = word.size() == 1 || (form.wide && word.size() == 2);
            return single ? Shape::Initial : Shape::Upper;
        }
        if (form.first == kLower) return Shape::LowCamel;
        return form.inner_upper ? Shape::Camel : Shape::Title;
    }

    static Shape shapeOfNumber(std::string_view word) {
        if (word.size() > 5) return Shape::Digits6;
        bool year = word.size() == 4 &&
                    (word.substr(0, 2) == "19" || word.substr(0, 2) == "20" || word.substr(0, 2) == "18");
        if (year) return Shape::Year;
        return static_cast<Shape>(static_cast<size_t>(Shape::Digits1) + word.size() - 1);
    }

    std::string_view text_;
    const Lexicon& lexicon_;
    std::vector<Token>& tokens_;
    uint16_t signs_ = 0;
};

}  // namespace

void tokenize(std::string_view text, const Lexicon& lexicon, std::vector<Token>& tokens) {
    tokens.clear();
    Reader(text, lexicon, tokens).run();
}

}  // namespace pii::names

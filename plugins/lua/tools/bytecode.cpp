#include "bytecode.h"

#include <cstdint>
#include <map>

namespace lua_policy {
namespace {

// Instructions of Lua 5.4 (lopcodes.h): 7 bits of operation, 8 of A, 1 of k, 8 of B, 8 of C.
constexpr uint32_t kGetTabUp = 11, kSetTabUp = 15;
constexpr int8_t kAbsolute = -0x80;  // in the list of lines: look into the list of absolute ones

struct Function {
    int line = 0;
    std::vector<uint32_t> code;
    std::vector<std::string> constants;  // empty for what is no text
    std::vector<int8_t> lines;
    std::map<uint32_t, int> absolute;
    std::vector<std::string> upvalues;

    int lineOf(size_t pc) const {
        int at = line;
        for (size_t i = 0; i <= pc && i < lines.size(); ++i) {
            const auto found = absolute.find(static_cast<uint32_t>(i));
            at = lines[i] == kAbsolute && found != absolute.end() ? found->second : at + lines[i];
        }
        return at;
    }
};

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::vector<GlobalUse> all() {
        skip(4 + 1 + 1 + 6 + 3 + 8 + 8);  // header
        skip(1);                          // upvalues of the main function
        function(0);
        return good_ ? std::move(found_) : std::vector<GlobalUse>{};
    }

private:
    std::string_view take(size_t bytes) {
        if (bytes > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        const auto part = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return part;
    }
    void skip(size_t bytes) { (void)take(bytes); }
    uint8_t byte() {
        const auto one = take(1);
        return one.empty() ? 0 : static_cast<uint8_t>(one[0]);
    }
    // Seven bits a byte, the highest first; the last one has its top bit set.
    size_t number() {
        size_t value = 0;
        while (good_) {
            const uint8_t one = byte();
            value = value << 7 | (one & 0x7F);
            if ((one & 0x80) != 0) break;
        }
        return value;
    }
    std::string text() {
        const size_t size = number();
        return size == 0 ? std::string() : std::string(take(size - 1));
    }
    size_t count() {
        const size_t n = number();
        if (n > rest_.size()) good_ = false;
        return good_ ? n : 0;
    }
    void constants(Function& f) {
        for (size_t n = count(); n > 0 && good_; --n) {
            const uint8_t type = byte() & 0x3F;
            const int kind = type & 0x0F;
            std::string value;
            if (kind == 4) value = text();
            if (kind == 3) skip(8);
            f.constants.push_back(std::move(value));
        }
    }
    void debug(Function& f) {
        for (const char c : take(count())) f.lines.push_back(static_cast<int8_t>(c));
        for (size_t n = count(); n > 0 && good_; --n) {
            const auto pc = static_cast<uint32_t>(number());
            f.absolute[pc] = static_cast<int>(number());
        }
        for (size_t n = count(); n > 0 && good_; --n) {
            (void)text();
            (void)number();
            (void)number();
        }
        for (size_t n = count(); n > 0 && good_; --n) f.upvalues.push_back(text());
    }
    void function(int depth) {
        if (depth > 200) good_ = false;
        if (!good_) return;
        Function f;
        (void)text();
        f.line = static_cast<int>(number());
        (void)number();
        skip(3);
        const size_t size = count();
        const auto code = take(size * 4);
        for (size_t i = 0; i + 4 <= code.size(); i += 4) {
            uint32_t word = 0;
            for (size_t b = 4; b-- > 0;) word = word << 8 | static_cast<uint8_t>(code[i + b]);
            f.code.push_back(word);
        }
        constants(f);
        skip(3 * count());
        for (size_t n = count(); n > 0 && good_; --n) function(depth + 1);
        debug(f);
        uses(f);
    }
    void uses(const Function& f) {
        for (size_t pc = 0; pc < f.code.size() && good_; ++pc) {
            const uint32_t word = f.code[pc], operation = word & 0x7F;
            if (operation != kGetTabUp && operation != kSetTabUp) continue;
            const uint32_t a = word >> 7 & 0xFF, b = word >> 16 & 0xFF, c = word >> 24;
            const bool set = operation == kSetTabUp;
            const uint32_t upvalue = set ? a : b, key = set ? b : c;
            if (upvalue >= f.upvalues.size() || f.upvalues[upvalue] != "_ENV" || key >= f.constants.size())
                continue;
            found_.push_back({f.constants[key], f.lineOf(pc), set});
        }
    }

    std::string_view rest_;
    bool good_ = true;
    std::vector<GlobalUse> found_;
};

}  // namespace

std::vector<GlobalUse> globalsOf(std::string_view dump) {
    return dump.substr(0, 4) == "\x1bLua" ? Reader(dump).all() : std::vector<GlobalUse>{};
}

}  // namespace lua_policy

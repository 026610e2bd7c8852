#include "usage_pack.h"

#include "sqlite.h"
#include "varint.h"

namespace store_sqlite {
namespace {

int64_t zigzag(int64_t value) {
    return static_cast<int64_t>(static_cast<uint64_t>(value) << 1) ^ (value >> 63);
}
int64_t unzigzag(int64_t value) {
    return static_cast<int64_t>(static_cast<uint64_t>(value) >> 1) ^ -(value & 1);
}
// Around the corner: a file may say anything.
int64_t sum(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t difference(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

constexpr int64_t bitOf(size_t number) { return int64_t{1} << number; }
constexpr int64_t textBit(size_t text) { return bitOf(UsageRow::Numbers + text); }

}  // namespace

void UsagePackWriter::add(const UsageRow& row) {
    int64_t bits = 0;
    for (size_t i = 0; i < UsageRow::Numbers; ++i) bits |= row.numbers[i] != last_.numbers[i] ? bitOf(i) : 0;
    for (size_t i = 0; i < UsageRow::Texts; ++i) bits |= row.texts[i] != last_.texts[i] ? textBit(i) : 0;
    const auto append = [this](std::string_view text) {
        appendNumber(bytes_, static_cast<int64_t>(text.size()));
        bytes_ += text;
    };
    appendNumber(bytes_, bits);
    append(row.call_id);
    for (size_t i = 0; i < UsageRow::Numbers; ++i) {
        if (bits & bitOf(i)) appendNumber(bytes_, zigzag(difference(row.numbers[i], last_.numbers[i])));
    }
    for (size_t i = 0; i < UsageRow::Texts; ++i) {
        if (bits & textBit(i)) append(row.texts[i]);
    }
    last_ = row;
    ++count_;
}

void UsagePackWriter::clear() {
    bytes_.clear();
    last_ = {};
    count_ = 0;
}

int64_t UsagePackReader::number() {
    int64_t value = 0;
    if (!numberFrom(at_, end_, value)) throwCorrupt("a batch of usage events ends in the middle of one");
    return value;
}

std::string_view UsagePackReader::text() {
    const auto size = static_cast<uint64_t>(number());
    if (size > static_cast<uint64_t>(end_ - at_))
        throwCorrupt("a batch of usage events ends in the middle of a text");
    const std::string_view all(at_, size);
    at_ += size;
    return all;
}

const UsageRow* UsagePackReader::next() {
    if (at_ == end_) return nullptr;
    const int64_t bits = number();
    if (bits < 0 || bits >= textBit(UsageRow::Texts))
        throwCorrupt("a batch of usage events has more than this release knows of");
    row_.call_id = text();
    for (size_t i = 0; i < UsageRow::Numbers; ++i) {
        if (bits & bitOf(i)) row_.numbers[i] = sum(row_.numbers[i], unzigzag(number()));
    }
    for (size_t i = 0; i < UsageRow::Texts; ++i) {
        if (bits & textBit(i)) row_.texts[i] = text();
    }
    return &row_;
}

}  // namespace store_sqlite

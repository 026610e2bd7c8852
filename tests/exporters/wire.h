// Protobuf's wire format read back, by the specification (protobuf.dev, "Encoding") and with nothing of what
// writes it: a message is its fields in their order; what a field means is the test's business.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wire {

struct Field {
    uint32_t number = 0;
    uint32_t type = 0;
    uint64_t bits = 0;  // types 0, 1, 5
    std::string bytes;  // type 2
};

class Message {
public:
    explicit Message(std::string_view in) {
        while (!in.empty()) {
            const uint64_t tag = varint(in);
            Field field{static_cast<uint32_t>(tag / 8), static_cast<uint32_t>(tag % 8), 0, {}};
            if (field.type == 0) {
                field.bits = varint(in);
            } else if (field.type == 1 || field.type == 5) {
                field.bits = fixed(in, field.type == 1 ? 8 : 4);
            } else if (field.type == 2) {
                const uint64_t size = varint(in);
                if (size > in.size()) throw std::runtime_error("a length beyond the end");
                field.bytes = in.substr(0, size);
                in = in.substr(size);
            } else {
                throw std::runtime_error("no such wire type");
            }
            fields_.push_back(field);
        }
    }

    std::vector<Field> all(uint32_t number) const {
        std::vector<Field> found;
        for (const auto& field : fields_) {
            if (field.number == number) found.push_back(field);
        }
        return found;
    }
    /// The only one.
    Field one(uint32_t number, uint32_t type) const {
        const auto found = all(number);
        if (found.size() != 1 || found[0].type != type)
            throw std::runtime_error("field " + std::to_string(number) + " is not there once");
        return found[0];
    }
    Message message(uint32_t number) const { return Message(one(number, 2).bytes); }
    std::string text(uint32_t number) const { return one(number, 2).bytes; }
    uint64_t number(uint32_t number) const { return one(number, 0).bits; }
    uint64_t fixed64(uint32_t number) const { return one(number, 1).bits; }
    double real(uint32_t number) const { return asDouble(fixed64(number)); }
    bool has(uint32_t number) const { return !all(number).empty(); }

    static double asDouble(uint64_t bits) {
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    /// Of a packed list of eight bytes each.
    std::vector<uint64_t> packed(uint32_t number) const {
        std::vector<uint64_t> values;
        const std::string bytes = text(number);
        for (std::string_view in = bytes; !in.empty();) values.push_back(fixed(in, 8));
        return values;
    }

private:
    static uint64_t varint(std::string_view& in) {
        uint64_t value = 0;
        for (int i = 0; i < 10; ++i) {
            if (in.empty()) throw std::runtime_error("it ends within a varint");
            const auto byte = static_cast<uint8_t>(in[0]);
            in = in.substr(1);
            value += static_cast<uint64_t>(byte % 128) << (7 * i);
            if (byte < 128) return value;
        }
        throw std::runtime_error("a varint of more than ten bytes");
    }
    static uint64_t fixed(std::string_view& in, size_t size) {
        if (in.size() < size) throw std::runtime_error("it ends within a number");
        uint64_t value = 0;
        for (size_t i = size; i-- > 0;) value = value * 256 + static_cast<uint8_t>(in[i]);
        in = in.substr(size);
        return value;
    }

    std::vector<Field> fields_;
};

}  // namespace wire

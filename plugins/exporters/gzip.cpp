#include "gzip.h"

#include <zlib.h>

namespace exporters {

std::string gzipped(std::string_view text) {
    constexpr int kGzipFormat = 15 + 16;  // zlib.h, deflateInit2
    constexpr int kFast = 1;              // records repeat themselves: more effort saves a few per cent only
    z_stream stream{};
    if (deflateInit2(&stream, kFast, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(done ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

}  // namespace exporters

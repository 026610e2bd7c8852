#include "hmac.h"
#include "sink.h"

namespace exporters {

std::string destinationId(std::string_view exporter, std::string_view what) {
    constexpr size_t kBytes = 8;
    return std::string(exporter) + "-" + hexOf(sha256(what).substr(0, kBytes));
}

}  // namespace exporters

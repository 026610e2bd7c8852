#include "store_common/document.h"

#include <algorithm>

#include <sluice/json_reader.hpp>

namespace store_common {
namespace {

bool isKind(std::string_view kind) {
    return !kind.empty() &&
           std::all_of(kind.begin(), kind.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool isObject(std::string_view json) { return sluice::JsonReader(json).take('{') && sluice::isJson(json); }

}  // namespace

const char* faultOf(const Change& change) {
    if (!isKind(change.kind) || change.kind.size() > kIdBytesMax) return "its kind is not [a-z_]+";
    if (change.id.empty() || change.id.size() > kIdBytesMax) return "its id is not 1 to 512 bytes long";
    if (change.remove) return "";
    if (change.json.size() > kDocumentBytesMax) return "its json is longer than 4 MiB";
    return isObject(change.json) ? "" : "its json is no object";
}

}  // namespace store_common

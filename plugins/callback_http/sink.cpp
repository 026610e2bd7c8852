#include "sink.h"

#include "exporters/base64.h"
#include "exporters/hmac.h"

namespace callback_http {

using exporters::Node;
using exporters::Outgoing;

void HttpSink::encode(const Node& record, std::string_view raw, std::vector<std::string>& items) const {
    encodeFor({}, record, raw, items);
}

void HttpSink::encodeFor(const exporters::Destination& to, const Node& record, std::string_view raw,
                         std::vector<std::string>& items) const {
    if (!options_.payload) {
        items.emplace_back(raw);
        return;
    }
    exporters::JsonText out;
    options_.payload->write(out, record, to.words);
    items.push_back(out.take());
}

Outgoing HttpSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                            const exporters::Destination& to) const {
    Outgoing request;
    request.url = to.url;
    const bool array = options_.format == Format::JsonArray;
    request.content_type = options_.format == Format::Ndjson ? "application/x-ndjson" : "application/json";
    std::string& body = request.body;
    if (array) body = options_.before + "[";
    for (size_t i = begin; i < end; ++i) {
        if (array && i > begin) body += ',';
        body += items[i];
        if (options_.format == Format::Ndjson) body += '\n';
    }
    if (array) body += "]" + options_.after;
    if (!options_.signing_key.empty()) sign(request);
    return request;
}

// Standard Webhooks, "Signature scheme": HMAC-SHA256 of "id.timestamp.body". The id is the body's, so that a
// request that is sent again has the one that it had.
void HttpSink::sign(Outgoing& request) const {
    const std::string id = "msg_" + exporters::hexOf(exporters::sha256(request.body).substr(0, 16));
    const std::string time = std::to_string(wall_ms_() / 1000);
    const std::string mac = exporters::hmacSha256(options_.signing_key, id + "." + time + "." + request.body);
    request.fields.emplace_back("webhook-id", id);
    request.fields.emplace_back("webhook-timestamp", time);
    request.fields.emplace_back("webhook-signature", "v1," + exporters::base64(mac));
}

}  // namespace callback_http

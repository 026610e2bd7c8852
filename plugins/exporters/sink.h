// What differs from one vendor to the next: how a record is written, and how a request is made of several.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "node.h"

namespace exporters {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Where records go: the configured receiver, or that of a key or team with credentials of its own. Records
/// of two destinations never share a queue, a request or a file. [any]
struct Destination {
    /// Names it in the spool: the same for the same place and account, no two alike, no secret to be read out
    /// of it.
    std::string id;
    std::string url;
    /// With credentials: never in a log.
    Fields fields;
    /// What else a key or team says of its account and an encoder needs, as the project of its runs.
    std::map<std::string, std::string> words;
};

struct Outgoing {
    std::string url;
    std::string content_type;
    Fields fields;
    std::string body;  // before gzip
    std::string method = "POST";
    std::string fault = {};  // not empty: it cannot be sent now, and why, for the log
};

struct Answer {
    /// 0: nobody answered.
    int status = 0;
    std::string retry_after;
    std::string body;
    /// What the receiver says is wrong, for the log: no text of its own, nothing secret. May be empty.
    std::string why = {};
    bool later = false;  // once something has been put right: kept, whatever the status
};

/// [any]: senders call it at the same time.
class Sink {
public:
    virtual ~Sink() = default;

    /// Appends the record in the vendor's words: one item, several, or none if there is nothing to say about
    /// it. `raw` is what `record` was read from.
    virtual void encode(const Node& record, std::string_view raw, std::vector<std::string>& items) const = 0;
    /// The same, where the destination has a word in it.
    virtual void encodeFor(const Destination& /*to*/, const Node& record, std::string_view raw,
                           std::vector<std::string>& items) const {
        encode(record, raw, items);
    }
    /// One request for items[begin, end).
    virtual Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                              const Destination& to) const = 0;
    /// No request has more items, and, if it has several, more bytes of them.
    virtual size_t itemsMax() const { return SIZE_MAX; }
    virtual size_t bytesMax() const { return SIZE_MAX; }
    /// May a request with the item `one` have `another` behind it?
    virtual bool together(const std::string& /*one*/, const std::string& /*another*/) const { return true; }
    /// Looks at an answer before anything is made of it, and may say why and later, or what its status
    /// means.
    virtual void judge(Answer& /*answer*/) const {}
    /// Of an answer that took the request: how many of its items it says it did not take.
    virtual size_t refused(const Answer& /*answer*/) const { return 0; }
    /// False: it wants every record, whatever `sample_rate` says. What counts counts all or counts wrong.
    virtual bool samples() const { return true; }
    /// The destination for the callback_vars of a key's or team's `logging`. Null if they name no account.
    virtual std::shared_ptr<const Destination> own(const nlohmann::json& /*vars*/) const { return nullptr; }
};

/// An id for Destination: the exporter's name and a part of the SHA-256 of what tells it from others.
std::string destinationId(std::string_view exporter, std::string_view what);

}  // namespace exporters

#include "sink.h"

#include "exporters/base64.h"

namespace callback_langfuse {

using exporters::Destination;

std::shared_ptr<const Destination> destinationOf(const Account& account, const char* name, const char* path) {
    auto to = std::make_shared<Destination>();
    to->id = exporters::destinationId(name, account.host + "\n" + account.public_key);
    to->url = account.host + path;
    to->fields.emplace_back("authorization",
                            "Basic " + exporters::base64(account.public_key + ":" + account.secret_key));
    to->fields.emplace_back("x-langfuse-ingestion-version", "4");
    to->fields.emplace_back("x-langfuse-public-key", account.public_key);
    to->fields.emplace_back("x-langfuse-sdk-name", "sluice");
    return to;
}

}  // namespace callback_langfuse

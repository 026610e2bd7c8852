#include "shared_aws/bucket.h"

#include <algorithm>

#include <openssl/evp.h>

#include "shared_aws/xml.h"

namespace s3 {
namespace {

bool isName(std::string_view text, std::string_view marks) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

void checkBucket(const std::string& name) {
    constexpr size_t kLongest = 222;  // of Google; of AWS 63
    const bool dots = name.find("..") != std::string::npos || (!name.empty() && name.front() == '.');
    if (name.empty() || name.size() > kLongest || dots || !isName(name, "-._"))
        throw std::invalid_argument("a bucket's name: letters, digits, points, '-' and '_'");
}

std::string awsHost(const std::string& region) {
    if (region.empty() || !isName(region, "-")) throw std::invalid_argument("a region, such as eu-west-1");
    return "s3." + region + (region.rfind("cn-", 0) == 0 ? ".amazonaws.com.cn" : ".amazonaws.com");
}

// DeleteObjects asks for it, whoever answers. Not a matter of security.
std::string md5InBase64(std::string_view text) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), sum, &size, EVP_md5(), nullptr) != 1)
        throw Unsigned("MD5 is not available");
    unsigned char out[4 * EVP_MAX_MD_SIZE];
    const int length = EVP_EncodeBlock(out, sum, static_cast<int>(size));
    return {reinterpret_cast<const char*>(out), static_cast<size_t>(length)};
}

}  // namespace

std::string_view Answer::field(std::string_view name) const {
    for (const auto& [known, value] : fields) {
        if (known == name) return value;
    }
    return {};
}

std::string Answer::code() const {
    constexpr size_t kLongest = 64;
    if (body.find("<Error") == std::string::npos) return {};
    const std::string found = xml::textOf(body, "Code");
    return found.size() <= kLongest && isName(found, "") ? found : std::string();
}

std::string Answer::fault() const {
    if (status == 0) return "no answer";
    const std::string said = code();
    return "status " + std::to_string(status) + (said.empty() ? "" : " (" + said + ")");
}

Place placeOf(const PlaceOptions& options) {
    checkBucket(options.bucket);
    std::string url = options.endpoint;
    bool virtual_hosted = options.virtual_hosted;
    if (url.empty()) {
        url = (options.tls ? "https://" : "http://") + awsHost(options.region);
        virtual_hosted = options.bucket.find('.') == std::string::npos;
    }
    const size_t scheme = url.rfind("http://", 0) == 0 ? 7 : url.rfind("https://", 0) == 0 ? 8 : 0;
    while (url.size() > scheme && url.back() == '/') url.pop_back();
    if (scheme == 0 || url.size() == scheme || !isName(url, "-._~:/%+=,@!$&()*;[]") ||
        url.find('@') != std::string::npos)
        throw std::invalid_argument("an endpoint: http:// or https://, a host, perhaps a port and a path");
    const size_t slash = std::min(url.find('/', scheme), url.size());
    Place place;
    place.host_field = url.substr(scheme, slash - scheme);
    std::transform(place.host_field.begin(), place.host_field.end(), place.host_field.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (virtual_hosted) place.host_field = options.bucket + "." + place.host_field;
    place.origin = url.substr(0, scheme) + place.host_field;
    place.path = url.substr(slash);
    if (!virtual_hosted) place.path += "/" + options.bucket;
    const std::string usual = scheme == 7 ? ":80" : ":443";
    const size_t size = place.host_field.size();
    if (size > usual.size() && place.host_field.compare(size - usual.size(), usual.size(), usual) == 0)
        place.host_field.resize(size - usual.size());
    return place;
}

Call Bucket::signedCall(Call call, const std::string& path, const std::string& query,
                        int64_t unix_seconds) const {
    sigv4::Request request{call.method, path.empty() ? "/" : path, query, call.fields, call.body};
    request.headers.emplace_back("host", place_.host_field);
    for (auto& field : signer_->sign(request, unix_seconds)) call.fields.push_back(std::move(field));
    call.url = place_.origin + request.path + (query.empty() ? "" : "?" + query);
    return call;
}

Call Bucket::plain(const char* method, std::string_view key, int64_t unix_seconds) const {
    return signedCall({method, {}, {}, {}}, place_.path + "/" + sigv4::uriEncoded(key, true), "",
                      unix_seconds);
}

Call Bucket::put(std::string_view key, std::string body, const Fields& fields, int64_t unix_seconds) const {
    return signedCall({"PUT", {}, fields, std::move(body)}, place_.path + "/" + sigv4::uriEncoded(key, true),
                      "", unix_seconds);
}

Call Bucket::list(std::string_view prefix, std::string_view next, unsigned most, int64_t unix_seconds) const {
    std::string query = "list-type=2&max-keys=" + std::to_string(most);
    if (!prefix.empty()) query += "&prefix=" + sigv4::uriEncoded(prefix, false);
    if (!next.empty()) query += "&continuation-token=" + sigv4::uriEncoded(next, false);
    return signedCall({"GET", {}, {}, {}}, place_.path, query, unix_seconds);
}

Call Bucket::removeMany(const std::vector<std::string>& keys, int64_t unix_seconds) const {
    Call call{"POST", {}, {}, "<Delete><Quiet>true</Quiet>"};
    for (const auto& key : keys) call.body += "<Object><Key>" + xml::escaped(key) + "</Key></Object>";
    call.body += "</Delete>";
    call.fields = {{"content-type", "application/xml"}, {"content-md5", md5InBase64(call.body)}};
    return signedCall(std::move(call), place_.path, "delete=", unix_seconds);
}

std::string_view Bucket::meta(const Answer& answer, std::string_view name) {
    for (const char* prefix : {"x-amz-meta-", "x-goog-meta-"}) {
        const auto found = answer.field(std::string(prefix).append(name));
        if (!found.empty()) return found;
    }
    return {};
}

Listing readListing(std::string_view text) {
    if (text.find("<ListBucketResult") == std::string_view::npos)
        throw std::invalid_argument("the answer is no list of a bucket");
    Listing listing;
    size_t at = 0;
    while (const auto entry = xml::element(text, "Contents", at))
        listing.keys.push_back(xml::textOf(*entry, "Key"));
    if (xml::textOf(text, "IsTruncated") == "true") listing.next = xml::textOf(text, "NextContinuationToken");
    return listing;
}

size_t notRemoved(std::string_view text) {
    size_t errors = 0, at = 0;
    while (xml::element(text, "Error", at)) ++errors;
    return errors;
}

}  // namespace s3

// Requests to one bucket of a store that speaks as S3 does: AWS, MinIO, Ceph, Google's XML API and others. It
// writes and signs requests, and reads answers; sending them is the caller's affair.
//
// Source: Amazon S3 API Reference, https://docs.aws.amazon.com/AmazonS3/latest/API/ (PutObject, GetObject,
// HeadObject, DeleteObject, DeleteObjects, ListObjectsV2); "Virtual hosting of general purpose buckets",
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shared_aws/sigv4.h"

namespace s3 {

using sigv4::Fields;

/// As it is sent. Names of fields in lower case; no host, no content-length.
struct Call {
    std::string method;
    std::string url;
    Fields fields;  // with credentials in them: never log
    std::string body;
};

struct Answer {
    int status = 0;  // 0: nobody answered
    std::string body;
    Fields fields;  // names in lower case

    bool ok() const { return status >= 200 && status < 300; }
    /// Empty if it is not there.
    std::string_view field(std::string_view name) const;
    /// "NoSuchKey", "SignatureDoesNotMatch", …; empty if the answer says none.
    std::string code() const;
    /// What went wrong, for a log: a status and a code, nothing else of what was sent or answered.
    std::string fault() const;
};

/// There is nothing to sign with at the moment; what() says why and has no secret in it.
struct Unsigned : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What proves who asks.
class Signer {
public:
    virtual ~Signer() = default;
    /// The fields to add. Throws Unsigned. [any]: waits for nobody.
    virtual Fields sign(const sigv4::Request& request, int64_t unix_seconds) const = 0;
    /// Gets what sign() needs and has a time limit of its own: a token. Throws Unsigned. [offload]
    virtual void prepare() {}
    /// What stands in front of the names of an object's own fields.
    virtual std::string_view metaPrefix() const { return "x-amz-meta-"; }
};

class KeySigner final : public Signer {
public:
    KeySigner(sigv4::Credentials credentials, std::string region)
        : credentials_(std::move(credentials)), scope_(sigv4::s3Scope(std::move(region))) {}
    Fields sign(const sigv4::Request& request, int64_t unix_seconds) const override {
        return sigv4::sign(request, credentials_, scope_, unix_seconds);
    }

private:
    const sigv4::Credentials credentials_;
    const sigv4::Scope scope_;
};

/// Where a bucket is.
struct Place {
    std::string origin;      // "https://logs.s3.eu-west-1.amazonaws.com"
    std::string host_field;  // without the port that goes with the scheme
    std::string path;        // in front of "/KEY": "", or "/logs" in path style; escaped
};

struct PlaceOptions {
    std::string bucket;
    std::string region;    // of AWS, if there is no endpoint
    std::string endpoint;  // "http://127.0.0.1:9000", perhaps with a path; empty: AWS
    bool tls = true;       // of AWS
    /// BUCKET.HOST instead of HOST/BUCKET. AWS gets it always, but for names with a dot, which its
    /// certificates do not cover.
    bool virtual_hosted = false;
};

/// Throws std::invalid_argument: a bucket's name or an endpoint that are none.
Place placeOf(const PlaceOptions& options);

struct Listing {
    std::vector<std::string> keys;
    std::string next;  // continuation token; empty: that was all
};

/// [any]
class Bucket {
public:
    Bucket(Place place, std::shared_ptr<Signer> signer)
        : place_(std::move(place)), signer_(std::move(signer)) {}

    const Place& place() const { return place_; }
    Signer& signer() const { return *signer_; }

    // All of these throw Unsigned. `key` is not escaped.
    Call put(std::string_view key, std::string body, const Fields& fields, int64_t unix_seconds) const;
    Call get(std::string_view key, int64_t unix_seconds) const { return plain("GET", key, unix_seconds); }
    Call head(std::string_view key, int64_t unix_seconds) const { return plain("HEAD", key, unix_seconds); }
    Call remove(std::string_view key, int64_t unix_seconds) const {
        return plain("DELETE", key, unix_seconds);
    }
    /// At most 1,000 keys.
    Call removeMany(const std::vector<std::string>& keys, int64_t unix_seconds) const;
    Call list(std::string_view prefix, std::string_view next, unsigned most, int64_t unix_seconds) const;

    /// "x-amz-meta-NAME"
    std::string metaName(std::string_view name) const {
        return std::string(signer_->metaPrefix()).append(name);
    }
    /// A field of an object's own, whichever prefix the store answers with.
    static std::string_view meta(const Answer& answer, std::string_view name);

private:
    Call plain(const char* method, std::string_view key, int64_t unix_seconds) const;
    Call signedCall(Call call, const std::string& path, const std::string& query, int64_t unix_seconds) const;

    const Place place_;
    const std::shared_ptr<Signer> signer_;
};

/// Keys as ListObjectsV2 answers. Throws std::invalid_argument if it is no such answer.
Listing readListing(std::string_view xml);
/// How many keys DeleteObjects says it did not delete.
size_t notRemoved(std::string_view xml);

}  // namespace s3

// What plugins about object stores read from their configuration alike, in LiteLLM's words.
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/host.hpp>

#include "shared_aws/bucket.h"
#include "shared_aws/google.h"

namespace s3 {

/// HTTP by way of the gateway; `host` is copied. [offload]
Send sendOver(const sluice::Host& host);

Answer answerOf(const sluice::HttpResult& result);

struct Store {
    std::shared_ptr<const Bucket> bucket;
    std::string name;      // of the bucket
    bool google = false;   // gcs_… and not s3_…
    std::string path;      // in front of each key: "" or "logs/"
    Fields fields;         // for objects that are put: encryption
    std::string identity;  // tells places and accounts apart; no secret
};

/// Reads s3_bucket_name, s3_region_name, s3_endpoint_url, s3_use_ssl, s3_use_virtual_hosted_style, s3_path,
/// s3_aws_access_key_id, s3_aws_secret_access_key, s3_aws_session_token, s3_server_side_encryption,
/// s3_sse_kms_key_id; or gcs_bucket_name, gcs_path, gcs_path_service_account, gcs_access_key_id,
/// gcs_secret_access_key, gcs_endpoint_url. Throws sluice::ConfigError, which quotes no value. [control]
///
/// `variables`: what is missing may come from the environment (AWS_…, GCS_…), if that was granted, and
/// gcs_path_service_account may name a file: not for what keys and teams say for themselves.
Store storeOf(const nlohmann::json& config, const sluice::Host& host, bool variables = true);

/// Members of a manifest's schema for these.
#define SLUICE_S3_PROPERTIES                                                                                                  \
    R"("s3_bucket_name": {"description": "of S3, or of a store that speaks as S3 does"},)"                                    \
    R"("s3_region_name": {"description": "eu-west-1; AWS_REGION"},)"                                                          \
    R"("s3_endpoint_url": {"description": "of another store than AWS: http:// or https://, a host"},)"                        \
    R"("s3_use_ssl": {"type": "boolean", "description": "false: AWS over http"},)"                                            \
    R"("s3_use_virtual_hosted_style": {"type": "boolean", "description": "BUCKET.HOST at s3_endpoint_url"},)"                 \
    R"("s3_path": {"description": "in front of the names of objects"},)"                                                      \
    R"("s3_aws_access_key_id": {"description": "AWS_ACCESS_KEY_ID"},)"                                                        \
    R"("s3_aws_secret_access_key": {"description": "AWS_SECRET_ACCESS_KEY"},)"                                                \
    R"("s3_aws_session_token": {"description": "of temporary credentials; AWS_SESSION_TOKEN"},)"                              \
    R"("s3_server_side_encryption": {"description": "AES256, aws:kms, …"},)"                                                \
    R"("s3_sse_kms_key_id": {"description": "the key of aws:kms"},)"                                                          \
    R"("s3_api_version": {"description": "ignored"},)"                                                                        \
    R"("s3_config": {"description": "ignored"},)"                                                                             \
    R"("s3_verify": {"description": "only true: certificates are checked"},)"                                                 \
    R"("s3_aws_session_name": {"description": "not supported"},)"                                                             \
    R"("s3_aws_profile_name": {"description": "not supported"},)"                                                             \
    R"("s3_aws_role_name": {"description": "not supported"},)"                                                                \
    R"("s3_aws_web_identity_token": {"description": "not supported"},)"                                                       \
    R"("s3_aws_sts_endpoint": {"description": "not supported"},)"                                                             \
    R"("gcs_bucket_name": {"description": "of Google Cloud Storage, perhaps with a path; GCS_BUCKET_NAME"},)"                 \
    R"("gcs_path": {"description": "in front of the names of objects"},)"                                                     \
    R"("gcs_path_service_account": {"description": "the JSON of a service account, or its file; GCS_PATH_SERVICE_ACCOUNT"},)" \
    R"("gcs_access_key_id": {"description": "of an HMAC key, instead of a service account"},)"                                \
    R"("gcs_secret_access_key": {"description": "of an HMAC key"},)"                                                          \
    R"("gcs_endpoint_url": {"description": "https://storage.googleapis.com"})"

#define SLUICE_S3_CAPABILITIES                                                                       \
    R"("net", "secrets:AWS_ACCESS_KEY_ID", "secrets:AWS_SECRET_ACCESS_KEY", "secrets:AWS_REGION", )" \
    R"("secrets:AWS_SESSION_TOKEN", "secrets:GCS_BUCKET_NAME", "secrets:GCS_PATH_SERVICE_ACCOUNT")"

}  // namespace s3

// What the plugin is and how it may be configured. The same keys may stand in litellm_settings.cache_params,
// so they are written once (SLUICE_CACHE_KEYS) and stand in two places of the schema.
#pragma once

// clang-format off: JSON
#define SLUICE_CACHE_KEYS                                                                                                                    \
    R"("backends": {"type": "array", "items": {"type": "string"}, "description": "ids of instances that keep answers, the nearest first"},)" \
    R"(    "ttl": {"type": ["number", "string"], "description": "seconds that an answer is kept"},)"                                         \
    R"(    "upper_ttl": {"type": ["number", "string"], "description": "seconds in a layer above the last one"},)"                            \
    R"(    "namespace": {"type": "string", "maxLength": 128, "pattern": "^[!-~]*$", "description": "stands before each key"},)"              \
    R"(    "mode": {"type": "string", "enum": ["default_on", "default_off"]},)"                                                              \
    R"(    "share": {"type": "string", "enum": ["tenant", "key", "user", "team", "organization", "all"]},)"                                  \
    R"(    "supported_call_types": {"type": ["array", "null"], "items": {"type": "string"}},)"                                               \
    R"(    "max_entry_bytes": {"type": "integer", "minimum": 1024, "maximum": 67108864},)"                                                   \
    R"(    "wait_ms": {"type": "integer", "minimum": 1, "maximum": 10000},)"                                                                 \
    R"(    "single_flight": {"type": "boolean"},)"                                                                                           \
    R"(    "store_fallbacks": {"type": "boolean"},)"                                                                                         \
    R"(    "embedding_items": {"type": "boolean"},)"                                                                                         \
    R"(    "store": {"type": "string", "description": "id of the instance with sluice.store/1 that keeps what /cache/settings changes"},)"   \
    R"(    "semantic": {"type": "object", "additionalProperties": false, "properties": {)"                                                   \
    R"(      "enabled": {"type": "boolean"},)"                                                                                               \
    R"(      "mode": {"type": "string", "enum": ["enforce", "shadow"]},)"                                                                    \
    R"(      "threshold": {"type": "number"},)"                                                                                              \
    R"(      "max_entries": {"type": "integer"},)"                                                                                           \
    R"(      "embedding_model": {"type": "string"},)"                                                                                        \
    R"(      "embedding_api_base": {"type": "string"},)"                                                                                     \
    R"(      "embedding_api_key": {},)"                                                                                                      \
    R"(      "embedding_timeout_ms": {"type": "integer"},)"                                                                                  \
    R"(      "qdrant_url": {"type": "string"},)"                                                                                             \
    R"(      "qdrant_api_key": {},)"                                                                                                         \
    R"(      "qdrant_timeout_ms": {"type": "integer"},)"                                                                                     \
    R"(      "collection": {"type": "string"},)"                                                                                             \
    R"(      "redis": {"type": "object", "description": "where the index in Redis is: url, host, port, …, as cache_redis has them"},)"     \
    R"(      "redis_index": {"type": "string"},)"                                                                                            \
    R"(      "redis_timeout_ms": {"type": "integer"},)"                                                                                      \
    R"(      "index_path": {"type": "string"},)"                                                                                             \
    R"(      "samples_path": {"type": "string"},)"                                                                                           \
    R"(      "sample_rate": {"type": "number"}}})"

#define SLUICE_CACHE_MANIFEST                                                                                                                   \
    R"({)"                                                                                                                                      \
    R"(  "id": "cache", "version": "0.1.0", "abi": 1,)"                                                                                         \
    R"(  "description": "Answers that were given before: exact and near matches, single flight, LiteLLM's controls",)"                          \
    R"(  "interfaces": ["sluice.endpoint/1"], "capabilities": ["net"],)"                                                                        \
    R"(  "activated_by": {"litellm_settings.cache": "enabled", "litellm_settings.cache_params": "params"},)"                                    \
    R"(  "config_schema": {"type": "object", "additionalProperties": false, "properties": {)"                                                   \
    R"(    "enabled": {"type": "boolean"},)" SLUICE_CACHE_KEYS R"(,)"                                                                           \
    R"(    "params": {"type": "object", "properties": {)" SLUICE_CACHE_KEYS R"(,)"                                                              \
    R"(      "similarity_threshold": {}, "qdrant_semantic_cache_embedding_model": {}, "redis_semantic_cache_embedding_model": {},)"             \
    R"(      "redis_semantic_cache_index_name": {}, "redis_timeout_ms": {},)"                                                                   \
    R"(      "qdrant_collection_name": {}, "qdrant_api_base": {}, "qdrant_api_key": {}, "embedding_api_base": {}, "embedding_api_key": {}}}}})" \
    R"(})"
// clang-format on

// The upstreams that speak OpenAI's dialect: where each lives, and which environment variables hold its key
// and base URL.
//
// One table for both readers of it: the manifest, which is a literal, and the code. The variables are
// LiteLLM's (litellm/litellm_core_utils/get_llm_provider_logic.py, litellm/llms/*/chat/transformation.py), so
// that an environment that works there works here. An empty URL: there is no default, api_base has to be
// configured.
#pragma once

#include <array>
#include <string_view>

namespace provider_openai {

enum class Quirk {
    None,
    Azure,           // key in api-key, deployments in the path
    VersionedBase,   // LiteLLM's configurations leave the /v1 of the base URL out
    FireworksNames,  // a short model name stands for accounts/fireworks/models/NAME
};

struct Provider {
    std::string_view name;
    std::string_view base_url;
    std::string_view key_env;
    Quirk quirk;
};

// row(name, base URL, variable of the key, variable of the base URL, quirk); the first row is told apart for
// the commas of JSON.
// clang-format off
#define PROVIDER_OPENAI_TABLE(first, row)                                                                    \
    /* platform.openai.com/docs/api-reference */                                                             \
    first("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_API_BASE", None)                  \
    /* learn.microsoft.com/azure/ai-services/openai/reference: https://NAME.openai.azure.com */              \
    row("azure", "", "AZURE_API_KEY", "AZURE_API_BASE", Azure)                                               \
    /* docs.vllm.ai/en/latest/serving/openai_compatible_server; LiteLLM's vllm runs inside of it, ours does not */ \
    row("hosted_vllm", "", "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE", None)                              \
    row("vllm", "", "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE", None)                                     \
    /* docs.litellm.ai/docs/providers/openai_compatible */                                                   \
    row("openai_like", "", "OPENAI_LIKE_API_KEY", "OPENAI_LIKE_API_BASE", None)                              \
    row("custom_openai", "", "OPENAI_LIKE_API_KEY", "OPENAI_LIKE_API_BASE", None)                            \
    /* docs.litellm.ai/docs/providers/litellm_proxy */                                                       \
    row("litellm_proxy", "", "LITELLM_PROXY_API_KEY", "LITELLM_PROXY_API_BASE", None)                        \
    /* lmstudio.ai/docs/app/api/endpoints/openai */                                                          \
    row("lm_studio", "http://127.0.0.1:1234/v1", "LM_STUDIO_API_KEY", "LM_STUDIO_API_BASE", None)            \
    /* docs.ollama.com/openai */                                                                             \
    row("ollama", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY", "OLLAMA_API_BASE", VersionedBase)           \
    row("ollama_chat", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY", "OLLAMA_API_BASE", VersionedBase)      \
    /* inference-docs.cerebras.ai/resources/openai */                                                        \
    row("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "CEREBRAS_API_BASE", None)             \
    /* deepinfra.com/docs/openai_api */                                                                      \
    row("deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY", "DEEPINFRA_API_BASE", None) \
    /* api-docs.deepseek.com */                                                                              \
    row("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY", "DEEPSEEK_API_BASE", None)               \
    /* docs.fireworks.ai/tools-sdks/openai-compatibility */                                                  \
    row("fireworks_ai", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", "FIREWORKS_API_BASE", FireworksNames) \
    /* console.groq.com/docs/openai */                                                                       \
    row("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "GROQ_API_BASE", None)                     \
    /* llama.developer.meta.com/docs/features/compatibility */                                               \
    row("meta_llama", "https://api.llama.com/compat/v1", "LLAMA_API_KEY", "LLAMA_API_BASE", None)            \
    /* docs.mistral.ai/api */                                                                                \
    row("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", "MISTRAL_API_BASE", VersionedBase)        \
    /* docs.api.nvidia.com/nim/reference/llm-apis */                                                         \
    row("nvidia_nim", "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY", "NVIDIA_NIM_API_BASE", None) \
    /* openrouter.ai/docs/quickstart */                                                                      \
    row("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "OPENROUTER_API_BASE", None)     \
    /* docs.perplexity.ai/guides/chat-completions-guide */                                                   \
    row("perplexity", "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY", "PERPLEXITY_API_BASE", None)      \
    /* docs.sambanova.ai/docs/en/features/openai-compatibility */                                            \
    row("sambanova", "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY", "SAMBANOVA_API_BASE", None)         \
    /* docs.together.ai/docs/openai-api-compatibility */                                                     \
    row("together_ai", "https://api.together.xyz/v1", "TOGETHER_API_KEY", "TOGETHER_AI_API_BASE", None)      \
    /* docs.x.ai/docs/api-reference */                                                                       \
    row("xai", "https://api.x.ai/v1", "XAI_API_KEY", "XAI_API_BASE", None)

#define PROVIDER_OPENAI_ROW(name, base_url, key_env, base_env, quirk) Provider{name, base_url, key_env, Quirk::quirk},
inline constexpr std::array kProviders{PROVIDER_OPENAI_TABLE(PROVIDER_OPENAI_ROW, PROVIDER_OPENAI_ROW)};
#undef PROVIDER_OPENAI_ROW
// clang-format on

/// Null if the name is none of ours.
constexpr const Provider* providerNamed(std::string_view name) {
    for (const auto& provider : kProviders) {
        if (provider.name == name) return &provider;
    }
    return nullptr;
}

}  // namespace provider_openai

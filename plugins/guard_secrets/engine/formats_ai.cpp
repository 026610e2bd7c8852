// Providers of models and what stands around them, and tokens in general.
#include "formats.h"

namespace secrets {

namespace {

constexpr Format kFormats[] = {
    {"sk-proj-", "u40+", "OPENAI_KEY", Check::Random},
    {"sk-svcacct-", "u40+", "OPENAI_KEY", Check::Random},
    {"sk-admin-", "u40+", "OPENAI_KEY", Check::Random},
    {"sk-None-", "u40+", "OPENAI_KEY", Check::Random},
    {"sess-", "w40", "OPENAI_KEY", Check::Bare},
    {"sk-", "w48", "OPENAI_KEY", Check::Random},
    {"sk-ant-api", "d2 =- u60+", "ANTHROPIC_KEY", Check::Random},
    {"sk-ant-admin", "d2 =- u60+", "ANTHROPIC_KEY", Check::Random},
    {"sk-ant-sid", "d2 =- u60+", "ANTHROPIC_KEY", Check::Random},
    {"sk-ant-oat", "d2 =- u60+", "ANTHROPIC_KEY", Check::Random},
    {"sk-ant-ort", "d2 =- u60+", "ANTHROPIC_KEY", Check::Random},
    {"sk-ant-", "u32+", "ANTHROPIC_KEY", Check::Random},
    {"sk-or-v1-", "h64", "OPENROUTER_KEY"},
    {"sk-lf-", "h8 =- h4 =- h4 =- h4 =- h12", "LANGFUSE_KEY"},
    {"pk-lf-", "h8 =- h4 =- h4 =- h4 =- h12", "LANGFUSE_PUBLIC_KEY"},
    {"lsv2_pt_", "h32 =_ h10", "LANGSMITH_KEY"},
    {"lsv2_sk_", "h32 =_ h10", "LANGSMITH_KEY"},
    {"ls__", "h32", "LANGSMITH_KEY"},
    {"r8_", "w37,40", "REPLICATE_TOKEN"},
    {"gsk_", "w40,60", "GROQ_KEY"},
    {"pplx-", "w40,64", "PERPLEXITY_KEY"},
    {"xai-", "w70,90", "XAI_KEY"},
    {"csk-", "a40,64", "CEREBRAS_KEY", Check::Random},
    {"fw_", "w22,28", "FIREWORKS_KEY", Check::Bare},
    {"tgp_v1_", "u40,60", "TOGETHER_KEY"},
    {"nvapi-", "u60,72", "NVIDIA_KEY"},
    {"jina_", "u50,70", "JINA_KEY"},
    {"tvly-", "u24,60", "TAVILY_KEY", Check::Random},
    {"fc-", "h32", "FIRECRAWL_KEY"},
    {"e2b_", "h40", "E2B_KEY"},
    {"pcsk_", "w5,7 =_ w50,70", "PINECONE_KEY"},
    {"voy-", "u40+", "VOYAGE_KEY", Check::Bare},
    {"pa-", "u43", "VOYAGE_KEY", Check::Bare},
    {"AQ.", "u40,60", "GOOGLE_API_KEY", Check::Random},
    {"rpa_", "A38,50", "RUNPOD_KEY"},
    {"esecret_", "w20,60", "ANYSCALE_KEY", Check::Bare},
    {"llx-", "w40,60", "LLAMACLOUD_KEY"},
    {"sk-", "u20+", "SECRET_KEY_TOKEN", Check::Bare},
    {"eyJ", "", "JWT", Check::Jwt},
};

}  // namespace

std::span<const Format> aiFormats() { return kFormats; }

}  // namespace secrets

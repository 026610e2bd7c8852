// Where code and packages are kept.
#include "formats.h"

namespace secrets {

namespace {

constexpr Format kFormats[] = {
    {"ghp_", "w36", "GITHUB_TOKEN", Check::Crc},
    {"gho_", "w36", "GITHUB_TOKEN", Check::Crc},
    {"ghu_", "w36", "GITHUB_TOKEN", Check::Crc},
    {"ghs_", "w36", "GITHUB_TOKEN", Check::Crc},
    {"ghr_", "w36,76", "GITHUB_TOKEN", Check::Crc},
    {"ghs_", "t60+", "GITHUB_TOKEN", Check::Random},
    {"github_pat_", "w22 =_ w59", "GITHUB_TOKEN"},
    {"glpat-", "u20", "GITLAB_TOKEN"},
    {"glpat-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"gldt-", "u20", "GITLAB_TOKEN"},
    {"gldt-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"glrt-", "u20", "GITLAB_TOKEN"},
    {"glrt-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"glrtr-", "t20+", "GITLAB_TOKEN", Check::Random},
    {"glptt-", "h40", "GITLAB_TOKEN"},
    {"glcbt-", "t20+", "GITLAB_TOKEN", Check::Random},
    {"glft-", "u20", "GITLAB_TOKEN"},
    {"glft-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"glffct-", "u20", "GITLAB_TOKEN"},
    {"glffct-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"glimt-", "u25,64", "GITLAB_TOKEN", Check::Random},
    {"glagent-", "u50,90", "GITLAB_TOKEN", Check::Random},
    {"glsoat-", "u20", "GITLAB_TOKEN"},
    {"glsoat-", "t21+", "GITLAB_TOKEN", Check::Random},
    {"gloas-", "u64,80", "GITLAB_TOKEN"},
    {"GR1348941", "u20", "GITLAB_TOKEN"},
    {"ATBB", "w28,40", "BITBUCKET_TOKEN", Check::Random},
    {"ATCTT3", "v100+", "BITBUCKET_TOKEN"},
    {"ATATT3", "v80+", "ATLASSIAN_TOKEN"},
    {"ATOATT3", "v80+", "ATLASSIAN_TOKEN"},
    {"npm_", "w36", "NPM_TOKEN", Check::Crc},
    {"pypi-", "u60+", "PYPI_TOKEN", Check::Random},
    {"rubygems_", "h48", "RUBYGEMS_KEY"},
    {"dckr_pat_", "u27", "DOCKER_TOKEN"},
    {"dckr_oat_", "u27,40", "DOCKER_TOKEN"},
    {"cio", "w32", "CRATES_IO_TOKEN", Check::Bare},
    {"CLOJARS_", "x60", "CLOJARS_TOKEN"},
    {"oy2", "a43", "NUGET_KEY", Check::Bare},
    {"hf_", "w34,40", "HUGGINGFACE_TOKEN"},
    {"api_org_", "w34", "HUGGINGFACE_TOKEN"},
    {"sgp_", "x16 =_ x40", "SOURCEGRAPH_TOKEN"},
    {"sgp_local_", "x40", "SOURCEGRAPH_TOKEN"},
    {"sgp_", "x40", "SOURCEGRAPH_TOKEN"},
    {"sqp_", "h40", "SONAR_TOKEN"},
    {"squ_", "h40", "SONAR_TOKEN"},
    {"sqa_", "h40", "SONAR_TOKEN"},
    {"AKCp", "w69", "ARTIFACTORY_KEY"},
    {"cmVmd", "w59", "ARTIFACTORY_KEY"},
    {"CCIPAT_", "w20,24 =_ h40", "CIRCLECI_TOKEN"},
    {"CCIPRJ_", "w20,24 =_ h40", "CIRCLECI_TOKEN"},
    {"bkua_", "h40", "BUILDKITE_TOKEN"},
    {"PMAK-", "h24 =- h34", "POSTMAN_KEY"},
    {"figd_", "u40,48", "FIGMA_TOKEN"},
    {"figu_", "u40,48", "FIGMA_TOKEN"},
    {"rdme_", "a70", "README_KEY"},
};

}  // namespace

std::span<const Format> forgeFormats() { return kFormats; }

}  // namespace secrets

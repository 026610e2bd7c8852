#include "accounts/import_tables.h"

namespace accounts {
namespace {

using Columns = std::vector<Column>;

Columns joined(Columns a, const Columns& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

using T = ColumnType;

const Columns kDates{
    {"created_at", T::Time}, {"created_by", T::Text}, {"updated_at", T::Time}, {"updated_by", T::Text}};

// Of whoever may spend.
const Columns kLimits{{"max_budget", T::Number},
                      {"soft_budget", T::Number},
                      {"max_parallel_requests", T::Whole},
                      {"tpm_limit", T::Whole},
                      {"rpm_limit", T::Whole},
                      {"budget_duration", T::Text},
                      {"budget_reset_at", T::Time},
                      {"model_max_budget", T::Object},
                      {"model_spend", T::Object},
                      {"budget_id", T::Text},
                      {"budget_limits", T::List},
                      {"spend", T::Number},
                      {"models", T::Texts},
                      {"metadata", T::Object},
                      {"policies", T::Texts},
                      {"access_group_ids", T::Texts},
                      {"blocked", T::Flag}};

Columns keys() {
    return {{"key_name", T::Text},
            {"key_alias", T::Text},
            {"expires", T::Time},
            {"aliases", T::Object},
            {"config", T::Object},
            {"router_settings", T::Object},
            {"user_id", T::Text},
            {"team_id", T::Text},
            {"agent_id", T::Text},
            {"project_id", T::Text},
            {"organization_id", T::Text},
            {"org_id", T::Text, "organization_id"},
            {"permissions", T::Object},
            {"allowed_cache_controls", T::Texts},
            {"allowed_routes", T::Texts},
            {"object_permission_id", T::Text},
            {"soft_budget_cooldown", T::Flag},
            {"rotation_count", T::Whole},
            {"auto_rotate", T::Flag},
            {"rotation_interval", T::Text},
            {"last_rotation_at", T::Time},
            {"key_rotation_at", T::Time},
            {"last_active", T::Time}};
}

Columns teams() {
    return {{"team_alias", T::Text},
            {"organization_id", T::Text},
            {"object_permission_id", T::Text},
            {"admins", T::Texts},
            {"members", T::Texts},
            {"members_with_roles", T::List},
            {"router_settings", T::Object},
            {"team_member_permissions", T::Texts},
            {"default_team_member_models", T::Texts},
            {"model_id", T::Whole},
            {"model_aliases", T::Object}};
}

Columns users() {
    return {{"user_alias", T::Text},
            {"user_email", T::Text},
            {"user_role", T::Text},
            {"sso_user_id", T::Text},
            {"team_id", T::Text},
            {"organization_id", T::Text},
            {"teams", T::Texts},
            {"object_permission_id", T::Text},
            {"allowed_cache_controls", T::Texts}};
}

}  // namespace

const std::vector<ImportTable>& importTables() {
    static const auto all = [] {
        const Columns limits = joined(kLimits, kDates);
        return std::vector<ImportTable>{
            {"LiteLLM_BudgetTable", "budget", "budget_id", joined({{"allowed_models", T::Texts}}, limits)},
            {"LiteLLM_OrganizationTable", "organization", "organization_id",
             joined({{"organization_alias", T::Text}, {"object_permission_id", T::Text}}, limits)},
            {"LiteLLM_AccessGroupTable", "access_group", "access_group_id",
             joined(
                 {{"access_group_name", T::Text}, {"description", T::Text}, {"access_model_names", T::Texts}},
                 kDates)},
            {"LiteLLM_TeamTable", "team", "team_id", joined(teams(), limits)},
            {"LiteLLM_ProjectTable", "project", "project_id",
             joined({{"project_alias", T::Text}, {"team_id", T::Text}, {"description", T::Text}}, limits)},
            {"LiteLLM_UserTable", "user", "user_id", joined(users(), limits)},
            {"LiteLLM_EndUserTable", "customer", "user_id",
             joined({{"alias", T::Text},
                     {"allowed_model_region", T::Text},
                     {"default_model", T::Text},
                     {"object_permission_id", T::Text}},
                    limits)},
            {"LiteLLM_VerificationToken", "key", "token", joined(keys(), limits)},
            {"LiteLLM_DeprecatedVerificationToken",
             "key",
             "token",
             {{"active_token_id", T::Text}, {"revoke_at", T::Time, "expires"}}}};
    }();
    return all;
}

}  // namespace accounts

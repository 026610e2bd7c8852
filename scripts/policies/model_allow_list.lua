-- Which models a team may use. A pattern may have a '*'.
--
--   params: {teams: {research: ["*"], support: ["gpt-*-mini"]}, default: ["gpt-4o-mini"]}
policy = {name = "model_allow_list", version = 1}

local teams, default = {}, {}

-- A pattern with '*' as one of Lua's.
local function pattern(glob)
  return "^" .. glob:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*") .. "$"
end

local function patterns(list)
  local out = {}
  for i, glob in ipairs(list or {}) do out[i] = pattern(glob) end
  return out
end

function on_load(cfg)
  for team, list in pairs(cfg.teams or {}) do teams[team] = patterns(list) end
  default = patterns(cfg.default)
end

function on_request(ctx)
  for _, one in ipairs(teams[ctx.team] or default) do
    if ctx.model:find(one) then return end
  end
  ctx:block("team " .. ctx.team .. " may not use " .. ctx.model, {
    message = "Your team may not use the model " .. ctx.model, code = "model_not_allowed", category = "model", status = 403,
  })
end

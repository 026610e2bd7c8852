-- Requests of certain organizations stay in a region: deployments elsewhere are taken out of the choice, and without one
-- that is left the request is refused.
--
--   params: {regions: {acme: [eu]}, default: null}
--
-- The region of a deployment is model_info.region, or litellm_params.region_name.
policy = {name = "data_residency", version = 1}

local regions, default = {}, nil

local function set(list)
  if type(list) ~= "table" then return nil end
  local out = {}
  for _, region in ipairs(list) do out[region] = true end
  return out
end

function on_load(cfg)
  for organization, list in pairs(cfg.regions or {}) do regions[organization] = set(list) end
  default = set(cfg.default)
end

function on_route(ctx)
  local allowed = regions[ctx.organization] or default
  if not allowed then return end
  local left = 0
  for _, one in ipairs(ctx:candidates()) do
    local region = one.info.region or one.params.region_name
    if region and allowed[region] then left = left + 1 else one:drop("its region is not allowed for this organization") end
  end
  if left == 0 then
    ctx:block("no deployment in an allowed region", {message = "The model is not served in your region", code = "region_not_served", category = "residency", status = 403})
  end
end

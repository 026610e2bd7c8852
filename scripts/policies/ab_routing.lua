-- A share of users tries another model; a user always gets the same. A tag of the request forces a side.
--
--   params: {experiment: summer, share: 10, model: gpt-new, from: "gpt"}
policy = {name = "ab_routing", version = 1}

local experiment, share, model, from = "experiment", 10, nil, nil

function on_load(cfg)
  experiment, share = cfg.experiment or experiment, cfg.share or share
  model, from = cfg.model, cfg.from
  if type(model) ~= "string" then error("params.model: required, a model group", 0) end
  if type(share) ~= "number" or share < 0 or share > 100 then error("params.share: 0 to 100", 0) end
end

local function forced(ctx)
  for tag in (ctx.headers["x-litellm-tags"] or ""):gmatch("[^,%s]+") do
    if tag == experiment .. ":a" then return "a" end
    if tag == experiment .. ":b" then return "b" end
  end
end

function on_request(ctx)
  if from and ctx.model ~= from then return end
  local who = ctx.user ~= "" and ctx.user or ctx.key.id
  local side = forced(ctx) or (hash.bucket(experiment .. ":" .. who, 100) <= share and "b" or "a")
  ctx:tag(experiment, side)
  if side == "b" then ctx:route_to(model) end
end

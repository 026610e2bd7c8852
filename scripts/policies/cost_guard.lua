-- What a user may spend in a window: what requests have cost is added up when they are over.
--
--   params: {usd: 5, window_s: 86400, warn_at: 0.8, fallback_model: small}
--
-- With fallback_model, who has spent it goes on with that model instead of being refused.
policy = {name = "cost_guard", version = 1}

local usd, window_s, warn_at, fallback = 5, 86400, 0.8, nil

function on_load(cfg)
  usd, window_s, warn_at = cfg.usd or usd, cfg.window_s or window_s, cfg.warn_at or warn_at
  fallback = cfg.fallback_model
end

-- Whole millionths of a dollar: counters know no fractions.
local function key(user) return "spent:" .. user end

function on_request(ctx)
  if ctx.user == "" then return end
  local spent = (tonumber(kv.get(key(ctx.user))) or 0) / 1e6
  if spent < usd * warn_at then return end
  if spent < usd then
    ctx:tag("budget", "low")
    return
  end
  if fallback then
    ctx:tag("budget", "spent")
    return ctx:route_to(fallback)
  end
  ctx:block("the user has spent the budget", {
    message = ("Your budget of %.2f USD is spent"):format(usd), code = "budget_exceeded", category = "budget", status = 429,
  })
end

function on_complete(ev)
  if ev.user ~= "" and ev.cost_usd > 0 then kv.incr(key(ev.user), math.ceil(ev.cost_usd * 1e6), window_s) end
end

-- How often a customer (the end user on whose behalf is asked) may ask: a burst, then a steady rate. Who is faster goes to
-- a smaller model first, and is refused when that is too much as well.
--
--   params: {per_minute: 20, refuse_at: 40, slow_model: small}
policy = {name = "rate_shape", version = 1}

local per_minute, refuse_at, slow = 20, 40, nil

function on_load(cfg)
  per_minute = cfg.per_minute or per_minute
  refuse_at, slow = cfg.refuse_at or 2 * per_minute, cfg.slow_model
end

function on_request(ctx)
  if ctx.customer == "" then return end
  local n = kv.incr("asked:" .. ctx.customer, 1, 60)
  if not n or n <= per_minute then return end
  if n > refuse_at or not slow then
    return ctx:block("too many requests of a customer", {message = "Too many requests; try again in a minute", code = "rate_limited", category = "rate", status = 429})
  end
  ctx:tag("shaped")
  ctx:route_to(slow)
end

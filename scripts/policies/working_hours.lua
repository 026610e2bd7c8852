-- Requests only at certain hours, in a time zone of one's own.
--
--   params: {zone: Europe/Berlin, from: 7, to: 19, weekdays: [1, 2, 3, 4, 5], except_teams: [oncall]}
policy = {name = "working_hours", version = 1}

local zone, from, to = time.zone("UTC"), 7, 19
local days, free = {}, {}

function on_load(cfg)
  zone = time.zone(cfg.zone or "UTC")
  from, to = cfg.from or from, cfg.to or to
  for _, day in ipairs(cfg.weekdays or {1, 2, 3, 4, 5}) do days[day] = true end
  for _, team in ipairs(cfg.except_teams or {}) do free[team] = true end
end

function on_request(ctx)
  if free[ctx.team] then return end
  local now = zone:at()
  if days[now.weekday] and now.hour >= from and now.hour < to then return end
  ctx:block("outside of working hours", {
    message = ("This key works from %02d:00 to %02d:00 on working days"):format(from, to), code = "outside_working_hours", status = 403,
  })
end

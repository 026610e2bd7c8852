-- Masks personal data in prompts, in as many kinds as the caller's team may not send. Teams that work with such data are
-- listed under `may`.
--
--   params: {may: {hr: [email, phone], finance: [iban]}, default: [], mask: "[%s]"}
policy = {name = "pii_by_department", version = 1}

-- Formats only: a guardrail of the kind pii finds more (see scan.pii).
local kinds = {
  email = re.compile([[\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b]]),
  phone = re.compile([[(?:\+|\b00)[1-9](?:[ ()/.-]?\d){7,14}\b]]),
  iban = re.compile([[\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b]]),
  card = re.compile([[\b(?:\d[ -]?){13,18}\d\b]]),
}
local order = {"iban", "card", "email", "phone"}
local may, default, mask = {}, {}, "[%s]"

local function set(list)
  local out = {}
  for _, kind in ipairs(list or {}) do
    if not kinds[kind] then error("params: no kind is named " .. kind .. "; known: email, phone, iban, card", 0) end
    out[kind] = true
  end
  return out
end

function on_load(cfg)
  for team, list in pairs(cfg.may or {}) do may[team] = set(list) end
  default = set(cfg.default)
  mask = cfg.mask or mask
end

function on_request(ctx)
  local allowed = may[ctx.team] or default
  for _, kind in ipairs(order) do
    if not allowed[kind] then
      local count = ctx:redact(kinds[kind], mask:format(kind))
      if count > 0 then metrics.inc(kind, count) end
    end
  end
end

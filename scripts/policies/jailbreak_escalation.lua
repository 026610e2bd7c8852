-- Prompts that look like an attempt to talk a model out of its rules go to a stricter model, are tagged, and are refused
-- from a score on.
--
--   params: {strict_model: guarded, refuse_at: 3}
--
-- Words only; a guardrail of the kind injection knows more, and is asked if scan.injection has been configured.
policy = {name = "jailbreak_escalation", version = 1}

local signs = {
  re.compile([[\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|all|earlier|your)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines?)\b]], "i"),
  re.compile([[\b(?:you are|act as|pretend to be|roleplay as)\b.{0,60}\b(?:dan|jailbroken|unfiltered|unrestricted|without (?:any )?(?:rules|restrictions|limits|filters))\b]], "i"),
  re.compile([[\b(?:developer|debug|god|sudo|maintenance)[ -]mode\b.{0,40}\b(?:on|enabled?|activated?)\b|\b(?:enable|enter|activate)\b.{0,20}\b(?:developer|debug|god|sudo)[ -]mode\b]], "i"),
  re.compile([[\b(?:reveal|print|repeat|show|output)\b.{0,40}\b(?:system prompt|initial instructions|hidden instructions|your instructions)\b]], "i"),
  re.compile([[\bno (?:ethical|moral|safety) (?:guidelines|limits|restrictions|filters)\b|\bdo anything now\b]], "i"),
}
local strict, refuse_at = "guarded", 3

function on_load(cfg)
  strict, refuse_at = cfg.strict_model or strict, cfg.refuse_at or refuse_at
end

local function score(prompt)
  local points = 0
  for _, sign in ipairs(signs) do
    if sign:test(prompt) then points = points + 1 end
  end
  if scan.available("injection") and #scan.injection(prompt) > 0 then points = points + 2 end
  return points
end

function on_request(ctx)
  local points = 0
  for m in ctx:messages{lane = "text"} do
    if m.role == "user" or m.role == "tool" then points = math.max(points, score(text.normalize(m.text))) end
  end
  if points == 0 then return end
  ctx:verdict("flag", points)
  ctx:tag("jailbreak", tostring(points))
  if points >= refuse_at then
    return ctx:block("an attempt to override the rules, score " .. points, {message = "This request looks like an attempt to override the model's rules", code = "jailbreak", category = "injection"})
  end
  ctx:route_to(strict)
end

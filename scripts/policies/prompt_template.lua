-- The system prompt is the company's: what a client sends as one is checked, and the right one is put in front.
--
--   params: {system: "You are …", on_foreign: block}          # or keep, or drop
policy = {name = "prompt_template", version = 1}

local system, on_foreign = nil, "block"

function on_load(cfg)
  if type(cfg.system) ~= "string" or cfg.system == "" then error("params.system: required, a text", 0) end
  system, on_foreign = cfg.system, cfg.on_foreign or on_foreign
  if on_foreign ~= "block" and on_foreign ~= "keep" and on_foreign ~= "drop" then error("params.on_foreign: allowed: block, keep, drop", 0) end
end

function on_request(ctx)
  local there = false
  for m in ctx:messages{role = "system", lane = "text"} do
    if m.text == system then
      there = true
    elseif on_foreign == "block" then
      return ctx:block("a system prompt of the client", {message = "System prompts are set by the company", code = "system_prompt_not_allowed", category = "prompt"})
    elseif on_foreign == "drop" and not m:replace("") then
      return ctx:block("a system prompt that cannot be changed", {code = "system_prompt_not_allowed", category = "prompt"})
    end
  end
  if not there and not ctx:add_system(system) then
    ctx:block("the route has no place for a system prompt", {message = "This route is not allowed here", code = "route_not_allowed", category = "prompt"})
  end
end

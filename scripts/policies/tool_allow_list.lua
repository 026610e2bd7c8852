-- Which tools a request may offer to the model, and what a model may call.
--
--   params: {allow: [search, "get_*"], remove: true}
--
-- With remove the others are taken out of the request, else it is refused.
policy = {name = "tool_allow_list", version = 1}

local allowed, remove = {}, false

function on_load(cfg)
  for i, glob in ipairs(cfg.allow or {}) do
    allowed[i] = "^" .. glob:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*") .. "$"
  end
  remove = cfg.remove or false
end

local function allows(name)
  for _, pattern in ipairs(allowed) do
    if name:find(pattern) then return true end
  end
  return false
end

function on_request(ctx)
  for _, name in ipairs(ctx.tools) do
    if not allows(name) then
      if not remove then
        return ctx:block("tool " .. name, {message = "The tool " .. name .. " is not allowed", code = "tool_not_allowed", category = "tools", status = 403})
      end
      ctx:remove_tool(name)
      metrics.inc("removed")
    end
  end
end

-- Only certain languages. What cannot be told (a number, two words) passes.
--
--   params: {allow: [en, de], message: "Please write in English or German."}
policy = {name = "language_rule", version = 1}

local allowed, message = {}, "Please write in another language"

function on_load(cfg)
  for _, language in ipairs(cfg.allow or {"en"}) do allowed[language] = true end
  message = cfg.message or message
end

function on_request(ctx)
  local language = text.lang(ctx:last_user())
  if language and not allowed[language] then
    ctx:block("language " .. language, {message = message, code = "language_not_allowed", category = "language"})
  end
end

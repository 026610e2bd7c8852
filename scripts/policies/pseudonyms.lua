-- Names of people, projects and addresses leave as pseudonyms and come back in the answer: the model never sees them.
--
--   params: {terms: [ACME, "Project Falcon"], mail: true}
policy = {name = "pseudonyms", version = 1, granularity = "word", lanes = {"text", "reasoning", "tool_args", "refusal"}}

local terms, mail = nil, re.compile([[\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b]])
local alias = re.compile([[\b(?:Term|Mail)_[A-Z]\d+\b]])
local with_mail = true

function on_load(cfg)
  if cfg.terms and #cfg.terms > 0 then terms = re.words(cfg.terms) end
  if cfg.mail == false then with_mail = false end
end

-- The same text has the same pseudonym, in the whole request.
local function pseudonym(ctx, kind, found)
  local known = ctx.vars["to:" .. found]
  if known then return known end
  local n = (ctx.vars.count or 0) + 1
  local name = ("%s_%s%d"):format(kind, string.char(65 + n % 26), n)
  ctx.vars.count = n
  ctx.vars["to:" .. found] = name
  ctx.vars["from:" .. name] = found
  return name
end

function on_request(ctx)
  -- Addresses first: a term may be a part of one.
  if with_mail then ctx:redact(mail, function(found) return pseudonym(ctx, "Mail", found) end) end
  if terms then ctx:redact(terms, function(found) return pseudonym(ctx, "Term", found) end) end
end

local function back(ctx)
  return function(name) return ctx.vars["from:" .. name] end
end

function on_response(ctx)
  if not ctx.vars.count then return end
  for m in ctx:messages() do
    if not m.read_only then m:redact(alias, back(ctx)) end
  end
end

function on_chunk(ctx, chunk)
  if ctx.vars.count then chunk:redact(alias, back(ctx)) end
end

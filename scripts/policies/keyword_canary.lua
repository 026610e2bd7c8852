-- Words that must never leave: codenames, canaries planted in documents. In requests they are refused or masked; in answers
-- and streams they are masked, and counted, for they should not have been there at all.
--
--   params: {words: [falcon, "ZX-1 alpha"], on_request: block, mask: "[withheld]"}
policy = {name = "keyword_canary", version = 1, granularity = "window", window_bytes = 256, overlap_bytes = 128, lanes = {"text", "reasoning", "tool_args", "refusal"}}

local words, masks, mask = nil, false, "[withheld]"

function on_load(cfg)
  if type(cfg.words) ~= "table" or #cfg.words == 0 then error("params.words: required, a list of texts", 0) end
  for _, word in ipairs(cfg.words) do
    if #word > 100 then error("params.words: at most 100 bytes each", 0) end
  end
  words = re.words(cfg.words)
  masks = cfg.on_request == "mask"
  mask = cfg.mask or mask
end

function on_request(ctx)
  if masks then
    ctx:redact(words, mask)
    return
  end
  for m in ctx:messages() do
    if words:test(m.text) then
      return ctx:block("a canary in " .. m.where, {message = "The request has a word that must not leave the company", code = "canary", category = "dlp"})
    end
  end
end

function on_response(ctx)
  for m in ctx:messages() do
    if not m.read_only and m:redact(words, mask) > 0 then metrics.inc("leaked") end
  end
end

function on_chunk(ctx, chunk)
  local count = chunk:redact(words, mask)
  if count > 0 then metrics.inc("leaked", count) end
end

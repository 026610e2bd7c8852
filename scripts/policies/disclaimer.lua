-- A sentence at the end of answers to certain questions: whole answers and streams.
--
--   params: {words: [diagnosis, dosage], text: "This is no medical advice."}
policy = {name = "disclaimer", version = 1, granularity = "sentence"}

local asked, text = nil, nil

function on_load(cfg)
  asked = re.words(cfg.words or {"diagnosis", "dosage", "symptoms", "medication"})
  text = "\n\n" .. (cfg.text or "This is no medical advice.")
end

function on_request(ctx)
  if asked:test(ctx:last_user()) then ctx.vars.wanted = true end
end

function on_response(ctx)
  if not ctx.vars.wanted then return end
  for m in ctx:messages{lane = "text"} do
    if not m.read_only then m:replace(m.text .. text) end
  end
end

function on_chunk(ctx, chunk)
  if ctx.vars.wanted and chunk.last then chunk:replace(chunk.text .. text) end
end

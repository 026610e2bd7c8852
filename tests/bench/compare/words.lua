-- The policy of the ladder's step +lua: refuses prompts with one of some words, and lets answers pass unread.
policy = {name = "words", version = 1}

local words

function on_load(cfg)
  words = re.words(cfg.words)
end

function on_request(ctx)
  for m in ctx:messages() do
    if words:test(m.text) then
      return ctx:block("a word in " .. m.where, {message = "The request has a word that must not leave the company", code = "word"})
    end
  end
end

-- Asks a service of yours about each prompt; the URL is configured under urls, the script knows only its name.
--
--   urls: {judge: {url: "https://judge.example.com/v1", timeout_ms: 300}}
--   params: {block_at: 0.8, when_down: allow}
policy = {name = "judge_over_http", version = 1}

local block_at, when_down = 0.8, "block"

function on_load(cfg)
  block_at, when_down = cfg.block_at or block_at, cfg.when_down or when_down
end

function on_request(ctx)
  local answer, why = http.post("judge", {json = {text = ctx:last_user(), user = ctx.user}})
  if not answer or answer.status ~= 200 or type(answer.json) ~= "table" then
    log.warn("the judge did not answer", {why = why or ("status " .. answer.status)})
    if when_down == "allow" then return ctx:verdict("flag") end
    return ctx:block("the judge did not answer", {message = "The prompt could not be checked", code = "judge_unavailable", status = 503})
  end
  if (answer.json.score or 0) >= block_at then
    ctx:block("judged " .. answer.json.score, {message = "The prompt was refused", code = "judged", category = "judge"})
  end
end

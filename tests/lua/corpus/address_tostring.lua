-- expect: ok
function run()
  for _, v in ipairs{{}, run, coroutine.create(run), print or {}, string} do assert(not tostring(v):find("0x"), tostring(v)) assert(not tostring(v):find(":")) end
  assert(tostring({}) == "table" and tostring(run) == "function")
end

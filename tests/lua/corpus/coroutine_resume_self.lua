-- expect: ok
function run()
  local main = coroutine.running()
  assert(not coroutine.resume(main, 1, 2))
  coroutine.wrap(function() local good, why = coroutine.resume(main, 3) assert(not good and type(why) == "string") end)()
  local co co = coroutine.create(function() assert(not coroutine.resume(co)) assert(not pcall(coroutine.close, co)) return "fine" end)
  assert(select(2, coroutine.resume(co)) == "fine")
  assert(not coroutine.resume(co))
end

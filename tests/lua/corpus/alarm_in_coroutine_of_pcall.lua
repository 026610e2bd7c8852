-- expect: killed
-- The hook is set in the coroutine that runs; those that resumed it have none yet.
function run()
  while true do
    local co = coroutine.wrap(function() pcall(function() while true do end end) coroutine.yield() end)
    pcall(co)
    pcall(co)
  end
end

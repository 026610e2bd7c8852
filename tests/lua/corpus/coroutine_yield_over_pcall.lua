-- expect: killed
function run()
  local co = coroutine.wrap(function() while true do pcall(function() coroutine.yield() while true do end end) end end)
  co() co() co()
end

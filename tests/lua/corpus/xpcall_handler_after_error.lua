-- expect: ok
function run()
  local good, why = xpcall(function() error("x", 0) end, function(e) return e .. "!" end) assert(not good and why == "x!")
  local fine, a, b = xpcall(function(...) return ... end, error, 1, 2) assert(fine and a == 1 and b == 2)
end

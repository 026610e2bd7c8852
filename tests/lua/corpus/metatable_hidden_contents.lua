-- expect: ok
function run()
  local _, state = pairs(string)
  assert(state == string)
  assert(not pcall(function() state.upper = nil end))
  assert(rawget(string, "upper") == string.upper)
  for k in pairs(string) do assert(type(k) == "string") end
end

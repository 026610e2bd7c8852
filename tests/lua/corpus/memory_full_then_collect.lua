-- expect: killed
function run()
  local keep = {}
  pcall(function() for i = 1, 60000 do keep[i] = {i} end end)
  while true do pcall(function() return ("y"):rep(2000000) .. "z" end) end
end

-- expect: killed
local errfunc = function() local function f(x) return f(x) .. ("y"):rep(200) end return f(1) end
function run()
  local co = coroutine.wrap(function() return xpcall(errfunc, errfunc) end)
  pcall(co)
  local function overflow() return 1 + overflow() end
  while true do pcall(overflow) pcall(xpcall, overflow, errfunc) end
end

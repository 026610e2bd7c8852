-- expect: killed
-- Whichever coroutine the alarm meets is dead a moment later.
function run()
  local function short() for i = 1, 50 do end end
  while true do
    local co = coroutine.create(short)
    pcall(coroutine.resume, co)
    coroutine.close(co)
  end
end

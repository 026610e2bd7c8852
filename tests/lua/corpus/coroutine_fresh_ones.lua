-- expect: killed
function run()
  local function work(depth)
    for _ = 1, 60 do
      for _ = 1, 100 do end
      if depth > 0 then coroutine.wrap(work)(depth - 1) end
    end
  end
  work(20)
end

-- expect: killed
-- The comparison of a sort resumes coroutines that sort.
local f
function f()
  table.sort({3, 1, 2}, function(a, b) local co = coroutine.wrap(f) pcall(co) return a < b end)
end
function run() while true do f() end end

-- expect: ok
local list = {10, 20, 30, name = "x"}
function run()
  assert(#list == 3 and list[2] == 20 and list.name == "x")
  local sum = 0 for _, v in ipairs(list) do sum = sum + v end assert(sum == 60)
  local n = 0 for _ in pairs(list) do n = n + 1 end assert(n == 4)
  assert(table.concat(list, ",") == "10,20,30") assert(select("#", table.unpack(list)) == 3) assert(rawlen(list) == 3)
end

-- expect: error non-closable
function run()
  local again
  again = function() local x <close> = setmetatable({}, {__close = function() again() end}) while true do end end
  again()
end

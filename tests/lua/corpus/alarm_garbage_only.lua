-- expect: killed
-- Only instructions that make garbage: the allocator takes steps off, too.
function run()
  local s = ""
  while true do
    s = s .. "0123456789abcdef"
    if #s > 60000 then s = "" end
  end
end

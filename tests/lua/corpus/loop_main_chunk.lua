-- expect: refused used up
while true do end

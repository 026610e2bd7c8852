-- expect: error read-only
function run() counter = (counter or 0) + 1 end

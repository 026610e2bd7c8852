-- expect: error pattern too complex
function run() return ("x"):rep(300):find(("(x)"):rep(31) .. ("x?"):rep(250)) end

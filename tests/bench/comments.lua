-- For wrk: comments as the form of a page sends them, each with words and a nonce of its own.
-- Arguments: the token of the session, then the addresses they are sent to, by turns.

local FORM = "csrf_token=%s&nonce=%s-%d&body=A+word+of+mine%%2C+the+%dth%%2C+and+*no*+link."
local token, actions, began, sent = "", {}, "", 0

function init(args)
  token = args[1]
  for place = 2, #args do actions[place - 1] = args[place] end
  began = string.format("%x", os.time())
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

function request()
  sent = sent + 1
  return wrk.format(nil, actions[sent % #actions + 1], nil, string.format(FORM, token, began, sent, sent))
end

-- For wrk: GET of the paths in the file named by PATHS, at random, with the key in BOOKING_API_KEY.
local requests = {}

function init()
  local headers = { Authorization = "Bearer " .. os.getenv("BOOKING_API_KEY") }
  for path in io.lines(os.getenv("PATHS")) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  return requests[math.random(#requests)]
end

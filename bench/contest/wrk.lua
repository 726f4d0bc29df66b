-- The last line is a `Load` as JSON.
function done(summary)
  local errors = summary.errors
  print(string.format('{"requests":%d,"seconds":%.6f,"bytes":%d,"errors":%d}',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

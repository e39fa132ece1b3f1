# Runs one throw-away S3 server until standard input ends.
#
#   sh server.sh PROGRAM ADDRESS
#
# Prints "pid PID DIR": DIR holds a folder for each bucket. The caller holds the
# other end of standard input, which the kernel closes however the caller dies.
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/dossier-s3.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$1" --port "$2" --quiet --health /health posix --nometa "$dir" >/dev/null 2>&1 </dev/null &
pid=$!
echo "pid $pid $dir"
read -r _ || true
kill -KILL "$pid" 2>/dev/null || true
wait "$pid" 2>/dev/null || true

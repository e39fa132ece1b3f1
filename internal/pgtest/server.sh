# Runs one throw-away PostgreSQL until standard input ends. A line "restart" on it
# kills the server and starts it again.
#
#   sh server.sh BIN
#
# BIN is the directory of initdb and pg_ctl. The line on standard output, at the
# start and after a restart, is "ready DIR", where DIR holds the Unix socket; anything else says what failed.
# The caller holds the other end of standard input, which the kernel closes
# however the caller dies: that is how the server never outlives its tests.
set -eu
bin=$1
# Not TMPDIR: the path of a Unix socket may not exceed 107 bytes.
dir=$(mktemp -d /tmp/dossier-pg.XXXXXX)
trap 'rm -rf "$dir"' EXIT

start() {
	"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 \
		--locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync &&
		cat >>"$dir/data/postgresql.conf" <<-EOF &&
			listen_addresses = ''
			unix_socket_directories = '$dir'
			max_connections = 200
			timezone = 'Asia/Kathmandu'
			fsync = off
			synchronous_commit = off
			full_page_writes = off
		EOF
		"$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/log" --wait --timeout=60 start
}

if ! start >"$dir/start" 2>&1; then
	cat "$dir/start" "$dir/log" 2>/dev/null || true
	exit 1
fi
echo "ready $dir"
while read -r order; do
	[ "$order" = restart ] || continue
	"$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/log" --mode=immediate --wait restart >/dev/null 2>&1 || exit 1
	echo "ready $dir"
done
"$bin/pg_ctl" --pgdata="$dir/data" --mode=immediate stop >/dev/null 2>&1

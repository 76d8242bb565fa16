# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# For run and ctl: cases of a command line, in TAP. The program is in $program; there is a directory $dir for files.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
n=0
status=0

# check NAME EXIT STREAM PATTERN LINES ARGUMENT...; LINES: how many lines the errors have, "-" for any number
check() {
	name=$1 code=$2 stream=$3 pattern=$4 lines=$5
	shift 5
	n=$((n + 1))
	timeout 10 "$program" "$@" >"$dir/1" 2>"$dir/2" </dev/null
	got=$?
	why=
	[ "$got" = "$code" ] || why="exit $got, not $code"
	[ "$stream" = - ] || grep -qE -e "$pattern" "$dir/$stream" || why="$why; /$pattern/ is not in stream $stream"
	[ "$lines" = - ] || [ "$(wc -l <"$dir/2")" = "$lines" ] || why="$why; $(wc -l <"$dir/2") lines of errors, not $lines"
	if [ -z "$why" ]; then
		echo "ok $n - $name"
		return
	fi
	echo "not ok $n - $name"
	echo "# $(basename "$program") $*: $why"
	sed 's/^/# 1: /' "$dir/1"
	sed 's/^/# 2: /' "$dir/2"
	status=1
}

finish() {
	echo "1..$n"
	exit "$status"
}

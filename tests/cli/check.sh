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
	timeout 60 "$program" "$@" >"$dir/1" 2>"$dir/2" </dev/null
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

# ok STATUS NAME: 0 is in order; what was said is shown from $dir/said, where it is kept
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	[ ! -f "$dir/said" ] || sed 's/^/# /' "$dir/said" | tail -n 20
	status=1
}

# skip NAME WHY
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# true_that NAME COMMAND...
true_that() {
	name=$1
	shift
	"$@" >"$dir/said" 2>&1
	ok $? "$name"
}

# soon_that NAME COMMAND...: within half a minute
soon_that() {
	tries=0
	until (shift && "$@") >/dev/null 2>&1 || [ $tries -ge 300 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	true_that "$@"
}

# unwritten WHAT ARGUMENT...: what is printed onto a full disk, or into a descriptor that is closed, is missed
unwritten() {
	what=$1
	shift
	for to in full closed; do
		n=$((n + 1))
		rm -f "$dir/unwritten"
		if [ "$to" = full ] && ! [ -w /dev/full ]; then
			echo "ok $n # SKIP there is no /dev/full"
			continue
		fi
		if [ "$to" = full ]; then
			timeout 60 "$program" "$@" >/dev/full 2>"$dir/2" </dev/null
		else
			timeout 60 "$program" "$@" >&- 2>"$dir/2" </dev/null
		fi
		got=$?
		if [ "$got" = 1 ] && grep -qE 'what was to be printed could not be written: (No space|Bad file|Input.output)' "$dir/2"; then
			echo "ok $n - r118 $what: standard output is $to"
			continue
		fi
		echo "not ok $n - r118 $what: standard output is $to"
		echo "# exit $got"
		sed 's/^/# 2: /' "$dir/2"
		status=1
	done
}

# unread WHAT ARGUMENT...: a reader that leaves, as `| head` does, is no fault: the end by SIGPIPE, without a word
unread() {
	what=$1
	shift
	true_that "$what: who reads it leaves" timeout 60 python3 -c '
import os, subprocess, sys
reading, writing = os.pipe()
os.close(reading)
run = subprocess.run(sys.argv[1:], stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
sys.exit(f"{run.returncode}: {run.stderr}" if run.returncode != -13 or run.stderr else 0)' "$program" "$@"
}

finish() {
	echo "1..$n"
	exit "$status"
}

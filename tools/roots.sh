# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# For prove-*: what says how it is used, where packages come from, and what it takes to enter a root
# of its own. The name is that of who takes this ($0); $top is the tree, and $cache where roots,
# packages and logs are kept.
top=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/useroom-roots

# The head of the file.
usage() {
	sed -n '3,/^set/{/^# shellcheck/d; s/^# \{0,1\}//p;}' "$0" >&2
	exit 2
}

skip() {
	echo "skipped: $(basename "$0"): $*"
	exit 0
}

# apt's lines for a suite of Debian, from where this machine has its own; none where it has none,
# then mmdebstrap knows.
sources() {
	# shellcheck disable=SC2016 # apt-get's own
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Identifier: Packages' 'Origin: Debian' | sort -u |
		while read -r uri release; do
			part=${release#"${release%%-*}"} # -updates, -security
			[ "$1" = sid ] && [ -n "$part" ] || echo "deb $uri $1$part main"
		done
}

# One of them, without updates: one version of each package for all architectures.
source_line() {
	sources "$1" | grep -m 1 " $1 main\$"
}

# A mirror may be older than its lists are good for, and who does not answer is not waited for long.
apt_options() {
	apt-config dump | grep -i '^Acquire::.*::proxy ' || true
	echo 'Acquire { Check-Valid-Until "false"; Retries "1"; http::Timeout "20"; https::Timeout "20"; };'
}

# After the options: skips where no root can be entered; makes $cache, its log/, and $scratch, which
# goes at the end.
begin() {
	[ "$(id -u)" = 0 ] || skip 'only root can enter a root of its own'
	command -v mmdebstrap >/dev/null || skip 'there is no mmdebstrap'
	unshare --pid --fork --mount true 2>/dev/null || skip 'namespaces are not allowed here'
	mkdir -p "$cache/log"
	cache=$(CDPATH='' cd "$cache" && pwd)
	scratch=$(mktemp -d "$cache/run-XXXXXX")
	root=$scratch/root
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 1' INT TERM
}

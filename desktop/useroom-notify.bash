# bash completion for useroom-notify
_useroom_notify() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	case $prev in
	-socket) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W '-check -test -socket -version -help' -- "$cur")
}
complete -F _useroom_notify useroom-notify

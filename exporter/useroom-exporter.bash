# bash completion for useroom-exporter
_useroom_exporter() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	case $prev in
	-listen) return ;;
	-record) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W '-listen -record -version -help' -- "$cur")
}
complete -F _useroom_exporter useroom-exporter

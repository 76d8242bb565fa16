# fish completion for useroom-notify
complete -c useroom-notify -f
complete -c useroom-notify -o check -d "who shows notifications, who is listened to"
complete -c useroom-notify -o test -d "show an example"
complete -c useroom-notify -o socket -r -F -d "of useroomctl share"
complete -c useroom-notify -o version -d "print the version"
complete -c useroom-notify -o help -d "print all options"

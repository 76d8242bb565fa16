# fish completion for useroom-exporter
complete -c useroom-exporter -f
complete -c useroom-exporter -o listen -x -d "where it listens, where systemd hands it no socket"
complete -c useroom-exporter -o record -r -F -d "the daemon's recording"
complete -c useroom-exporter -o version -d "print the version"
complete -c useroom-exporter -o help -d "print all options"
